/** What went wrong with the archive's files. */
export type ArchiveErrorKind =
  | "corrupt"
  | "disk-full"
  | "read-only"
  | "unreachable"
  | "in-use"
  | "io"
  | "closed";

/** A failure of the archive's files: its message says what, where, why, and how to mend it. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
  readonly kind: ArchiveErrorKind;
  readonly path: string;

  constructor(
    kind: ArchiveErrorKind,
    path: string,
    detail: { readonly message: string; readonly cause?: unknown },
  ) {
    super(detail.message, { cause: detail.cause });
    this.kind = kind;
    this.path = path;
  }
}

const KIND_BY_SYSTEM_CODE: ReadonlyMap<string, ArchiveErrorKind> = new Map([
  ["ENOSPC", "disk-full"],
  ["EDQUOT", "disk-full"],
  ["EFBIG", "disk-full"],
  ["EACCES", "read-only"],
  ["EPERM", "read-only"],
  ["EROFS", "read-only"],
  ["ENOTDIR", "unreachable"],
  ["EEXIST", "unreachable"],
  ["ENOENT", "unreachable"],
]);

const ADVICE: Readonly<Partial<Record<ArchiveErrorKind, string>>> = {
  "disk-full":
    "the disk is full, what was acknowledged stands; free some space and send the lines again",
  "read-only": "this user may not write there; make it writable, or use another data directory",
  unreachable:
    "the directory is missing, or a file stands in its place; make way for it, or use another data directory",
};

/** Names the situation behind an error of the file system. */
export function explainArchiveError(error: unknown, path: string): unknown {
  if (error instanceof ArchiveError || !(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const kind = KIND_BY_SYSTEM_CODE.get(code) ?? "io";
  const why = ADVICE[kind] ?? `the disk reported ${code}; check the disk and its file system`;
  return new ArchiveError(kind, path, {
    message: `The archive ${path} cannot be used: ${why}`,
    cause: error,
  });
}
