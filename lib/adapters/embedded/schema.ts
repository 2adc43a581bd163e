import type { DatabaseSync } from "node:sqlite";
import { EmbeddedStoreError } from "./embedded-store-error.ts";

/** "BRWL": tells our files from those of other programs. */
const APPLICATION_ID = 0x4252574c;

/**
 * The schema's history: entry n turns version n into n + 1. Entries are only ever added.
 *
 * Rollups cluster by part before bucket, so that a chart of one part reads neighbouring pages; `late` is the sequence
 * of an additive row (`core+17` is part `core`, late 17), −1 for the row itself.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE series (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL, instrument TEXT NOT NULL,
    UNIQUE (account, instrument)
  ) STRICT;
  CREATE TABLE state (
    series INTEGER PRIMARY KEY REFERENCES series, epoch INTEGER NOT NULL, gen INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE part (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE rollup (
    series INTEGER NOT NULL, resolution INTEGER NOT NULL, part INTEGER NOT NULL,
    bucket INTEGER NOT NULL, late INTEGER NOT NULL,
    version INTEGER NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (series, resolution, part, bucket, late)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE trade (
    id INTEGER PRIMARY KEY, series INTEGER NOT NULL REFERENCES series, trade_id TEXT NOT NULL,
    time INTEGER NOT NULL, sequence INTEGER NOT NULL,
    version INTEGER NOT NULL, value TEXT NOT NULL,
    UNIQUE (series, trade_id)
  ) STRICT;
  CREATE INDEX trade_by_series ON trade (series, time, sequence);
  CREATE INDEX trade_by_time ON trade (time, sequence);
  `,
  `
  ALTER TABLE state ADD COLUMN dirty_since INTEGER;
  CREATE INDEX state_owing ON state (dirty_since) WHERE dirty_since IS NOT NULL;
  `,
  `
  CREATE TABLE analysis (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, series INTEGER NOT NULL REFERENCES series,
    time INTEGER NOT NULL, version INTEGER NOT NULL, value TEXT NOT NULL,
    UNIQUE (kind, series, time)
  ) STRICT;
  CREATE TABLE alert (
    type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, parent TEXT NOT NULL,
    time INTEGER NOT NULL, open_at INTEGER, value TEXT NOT NULL,
    UNIQUE (type, id)
  ) STRICT;
  CREATE INDEX alert_by_time ON alert (type, time, id);
  CREATE INDEX alert_by_parent ON alert (type, parent, time, id);
  CREATE INDEX alert_open ON alert (type, open_at, id) WHERE open_at IS NOT NULL;
  `,
  // Reads take the summary alone: it lies before the body, so that the body's pages are not touched.
  `
  ALTER TABLE state RENAME TO state_before;
  DROP INDEX state_owing;
  CREATE TABLE state (
    series INTEGER PRIMARY KEY REFERENCES series, epoch INTEGER NOT NULL, gen INTEGER NOT NULL,
    dirty_since INTEGER, summary TEXT NOT NULL, body TEXT NOT NULL
  ) STRICT;
  INSERT INTO state SELECT series, epoch, gen, dirty_since, '', body FROM state_before;
  DROP TABLE state_before;
  CREATE INDEX state_owing ON state (dirty_since) WHERE dirty_since IS NOT NULL;
  `,
];

/** The version this program reads and writes. */
const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings a file that is open for writing from the version found to the newest; a new file gets it whole.
 *
 * @param found what `schemaVersion` returned for it
 */
export function migrate(db: DatabaseSync, found: number): void {
  if (found === SCHEMA_VERSION) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    for (const step of MIGRATIONS.slice(found)) db.exec(step);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** For a file opened for reading, which cannot be brought forward. */
export function requireCurrentSchema(db: DatabaseSync, path: string): void {
  const found = schemaVersion(db, path);
  if (found === SCHEMA_VERSION) return;
  throw new EmbeddedStoreError("schema", path, {
    message: `The store ${path} has schema ${found}, this program reads ${SCHEMA_VERSION}; open it once for writing (start the product on it), which brings it forward`,
  });
}

/**
 * The schema of the file, 0 when it is new. Reads only, so that a file that is not ours stays as it is.
 *
 * @throws {EmbeddedStoreError} `foreign` or `schema` when the file is not one of ours, or newer than this program
 */
export function schemaVersion(db: DatabaseSync, path: string): number {
  const version = pragma(db, "user_version");
  const application = pragma(db, "application_id");
  const tables = db.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"];
  if (application !== APPLICATION_ID && tables !== 0) {
    throw new EmbeddedStoreError("foreign", path, {
      message: `The store ${path} is an SQLite database of another program; it is left as it is: use another data directory, or move that file away`,
    });
  }
  if (version > SCHEMA_VERSION) {
    throw new EmbeddedStoreError("schema", path, {
      message: `The store ${path} has schema ${version}, this program knows up to ${SCHEMA_VERSION}: a newer version wrote it; use that version, or move the file away and rebuild it from the raw archive`,
    });
  }
  return tables === 0 ? 0 : version;
}

function pragma(db: DatabaseSync, name: "user_version" | "application_id"): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}
