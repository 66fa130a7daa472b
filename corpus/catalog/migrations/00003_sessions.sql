-- +goose Up
-- The system prompt as it was after each change that altered it, numbered.
CREATE TABLE prompts (
	version  INTEGER PRIMARY KEY,
	at       TEXT NOT NULL,
	cascade  INTEGER NOT NULL,
	hash     TEXT NOT NULL,
	template TEXT NOT NULL, -- hash of a person's template, '' for the built-in one
	prompt   TEXT NOT NULL,
	taken    TEXT NOT NULL, -- when a client last took it, '' when none did
	taker    TEXT NOT NULL
);

-- Every text that a person's template ever had, by its hash.
CREATE TABLE templates (
	hash TEXT PRIMARY KEY,
	at   TEXT NOT NULL,
	text TEXT NOT NULL
);

-- Working sessions and what they learned. The retry key makes a repeated capture the same finding.
CREATE TABLE sessions (
	id      INTEGER PRIMARY KEY,
	at      TEXT NOT NULL,
	ended   TEXT NOT NULL,
	session TEXT NOT NULL
);

CREATE TABLE findings (
	id      INTEGER PRIMARY KEY,
	retry   TEXT NOT NULL UNIQUE,
	session INTEGER NOT NULL REFERENCES sessions(id),
	at      TEXT NOT NULL,
	state   TEXT NOT NULL,
	revision INTEGER NOT NULL, -- the revision that it is in; 0 for none
	finding TEXT NOT NULL
);

-- Revisions: plans from one version of a document to the next.
CREATE TABLE revisions (
	id       INTEGER PRIMARY KEY,
	at       TEXT NOT NULL,
	document TEXT NOT NULL,
	state    TEXT NOT NULL,
	cascade  INTEGER NOT NULL, -- the one that issued it; 0 for none
	revision TEXT NOT NULL
);

-- A document's Markdown source, by the original that it makes or was made from.
CREATE TABLE sources (
	key    TEXT PRIMARY KEY,
	at     TEXT NOT NULL,
	source BLOB NOT NULL
);

-- +goose Down
DROP TABLE sources; DROP TABLE revisions; DROP TABLE findings; DROP TABLE sessions; DROP TABLE templates; DROP TABLE prompts;
