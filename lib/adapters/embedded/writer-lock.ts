import { basename } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { EmbeddedStoreError, explainStoreError, type LockHolder } from "./embedded-store-error.ts";

/** Held until released or until the process ends, however it ends. */
export interface WriterLock {
  /** Idempotent. */
  release(): void;
}

/**
 * Makes this process the only one that writes the store at `path`.
 *
 * The lock is the write lock of a small database beside the store, which the operating system drops with the
 * process: a pid file would outlive `kill -9` and name a stranger. Readers of that database still see who holds it.
 *
 * @throws {EmbeddedStoreError} `locked`, naming the holder
 */
export function acquireWriterLock(path: string): WriterLock {
  const lockPath = `${path}.lock`;
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(lockPath, { timeout: 0 });
    const held = db;
    signIn(held);
    held.exec("BEGIN IMMEDIATE");
    return {
      release() {
        if (held.isOpen) held.close();
      },
    };
  } catch (error) {
    const locked = db === undefined ? undefined : lockedError(error, db, path);
    db?.close();
    throw locked ?? explainStoreError(error, lockPath);
  }
}

function signIn(db: DatabaseSync): void {
  db.exec("PRAGMA synchronous = OFF"); // Who holds the lock need not survive a power cut.
  db.exec("BEGIN IMMEDIATE");
  db.exec(
    "CREATE TABLE IF NOT EXISTS holder (one INTEGER PRIMARY KEY CHECK (one = 1), pid, command, since)",
  );
  db.prepare("REPLACE INTO holder VALUES (1, ?, ?, ?)").run(
    process.pid,
    [basename(process.argv[1] ?? "node"), ...process.argv.slice(2, 3)].join(" "),
    new Date().toISOString(),
  );
  db.exec("COMMIT");
}

function lockedError(
  error: unknown,
  db: DatabaseSync,
  path: string,
): EmbeddedStoreError | undefined {
  const explained = explainStoreError(error, path);
  if (!(explained instanceof EmbeddedStoreError) || explained.kind !== "locked") return undefined;
  const holder = readHolder(db);
  if (holder === undefined) return explained;
  return new EmbeddedStoreError("locked", path, {
    message: `The store ${path} is in use by process ${holder.pid} (${holder.command}, since ${holder.since}); stop that process, or use another data directory`,
    cause: error,
    holder,
  });
}

function readHolder(db: DatabaseSync): LockHolder | undefined {
  try {
    const row = db.prepare("SELECT pid, command, since FROM holder").get();
    if (row === undefined) return undefined;
    return {
      pid: Number(row["pid"]),
      command: String(row["command"]),
      since: String(row["since"]),
    };
  } catch {
    return undefined; // The holder is signing in at this moment: who it is cannot be said.
  }
}
