-- +goose Up
-- What each call to an inference server took, as package inference/timing writes it.
CREATE TABLE samples (
	id     INTEGER PRIMARY KEY,
	at     INTEGER NOT NULL, -- nanoseconds since 1970, so that it can be compared
	tier   TEXT NOT NULL,
	model  TEXT NOT NULL,
	sample TEXT NOT NULL
);
CREATE INDEX samples_at ON samples (at);

-- +goose Down
DROP TABLE samples;
