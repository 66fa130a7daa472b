-- +goose Up
-- What a person did about drift by command, in order.
CREATE TABLE drift_notes (
	seq  INTEGER PRIMARY KEY,
	at   TEXT NOT NULL,
	note TEXT NOT NULL
);

-- What a scan proposed. The fingerprint keeps a candidate's number over scans.
CREATE TABLE candidates (
	id          INTEGER PRIMARY KEY,
	fingerprint TEXT NOT NULL UNIQUE,
	state       TEXT NOT NULL,
	because     TEXT NOT NULL,
	at          TEXT NOT NULL,
	candidate   TEXT NOT NULL
);

-- Drift logs are looked for by heading in all versions, without reading their text.
CREATE INDEX sections_title ON sections(title, key, anchor);

-- +goose Down
DROP INDEX sections_title; DROP TABLE candidates; DROP TABLE drift_notes;
