/**
 * The archive's files: `2026-01-01T05Z-0000000000000123.ndjson` holds lines that came in that hour, from position 123.
 * Where positions were lost before it, its name says after which one it goes on: `…123-after-0000000000000119.ndjson`.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as zlib from "node:zlib";
import { HOUR_US } from "../../core/units.ts";
import type { ArchivedLine } from "../../ports/raw-archive.ts";
import { ArchiveError } from "./archive-error.ts";
import { decodeRecord } from "./archive-record.ts";

export interface Segment {
  /** Hours since the epoch of the first line's arrival. */
  readonly hour: number;
  /** The position of the first line. */
  readonly first: number;
  /** The position of the last line before it: `first − 1` unless some were lost. */
  readonly follows: number;
  /** The path while it is plain; compressed it ends in `.zst` or `.gz` besides. */
  readonly path: string;
}

export type Compression = "zstd" | "gzip";

const NAME = /^(\d{4}-\d{2}-\d{2}T\d{2})Z-(\d{16})(?:-after-(\d{16}))?\.ndjson(\.zst|\.gz)?$/;
const SUFFIXES = ["", ".zst", ".gz"] as const;
const SUFFIX: Readonly<Record<Compression, string>> = { zstd: ".zst", gzip: ".gz" };
const UNFINISHED = ".partial";
const CHUNK_BYTES = 256 * 1024;

export function newSegment(directory: string, place: Omit<Segment, "path">): Segment {
  const label = new Date((place.hour * HOUR_US) / 1_000).toISOString().slice(0, 13);
  const gap = place.follows === place.first - 1 ? "" : `-after-${padded(place.follows)}`;
  return { ...place, path: join(directory, `${label}Z-${padded(place.first)}${gap}.ndjson`) };
}

function padded(position: number): string {
  return String(position).padStart(16, "0");
}

/** Every segment by position, and which of their files there are. */
export async function listSegments(directory: string): Promise<{
  readonly segments: readonly Segment[];
  readonly plain: ReadonlySet<string>;
  readonly compressed: ReadonlySet<string>;
  readonly unfinished: readonly string[];
}> {
  const byPath = new Map<string, Segment>();
  const plain = new Set<string>();
  const compressed = new Set<string>();
  const names = await readdir(directory);
  for (const name of names) {
    const [, label, digits, follows, suffix] = NAME.exec(name) ?? [];
    if (label === undefined) continue;
    const hour = Date.parse(`${label}:00:00Z`) / (HOUR_US / 1_000);
    const first = Number(digits);
    const segment = newSegment(directory, { hour, first, follows: Number(follows ?? first - 1) });
    byPath.set(segment.path, segment);
    (suffix === undefined ? plain : compressed).add(segment.path);
  }
  return {
    segments: [...byPath.values()].sort((a, b) => a.first - b.first),
    plain,
    compressed,
    unfinished: names
      .filter((name) => name.endsWith(UNFINISHED))
      .map((name) => join(directory, name)),
  };
}

/** zstd where this Node.js has it, else gzip. */
export function bestCompression(): Compression {
  return typeof zlib.createZstdCompress === "function" ? "zstd" : "gzip";
}

/** Replaces a plain segment by a compressed one; at any moment one of the two is whole. */
export async function compressSegment(segment: Segment, compression: Compression): Promise<void> {
  const target = segment.path + SUFFIX[compression];
  const partial = target + UNFINISHED;
  const compressor = compression === "zstd" ? zlib.createZstdCompress() : zlib.createGzip();
  try {
    await pipeline(
      createReadStream(segment.path, { highWaterMark: CHUNK_BYTES }),
      compressor,
      createWriteStream(partial, { flush: true }),
    );
    await rename(partial, target);
    await rm(segment.path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/**
 * The lines of one segment, in batches as they are read, from `offset` (a line's first byte, plain files only). Where
 * it is growing, its last line may be half there.
 *
 * @throws {ArchiveError} `corrupt`, naming file and position, where a line is not the one that must stand there
 */
export async function* readSegment(
  segment: Segment,
  from: { readonly offset: number; readonly position: number; readonly isGrowing?: boolean },
): AsyncGenerator<readonly ArchivedLine[]> {
  let expected = from.position;
  let rest = "";
  const { stream, path } = await openSegment(segment, from.offset);
  try {
    for await (const chunk of stream) {
      const texts = (rest + String(chunk)).split("\n");
      rest = texts.pop() ?? "";
      const lines = decodeRun(texts, expected, path);
      expected += lines.length;
      if (lines.length > 0) yield lines;
    }
    if (rest !== "" && from.isGrowing !== true) throw corrupt(path, expected);
  } catch (error) {
    throw isDamage(error) ? corrupt(path, expected, error) : error;
  } finally {
    stream.destroy();
  }
}

function decodeRun(texts: readonly string[], first: number, path: string): readonly ArchivedLine[] {
  return texts.map((text, i) => {
    const line = decodeRecord(text);
    if (line?.position !== first + i) throw corrupt(path, first + i);
    return line;
  });
}

function corrupt(path: string, position: number, cause?: unknown): ArchiveError {
  return new ArchiveError("corrupt", path, {
    message: `The archive file ${path} is damaged: the line at position ${position} is missing or unreadable; restore the file from a backup`,
    cause,
  });
}

/** @throws {ArchiveError} `corrupt` unless the segment goes on where reading has come to */
export function requireFollows(segment: Segment, position: number): void {
  if (segment.follows === position) return;
  throw new ArchiveError("corrupt", segment.path, {
    message: `The archive file ${segment.path} goes on after position ${segment.follows}, and the file before it ends at ${position}: a file is missing or cut short; restore it from a backup, or, to go on without its lines, add -after-${padded(position)} to the name of this one, before .ndjson`,
  });
}

/** What zlib reports for bytes that it did not write. */
function isDamage(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && (code.startsWith("Z_") || code.startsWith("ZSTD_"));
}

/** Plain, or in one of the compressed forms; which is told by the first bytes, not by the name. */
async function openSegment(
  segment: Segment,
  offset: number,
): Promise<{ readonly stream: Readable; readonly path: string }> {
  // A plain file may be replaced by its compressed form between two looks.
  for (const suffix of [...SUFFIXES, ...SUFFIXES]) {
    const path = segment.path + suffix;
    const handle = await openIfPresent(path);
    if (handle !== undefined) return { stream: await decoded(handle, offset), path };
  }
  throw corrupt(segment.path, segment.first);
}

async function openIfPresent(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function decoded(handle: FileHandle, offset: number): Promise<Readable> {
  const { buffer: magic } = await handle.read(Buffer.alloc(4), 0, 4, 0);
  const decompressor = decompressorFor(magic);
  if (decompressor === undefined) {
    return handle.createReadStream({ start: offset, highWaterMark: CHUNK_BYTES, encoding: "utf8" });
  }
  const source = handle.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES });
  source.on("error", (error) => decompressor.destroy(error));
  decompressor.on("close", () => source.destroy());
  return source.pipe(decompressor).setEncoding("utf8");
}

function decompressorFor(magic: Buffer): zlib.Gunzip | zlib.ZstdDecompress | undefined {
  if (magic.readUInt32LE(0) === 0xfd2fb528)
    return zlib.createZstdDecompress({ chunkSize: CHUNK_BYTES });
  if (magic.readUInt16LE(0) === 0x8b1f) return zlib.createGunzip({ chunkSize: CHUNK_BYTES });
  return undefined;
}
