-- +goose Up
CREATE TABLE meta (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE cascades (
	number    INTEGER PRIMARY KEY,
	at        TEXT NOT NULL,
	kind      TEXT NOT NULL,
	report    TEXT NOT NULL,
	undone_at TEXT
);

-- One row per original ever taken in. The bytes lie in originals/, named by key.
CREATE TABLE originals (
	key         TEXT PRIMARY KEY,
	file        TEXT NOT NULL,
	size        INTEGER NOT NULL,
	format      TEXT NOT NULL,
	cascade     INTEGER NOT NULL,
	added       TEXT NOT NULL,
	pages       INTEGER NOT NULL,
	bare        INTEGER NOT NULL,
	sections    INTEGER NOT NULL,
	text_digest TEXT NOT NULL,
	reading     TEXT NOT NULL,
	identity    TEXT NOT NULL,
	identified  TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE sections (
	key    TEXT NOT NULL REFERENCES originals(key) ON DELETE CASCADE,
	seq    INTEGER NOT NULL,
	anchor TEXT NOT NULL,
	number TEXT NOT NULL,
	title  TEXT NOT NULL,
	level  INTEGER NOT NULL,
	path   TEXT NOT NULL,
	first  INTEGER NOT NULL,
	last   INTEGER NOT NULL,
	blocks TEXT NOT NULL,
	PRIMARY KEY (key, seq)
) WITHOUT ROWID;
CREATE INDEX sections_anchor ON sections(key, anchor);

-- Where bytes were seen, in order: a file edited in place shows the same path with other bytes.
CREATE TABLE sightings (
	seq     INTEGER PRIMARY KEY,
	key     TEXT NOT NULL,
	path    TEXT NOT NULL,
	cascade INTEGER NOT NULL
);
CREATE INDEX sightings_path ON sightings(path);
CREATE INDEX sightings_key ON sightings(key);

-- What a person said about an original. Later rows beat earlier ones, field by field.
CREATE TABLE decisions (
	id      INTEGER PRIMARY KEY,
	key     TEXT NOT NULL,
	said    TEXT NOT NULL,
	source  TEXT NOT NULL,
	cascade INTEGER NOT NULL,
	at      TEXT NOT NULL
);

-- Derived from all of the above by the rules; rewritten by each commit.
CREATE TABLE verdicts (
	key         TEXT PRIMARY KEY,
	document    TEXT NOT NULL,
	rank        INTEGER NOT NULL,
	title       TEXT NOT NULL,
	label       TEXT NOT NULL,
	label_key   TEXT NOT NULL,
	date        TEXT NOT NULL,
	epoch       TEXT NOT NULL,
	standing    TEXT NOT NULL,
	rule        TEXT NOT NULL,
	because     TEXT NOT NULL,
	replaced_by TEXT NOT NULL,
	findable    INTEGER NOT NULL,
	face        INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX verdicts_document ON verdicts(document, rank);
CREATE INDEX verdicts_face ON verdicts(face, document);

CREATE TABLE aliases (
	slug     TEXT PRIMARY KEY,
	document TEXT NOT NULL
) WITHOUT ROWID;

-- +goose Down
DROP TABLE aliases; DROP TABLE verdicts; DROP TABLE decisions; DROP TABLE sightings; DROP TABLE sections; DROP TABLE originals; DROP TABLE cascades; DROP TABLE meta;
