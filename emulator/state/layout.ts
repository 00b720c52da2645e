/** Tables of the store. Every kind of object lives in the same ones. */

/** Rises when the tables change. A file of a newer layout is refused. */
export const schemaVersion = 1;

export const layout = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE COLLATE NOCASE, kind TEXT NOT NULL,
    body TEXT NOT NULL, deletedDateTime TEXT);
  CREATE INDEX IF NOT EXISTS objectsByKind ON objects (kind, seq);
  CREATE TABLE IF NOT EXISTS properties (
    name TEXT NOT NULL, value TEXT NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (name, value, seq)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS propertiesByObject ON properties (seq);
  CREATE TABLE IF NOT EXISTS links (
    kind TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY (kind, source, target)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS linksByTarget ON links (target, kind);
  CREATE TABLE IF NOT EXISTS requests (sequence INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS faults (seq INTEGER PRIMARY KEY AUTOINCREMENT, fault TEXT NOT NULL, remaining INTEGER NOT NULL);
`;
