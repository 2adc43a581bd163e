/**
 * The directory that holds everything one desk has recorded here. A marker file says that it is ours, so that nothing
 * else is ever written into, or deleted; the store's lock, which ends with its process, says who writes.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { EmbeddedStoreError } from "../lib/adapters/embedded/embedded-store-error.ts";
import { type EmbeddedStore, openEmbedded } from "../lib/adapters/embedded/open-embedded.ts";
import { acquireWriterLock } from "../lib/adapters/embedded/writer-lock.ts";
import { environmentError, reasonOf } from "./cli-error.ts";

const FORMAT = "brawler.data/1";

/** What may stand in a data directory: `reset` deletes these and nothing else. */
export const ENTRIES = {
  marker: "brawler-data.json",
  store: "store.sqlite",
  archive: "archive",
  quarantine: "quarantine",
  feed: "feed.json",
} as const;

/** The store's file, its lock, and SQLite's companions of both. */
export const STORE_FILES = ["", "-wal", "-shm", "-journal", ".lock", ".lock-journal"].map(
  (end) => ENTRIES.store + end,
);

/** What an interrupted write of the feed's state leaves, and what `rebuild` has set aside. */
const LEFT_BEHIND = /^(feed\.json\.partial|store\.sqlite[a-z.-]*\.damaged-\w+)$/;

/** Whether `reset` may delete it. */
export function isOurs(name: string): boolean {
  const known: readonly string[] = [...Object.values(ENTRIES), ...STORE_FILES];
  return known.includes(name) || LEFT_BEHIND.test(name);
}

export interface DataPaths {
  readonly root: string;
  readonly store: string;
  readonly archive: string;
  readonly quarantine: string;
  /** Where a simulation stopped. */
  readonly feed: string;
}

export function dataPaths(directory: string): DataPaths {
  const root = resolve(directory);
  return {
    root,
    store: join(root, ENTRIES.store),
    archive: join(root, ENTRIES.archive),
    quarantine: join(root, ENTRIES.quarantine),
    feed: join(root, ENTRIES.feed),
  };
}

/** `absent` and `empty` may become ours; `foreign` holds something else. */
export type DirectoryKind = "absent" | "empty" | "ours" | "foreign";

export function inspectDirectory(directory: string): DirectoryKind {
  if (!existsSync(directory)) return "absent";
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch (cause) {
    throw unusable(directory, cause);
  }
  if (names.includes(ENTRIES.marker)) return markerFits(directory) ? "ours" : "foreign";
  return names.length === 0 ? "empty" : "foreign";
}

function markerFits(directory: string): boolean {
  try {
    const marker: unknown = JSON.parse(readFileSync(join(directory, ENTRIES.marker), "utf8"));
    return typeof marker === "object" && marker !== null && "format" in marker
      ? marker.format === FORMAT
      : false;
  } catch {
    return false;
  }
}

/**
 * Makes the directory ours, or finds that it is.
 *
 * @throws {CliError} environment, if it holds something else or cannot be written
 */
export function prepareDirectory(directory: string): DataPaths {
  const kind = inspectDirectory(directory);
  if (kind === "foreign") throw notOurs(directory);
  const paths = dataPaths(directory);
  try {
    mkdirSync(paths.root, { recursive: true });
    if (kind !== "ours") {
      const marker = `${JSON.stringify({ format: FORMAT })}\n`;
      writeFileSync(join(paths.root, ENTRIES.marker), marker);
    }
  } catch (cause) {
    throw unusable(directory, cause);
  }
  return paths;
}

/** @throws {CliError} environment, unless the directory exists and is ours */
export function requireDirectory(directory: string): DataPaths {
  const kind = inspectDirectory(directory);
  if (kind === "foreign") throw notOurs(directory);
  if (kind === "ours") return dataPaths(directory);
  throw environmentError({
    what: "no data here yet",
    where: resolve(directory),
    why: kind === "absent" ? "the directory does not exist" : "the directory is empty",
    mend: "npx brawler start simulates and records; --data DIR names another directory",
  });
}

