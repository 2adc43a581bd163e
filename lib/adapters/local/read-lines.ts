/** Lines of bytes from files and standard input, plain or compressed. */
import { type FileHandle, open } from "node:fs/promises";
import { compressionOf, decompress, MAGIC_LENGTH } from "./decompress.ts";
import { type Line, LineSplitter } from "./line-splitter.ts";

export type { Line } from "./line-splitter.ts";

/** What is the matter with a file, for whoever decides on an exit code. */
export type FileFault = "missing" | "directory" | "denied" | "truncated" | "corrupt" | "unreadable";

/** A file that could not be read to its end. Every line before the damage has been delivered. */
export class UnreadableFileError extends Error {
  override readonly name = "UnreadableFileError";
  readonly path: string;
  readonly fault: FileFault;
  /** The last line that was whole, 0 when there was none. */
  readonly lineNumber: number;

  constructor(path: string, lineNumber: number, cause: unknown) {
    const fault = faultOf(cause);
    super(`${path}: ${FAULTS[fault](lineNumber)}`, { cause });
    this.path = path;
    this.fault = fault;
    this.lineNumber = lineNumber;
  }
}

const FAULTS: Readonly<Record<FileFault, (line: number) => string>> = {
  missing: () => "expected a file of events, found none: check the path",
  directory: () => "expected a file of events, was a directory: name the files in it",
  denied: () => "expected a file that may be read, was denied: check its permissions",
  truncated: (line) =>
    `expected the end of the compressed data, the file ended after line ${line}: copy or download it again`,
  corrupt: (line) =>
    `expected compressed data, was damaged after line ${line}: copy or download it again`,
  unreadable: (line) => `reading failed after line ${line}: check the disk, then start again`,
};

const FAULT_BY_CODE: ReadonlyMap<string, FileFault> = new Map([
  ["ENOENT", "missing"],
  ["ENOTDIR", "missing"],
  ["EISDIR", "directory"],
  ["EACCES", "denied"],
  ["EPERM", "denied"],
  ["Z_BUF_ERROR", "truncated"],
  ["Z_DATA_ERROR", "corrupt"],
]);

function faultOf(cause: unknown): FileFault {
  const code = (cause as { code?: unknown } | undefined)?.code;
  if (typeof code !== "string") return "unreadable";
  if (code.startsWith("ZSTD_")) return "corrupt";
  return FAULT_BY_CODE.get(code) ?? "unreadable";
}

const CHUNK_BYTES = 256 * 1024;

/**
 * The lines of a file in batches, gzip and zstd recognised by their first bytes and not by the file's name.
 *
 * @param path a file; `-` is standard input
 * @yields at least one line; its bytes stay as they are only until the next batch is asked for
 * @throws {UnreadableFileError} at a file that is missing, cut off or damaged, after every whole line before that
 * Cost: one chunk of 256 KiB in memory, whatever the length of file and lines.
 */
export async function* readLines(path: string): AsyncGenerator<readonly Line[], void, undefined> {
  const chunks = path === "-" ? (process.stdin as AsyncIterable<Uint8Array>) : chunksOfFile(path);
  yield* linesOf(chunks, path === "-" ? "standard input" : path);
}

/** The same for bytes from anywhere; `name` stands for them in errors. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<readonly Line[], void, undefined> {
  const splitter = new LineSplitter();
  try {
    for await (const chunk of plainBytes(chunks)) yield* splitter.split(chunk);
    yield* splitter.end();
  } catch (cause) {
    throw new UnreadableFileError(name, splitter.lineNumber, cause);
  }
}

/** One buffer for all chunks: whoever wants to keep bytes copies them. */
async function* chunksOfFile(path: string): AsyncGenerator<Uint8Array> {
  const file: FileHandle = await open(path, "r");
  try {
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function* plainBytes(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]();
  const start = await firstBytes(source);
  const all = startingWith(start, source);
  const compression = compressionOf(start);
  yield* compression === undefined ? all : decompress(all, compression);
}

/** Enough chunks, joined in a copy, to recognise what follows; a pipe may hand over a byte at a time. */
async function firstBytes(source: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let start: Uint8Array = new Uint8Array(0);
  while (start.length < MAGIC_LENGTH) {
    const { done, value } = await source.next();
    if (done === true) break;
    const isEnough = start.length === 0 && value.length >= MAGIC_LENGTH;
    start = isEnough ? value : Buffer.concat([start, value]);
  }
  return start;
}

async function* startingWith(
  start: Uint8Array,
  source: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    if (start.length > 0) yield start;
    yield* { [Symbol.asyncIterator]: () => source };
  } finally {
    await source.return?.();
  }
}
