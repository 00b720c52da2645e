/** Tables of the store. Every kind of object lives in the same ones. */

const first = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE COLLATE NOCASE, kind TEXT NOT NULL,
    body TEXT NOT NULL, deletedDateTime TEXT);
  CREATE INDEX objectsByKind ON objects (kind, seq);
  CREATE TABLE properties (
    name TEXT NOT NULL, value TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (name, value, seq)) WITHOUT ROWID;
  CREATE INDEX propertiesByObject ON properties (seq);
  CREATE TABLE links (
    kind TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY (kind, source, target)) WITHOUT ROWID;
  CREATE INDEX linksByTarget ON links (target, kind);
  CREATE TABLE requests (sequence INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL);
  CREATE TABLE faults (seq INTEGER PRIMARY KEY AUTOINCREMENT, fault TEXT NOT NULL, remaining INTEGER NOT NULL);
`;

/**
 * Every write transaction has a number, its change: rows say which one touched them last, so that delta queries can ask
 * for what is newer. Rows of layout 1 have change 0. `appeared` is the change that made an object or brought it back,
 * `touched` a JSON object with the change of each property, and of each followed relation from it, that was changed
 * since. What is gone leaves its change behind.
 *
 * What lay deleted in a file of layout 1 ends 30 days after its delete, as everything else does. The partial indexes
 * keep lists in order of creation without sorting, and soft-deleted objects out of their way.
 */
const second = `
  ALTER TABLE objects ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE objects ADD COLUMN appeared INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE objects ADD COLUMN touched TEXT;
  DROP INDEX objectsByKind;
  CREATE INDEX livingByKind ON objects (kind, seq) WHERE deletedDateTime IS NULL;
  CREATE INDEX deletedByKind ON objects (kind, seq) WHERE deletedDateTime IS NOT NULL;
  CREATE INDEX objectsByChange ON objects (kind, changed);
  CREATE TABLE goneObjects (id TEXT PRIMARY KEY, kind TEXT NOT NULL, changed INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX goneObjectsByChange ON goneObjects (kind, changed);
  ALTER TABLE links ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX linksBySource ON links (source);
  CREATE TABLE goneLinks (
    kind TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL, changed INTEGER NOT NULL, PRIMARY KEY (kind, source, target)) WITHOUT ROWID;
  CREATE TABLE tasks (seq INTEGER PRIMARY KEY AUTOINCREMENT, dueAt TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL);
  CREATE INDEX tasksByTime ON tasks (dueAt);
  INSERT INTO tasks (dueAt, kind, payload)
    SELECT strftime('%Y-%m-%dT%H:%M:%fZ', deletedDateTime, '+30 days'), 'expiry',
      json_object('id', id, 'deletedDateTime', deletedDateTime)
    FROM objects WHERE deletedDateTime IS NOT NULL;
  CREATE TABLE history (
    key TEXT NOT NULL, change INTEGER NOT NULL, until INTEGER NOT NULL, late INTEGER NOT NULL, before TEXT NOT NULL,
    PRIMARY KEY (key, change)) WITHOUT ROWID;
`;

/** What has arrived everywhere is found by its time. */
const third = "CREATE INDEX historyByTime ON history (until);";

/** Half of what the property index took: the few that delete from it know the values. */
const fourth = "DROP INDEX propertiesByObject;";

/** The links of an object are found kind by kind: only who purges it asks for all. */
const fifth = "DROP INDEX linksBySource;";

/** How a file of layout n becomes one of layout n + 1; an empty file has layout 0. Released steps never change. */
export const steps: readonly string[] = [first, second, third, fourth, fifth];

/** A file of a newer layout is refused. */
export const newestLayout = steps.length;