function notOurs(directory: string): Error {
  return environmentError({
    what: "this is not a data directory of brawler",
    where: resolve(directory),
    why: `it holds files, but no ${ENTRIES.marker} of this version`,
    mend: "name another directory with --data DIR",
  });
}

function unusable(directory: string, cause: unknown): Error {
  const complaint = {
    what: "cannot use the data directory",
    where: resolve(directory),
    why: reasonOf(cause),
    mend: "name a writable directory with --data DIR",
  };
  return environmentError(complaint, cause);
}

/** The process that writes to the directory now. */
export interface RunningProcess {
  readonly pid: number | undefined;
  readonly command: string | undefined;
  /** Where its page is, if it serves one. */
  readonly url: string | undefined;
}

/** Under which key of the store's meta a process says where its page is; worth nothing once it has ended. */
const URL_KEY = "url";

/**
 * Opens the directory's store for this process alone; nobody else can write until it is closed or the process ends.
 *
 * @throws {CliError} environment, if another process writes, or the file cannot be used
 */
export function openStore(paths: DataPaths): EmbeddedStore {
  try {
    return openEmbedded({ path: paths.store });
  } catch (cause) {
    throw storeFailure(paths, cause);
  }
}

/**
 * Opens the directory's store for reading, beside whoever writes.
 *
 * @throws {CliError} environment, if there is none, or the file cannot be used
 */
export function openStoreForReading(paths: DataPaths): EmbeddedStore {
  try {
    return openEmbedded({ path: paths.store, access: "read" });
  } catch (cause) {
    throw storeFailure(paths, cause);
  }
}

/** Tells other processes where the page is. */
export function announceUrl({ meta }: Pick<EmbeddedStore, "meta">, url: string): void {
  meta.set(URL_KEY, url);
}

/** Nobody, when the last one was killed: its lock went with it. */
export function runningProcess(paths: DataPaths): RunningProcess | undefined {
  if (!existsSync(`${paths.store}.lock`)) return undefined;
  try {
    acquireWriterLock(paths.store).release();
    return undefined;
  } catch (cause) {
    if (!(cause instanceof EmbeddedStoreError && cause.kind === "locked")) throw cause;
    return { pid: cause.holder?.pid, command: cause.holder?.command, url: announcedUrl(paths) };
  }
}

function announcedUrl(paths: DataPaths): string | undefined {
  try {
    const store = openEmbedded({ path: paths.store, access: "read" });
    const url = store.meta.get(URL_KEY);
    store.close();
    return url;
  } catch {
    return undefined; // The writer has not made the store yet: it cannot serve a page either.
  }
}

/** @throws {CliError} environment, while a process writes to the directory */
export function requireIdle(paths: DataPaths, before: string): void {
  const running = runningProcess(paths);
  if (running === undefined) return;
  throw environmentError({
    what: "this data directory is in use",
    where: paths.root,
    why: describeProcess(running),
    mend: `end it (Ctrl-C in its terminal), then ${before}`,
  });
}

export function describeProcess({ pid, command, url }: RunningProcess): string {
  const who = pid === undefined ? "a process that is starting" : `process ${pid} (${command})`;
  return `${who} writes to it${url === undefined ? "" : `, its page is ${url}`}`;
}

function storeFailure(paths: DataPaths, cause: unknown): unknown {
  if (!(cause instanceof EmbeddedStoreError)) return cause;
  if (cause.kind !== "locked") {
    const complaint = { what: "cannot open the store", where: paths.store, why: cause.message };
    const isLost = cause.kind === "absent" && existsSync(paths.archive);
    const mend = "npx brawler rebuild, or npm start, makes it anew from the raw archive";
    return environmentError(isLost ? { ...complaint, mend } : complaint, cause);
  }
  const running = runningProcess(paths);
  const complaint = {
    what: "this data directory is in use",
    where: paths.root,
    why: running === undefined ? cause.message : describeProcess(running),
    mend: "end it (Ctrl-C in its terminal), or name another directory with --data DIR",
  };
  return environmentError(complaint, cause);
}
