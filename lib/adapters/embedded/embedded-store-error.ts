/** What went wrong with the store's file, for the exit code and the first line of the message. */
export type EmbeddedStoreErrorKind =
  | "absent"
  | "not-a-database"
  | "foreign"
  | "schema"
  | "corrupt"
  | "disk-full"
  | "locked"
  | "read-only"
  | "unreachable"
  | "io"
  | "closed";

/** The process that has the store open for writing. */
export interface LockHolder {
  readonly pid: number;
  readonly command: string;
  /** ISO 8601, when it opened the store. */
  readonly since: string;
}

/** A failure of the file, not of the caller: its message says what, where, why, and how to mend it. */
export class EmbeddedStoreError extends Error {
  override readonly name = "EmbeddedStoreError";
  readonly kind: EmbeddedStoreErrorKind;
  readonly path: string;
  /** Set for `locked`, when the holder could be read. */
  readonly holder: LockHolder | undefined;

  constructor(
    kind: EmbeddedStoreErrorKind,
    path: string,
    detail: {
      readonly message: string;
      readonly cause?: unknown;
      readonly holder?: LockHolder | undefined;
    },
  ) {
    super(detail.message, { cause: detail.cause });
    this.kind = kind;
    this.path = path;
    this.holder = detail.holder;
  }
}

const REBUILD =
  "npx brawler rebuild makes it anew from the raw archive beside it, and keeps the damaged file";

/** SQLite's primary result codes that say something about the file rather than about our statement. */
const BY_RESULT_CODE: ReadonlyMap<
  number,
  { readonly kind: EmbeddedStoreErrorKind; readonly say: (path: string) => string }
> = new Map([
  [
    5,
    {
      kind: "locked",
      say: (path) =>
        `The store ${path} is in use by another process; wait until that has finished, or use another data directory`,
    },
  ],
  [
    8,
    {
      kind: "read-only",
      say: (path) =>
        `The store ${path} cannot be written: its file or directory is read-only for this user; make both writable, or use another data directory`,
    },
  ],
  [
    10,
    {
      kind: "io",
      say: (path) =>
        `The store ${path} cannot be read or written: the disk reported an error; check the disk and its file system, then start again`,
    },
  ],
  [
    11,
    {
      kind: "corrupt",
      say: (path) =>
        `The store ${path} is damaged: a part of the file is missing or wrong; ${REBUILD}`,
    },
  ],
  [
    13,
    {
      kind: "disk-full",
      say: (path) =>
        `The store ${path} cannot grow: the disk (or its size limit) is full; the last commit stands. Free some space and start again`,
    },
  ],
  [
    14,
    {
      kind: "unreachable",
      say: (path) =>
        `The store ${path} cannot be opened: the directory is missing, or this user may not write there; create it or use another data directory`,
    },
  ],
  [
    26,
    {
      kind: "not-a-database",
      say: (path) =>
        `The store ${path} is not a database: the file begins with something else; ${REBUILD}`,
    },
  ],
]);

/**
 * Names the situation behind an error of SQLite or of the file system.
 *
 * @returns an EmbeddedStoreError, or the error itself when it says nothing about the file
 */
export function explainStoreError(error: unknown, path: string): unknown {
  if (error instanceof EmbeddedStoreError || !(error instanceof Error)) return error;
  const { code, errcode } = error as Error & { code?: unknown; errcode?: unknown };
  if (code === "ERR_INVALID_STATE") {
    return new EmbeddedStoreError("closed", path, {
      message: `The store ${path} has been closed; open it again before reading or writing`,
      cause: error,
    });
  }
  const resultCode = typeof errcode === "number" ? errcode & 0xff : resultCodeOfSystemError(code);
  const known = BY_RESULT_CODE.get(resultCode);
  if (known === undefined) return error;
  return new EmbeddedStoreError(known.kind, path, { message: known.say(path), cause: error });
}

/** What SQLite says of a page it cannot read, for damage that was found by looking at the whole file. */
export function damagedStore(path: string): EmbeddedStoreError {
  const message = `The store ${path} is damaged: a part of the file is missing or wrong; ${REBUILD}`;
  return new EmbeddedStoreError("corrupt", path, { message });
}

function resultCodeOfSystemError(code: unknown): number {
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") return 8;
  if (code === "ENOSPC" || code === "EDQUOT") return 13;
  if (code === "ENOTDIR" || code === "EEXIST" || code === "ENOENT") return 14;
  return 0;
}
