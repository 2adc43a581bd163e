/**
 * The directory that holds everything one desk has recorded here. A marker file says that it is ours, so that nothing
 * else is ever written into, or deleted; a lock that the operating system drops with its process says who writes.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { environmentError, reasonOf } from "./cli-error.ts";

const FORMAT = "brawler.data/1";

/** What may stand in a data directory: `reset` deletes these and nothing else. */
export const ENTRIES = {
  marker: "brawler-data.json",
  lock: "brawler.lock",
  process: "process.json",
  store: "store.sqlite",
  archive: "archive",
  quarantine: "quarantine",
} as const;

/** SQLite's companions of a database file. */
export const STORE_FILES = ["", "-wal", "-shm", "-journal"].map((end) => ENTRIES.store + end);

export interface DataPaths {
  readonly root: string;
  readonly store: string;
  readonly archive: string;
  readonly quarantine: string;
}

export function dataPaths(directory: string): DataPaths {
  const root = resolve(directory);
  return {
    root,
    store: join(root, ENTRIES.store),
    archive: join(root, ENTRIES.archive),
    quarantine: join(root, ENTRIES.quarantine),
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

/** Who has the lock, for people; the lock itself is the operating system's. */
export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
  /** Where its page is, if it serves one. */
  readonly url: string | undefined;
}

export interface DirectoryLock {
  /** Tells others where the page is, once it is known. */
  readonly announce: (url: string) => void;
  readonly release: () => void;
}

/**
 * Takes the directory for this process. A killed process leaves no lock behind.
 *
 * @throws {CliError} environment, if another process has it
 */
export function lockDirectory(paths: DataPaths, command: string): DirectoryLock {
  const held = tryLock(paths);
  if (held === undefined) {
    const other = readProcess(paths);
    throw environmentError({
      what: "another brawler writes to this data directory",
      where: paths.root,
      why: other === undefined ? "it is starting" : describeProcess(other),
      mend: "end it (Ctrl-C in its terminal), or name another directory with --data DIR",
    });
  }
  const processFile = join(paths.root, ENTRIES.process);
  const say = (url: string | undefined): void =>
    writeFileSync(processFile, `${JSON.stringify({ pid: process.pid, command, url })}\n`);
  say(undefined);
  return {
    announce: say,
    release: () => {
      rmSync(processFile, { force: true });
      held.close();
    },
  };
}

/** The process that has the directory now; a note left by a killed one does not count. */
export function runningProcess(paths: DataPaths): RunningProcess | undefined {
  if (!existsSync(join(paths.root, ENTRIES.lock))) return undefined;
  const held = tryLock(paths);
  if (held === undefined)
    return readProcess(paths) ?? { pid: 0, command: "unknown", url: undefined };
  held.close();
  return undefined;
}

const SQLITE_BUSY = 5;

function tryLock(paths: DataPaths): DatabaseSync | undefined {
  const database = new DatabaseSync(join(paths.root, ENTRIES.lock), { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (cause) {
    database.close();
    const busy = cause instanceof Error && "errcode" in cause && cause.errcode === SQLITE_BUSY;
    if (busy) return undefined;
    throw unusable(paths.root, cause);
  }
}

function readProcess(paths: DataPaths): RunningProcess | undefined {
  try {
    const text = readFileSync(join(paths.root, ENTRIES.process), "utf8");
    const { pid, command, url } = JSON.parse(text) as Partial<RunningProcess>;
    return pid === undefined || command === undefined ? undefined : { pid, command, url };
  } catch {
    return undefined;
  }
}

export function describeProcess({ pid, command, url }: RunningProcess): string {
  return `process ${pid} runs brawler ${command}${url === undefined ? "" : ` on ${url}`}`;
}
