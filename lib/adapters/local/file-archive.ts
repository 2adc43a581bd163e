import { rmSync } from "node:fs";
import { mkdir, open, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { HOUR_US } from "../../core/units.ts";
import type { ArchivedLine, ArrivedLine, RawArchive } from "../../ports/raw-archive.ts";
import { ArchiveError, explainArchiveError } from "./archive-error.ts";
import { encodeRecord } from "./archive-record.ts";
import {
  bestCompression,
  type Compression,
  compressSegment,
  listSegments,
  newSegment,
  readSegment,
  requireFollows,
  type Segment,
} from "./archive-segment.ts";
import { recoverTail } from "./recover-tail.ts";
import { SegmentWriter, syncDirectoryOf } from "./segment-writer.ts";

export interface FileArchiveOptions {
  readonly directory: string;
  /** `write` (default): one process at a time. `read`: beside a writer; sees what stood when it opened. */
  readonly access?: "write" | "read";
  /** What an acknowledged line survives: `process` (default) `kill -9`, `disk` a power cut too. */
  readonly durability?: "process" | "disk";
  /**
   * Positions up to this one are not given again: pass the last position that a consumer has committed, so that an
   * archive that lost its tail to a power cut cannot give it to other lines.
   */
  readonly floor?: number;
  /** How segments that are no longer written are kept; the best that this Node.js has unless given. */
  readonly compression?: Compression | "none";
  /** A segment is closed when it holds this many bytes, or when a later hour begins. */
  readonly segmentBytes?: number;
}

export interface FileArchive extends RawArchive {
  /** As `read`, many lines at a time. */
  batches(after: number): AsyncIterable<readonly ArchivedLine[]>;
  /** Waits for compression that is under way. Idempotent. */
  close(): Promise<void>;
}

const SEGMENT_BYTES = 64 * 1024 * 1024;

/**
 * Opens the archive in `directory`, making it when there is none. A line torn by `kill -9` is cut off: it was never
 * acknowledged.
 *
 * @throws {ArchiveError} when its files cannot be used; its `kind` says why, its message how to mend it
 */
export async function openFileArchive(options: FileArchiveOptions): Promise<FileArchive> {
  const directory = resolve(options.directory);
  try {
    return await (options.access === "read"
      ? openForReading(directory, options)
      : openForWriting(directory, options));
  } catch (error) {
    throw explainArchiveError(error, directory);
  }
}

async function openForReading(
  directory: string,
  options: FileArchiveOptions,
): Promise<FileArchive> {
  const { segments, plain } = await listSegments(directory);
  const tail = await tailOf(segments.at(-1), plain);
  return new SegmentedArchive({
    ...options,
    directory,
    segments,
    last: tail.last,
    writer: undefined,
  });
}

async function openForWriting(
  directory: string,
  options: FileArchiveOptions,
): Promise<FileArchive> {
  await mkdir(directory, { recursive: true });
  const found = await listSegments(directory);
  await sweep(found);
  const { segments, plain } = await listSegments(directory);
  const newest = segments.at(-1);
  const tail = await tailOf(newest, plain);
  if (newest !== undefined && tail.bytes >= 0) await cut(newest.path, tail.bytes);
  const kept = tail.bytes === 0 ? segments.slice(0, -1) : segments;
  const isCutShort = (options.floor ?? 0) > tail.last;
  const writer = isCutShort ? undefined : writeOn(newest, tail.bytes);
  const { last } = tail;
  const archive = new SegmentedArchive({ ...options, directory, segments: kept, last, writer });
  for (const segment of kept) {
    if (plain.has(segment.path) && segment !== writer?.segment) archive.compress(segment);
  }
  return archive;
}

/** Removes what an interrupted compression left. */
async function sweep(found: Awaited<ReturnType<typeof listSegments>>): Promise<void> {
  for (const path of found.unfinished) await rm(path, { force: true });
  for (const path of found.plain) if (found.compressed.has(path)) await rm(path);
}

function writeOn(newest: Segment | undefined, bytes: number): SegmentWriter | undefined {
  return newest !== undefined && bytes > 0 ? new SegmentWriter(newest, bytes) : undefined;
}

interface Tail {
  /** The position of the last line in the archive, 0 when there is none. */
  readonly last: number;
  /** Bytes of the newest segment that are whole, when it is plain and can be written on; −1 when it is compressed. */
  readonly bytes: number;
}

async function tailOf(newest: Segment | undefined, plain: ReadonlySet<string>): Promise<Tail> {
  if (newest === undefined) return { last: 0, bytes: 0 };
  if (!plain.has(newest.path)) return { last: await lastPosition(newest), bytes: -1 };
  const handle = await open(newest.path, "r");
  try {
    const { length, last } = await recoverTail(handle, newest.path);
    return { last: last ?? newest.first - 1, bytes: length };
  } finally {
    await handle.close();
  }
}

async function lastPosition(segment: Segment): Promise<number> {
  let last = segment.first - 1;
  for await (const lines of readSegment(segment, { offset: 0, position: segment.first })) {
    last += lines.length;
  }
  return last;
}

/** Cuts off a torn tail; a segment of which nothing is left goes. */
async function cut(path: string, bytes: number): Promise<void> {
  if (bytes === 0) return rm(path);
  const handle = await open(path, "r+");
  try {
    await handle.truncate(bytes);
  } finally {
    await handle.close();
  }
}

interface Opened extends FileArchiveOptions {
  readonly segments: readonly Segment[];
  /** The position of the last line. */
  readonly last: number;
  readonly writer: SegmentWriter | undefined;
}

class SegmentedArchive implements FileArchive {
  private readonly options: FileArchiveOptions;
  private readonly segments: Segment[];
  private writer: SegmentWriter | undefined;
  /** The last line written, and the last acknowledged: what readers see. */
  private written: number;
  private acknowledged: number;
  private compressing: Promise<void> = Promise.resolve();
  private isClosed = false;

  constructor({ segments, last, writer, ...options }: Opened) {
    this.options = options;
    this.segments = [...segments];
    this.writer = writer;
    this.written = last;
    this.acknowledged = last;
  }

  async append(lines: readonly ArrivedLine[]): Promise<number> {
    this.requireWritable();
    if (lines.length === 0) return this.end();
    const last = this.write(lines);
    if (this.options.durability === "disk") await this.writer?.sync();
    this.acknowledged = Math.max(this.acknowledged, last);
    return last;
  }

  async end(): Promise<number> {
    return Math.max(this.acknowledged, this.options.floor ?? 0);
  }

  async *read(after: number): AsyncGenerator<ArchivedLine> {
    for await (const lines of this.batches(after)) yield* lines;
  }

  async *batches(after: number): AsyncGenerator<readonly ArchivedLine[]> {
    const until = this.acknowledged;
    if (after >= until) return;
    for await (const lines of this.linesAround(after + 1, until)) {
      const wanted = lines.filter(({ position }) => position > after && position <= until);
      if (wanted.length > 0) yield wanted;
      if ((lines.at(-1)?.position ?? 0) >= until) return;
    }
    const { directory } = this.options;
    throw new ArchiveError("corrupt", directory, {
      message: `The archive ${directory} ends before position ${until}, which it held: its newest file was cut short; restore it from a backup`,
    });
  }

  /** Whole batches as they stand in the files, from the one that holds `first` on. */
  private async *linesAround(
    first: number,
    until: number,
  ): AsyncGenerator<readonly ArchivedLine[]> {
    const segments = this.segments.filter((segment) => segment.first <= until);
    const start = segments.findLastIndex((segment) => segment.first <= first);
    // Where no file holds it, the first one must be the first that ever was.
    let position = start < 0 ? 0 : undefined;
    for (const segment of segments.slice(Math.max(start, 0))) {
      if (position !== undefined) requireFollows(segment, position);
      for await (const lines of readSegment(segment, this.entry(segment, first))) {
        yield lines;
        position = lines.at(-1)?.position;
      }
    }
  }

  /** Runs behind; until it is done, or when it fails, the plain file is read. */
  compress(segment: Segment): void {
    const { compression = bestCompression() } = this.options;
    if (compression === "none") return;
    this.compressing = this.compressing
      .then(() => compressSegment(segment, compression))
      .catch(() => undefined);
  }

  async close(): Promise<void> {
    if (!this.isClosed) this.writer?.close(this.options.durability ?? "process");
    this.isClosed = true;
    await this.compressing;
  }

  private requireWritable(): void {
    const { directory } = this.options;
    if (this.isClosed) {
      throw new ArchiveError("closed", directory, {
        message: `The archive ${directory} has been closed; open it again before writing`,
      });
    }
    if (this.options.access === "read") {
      throw new ArchiveError("read-only", directory, {
        message: `The archive ${directory} was opened for reading; open it for writing to add to it`,
      });
    }
  }

  /** Gives positions and writes; returns the last one given. */
  private write(lines: readonly ArrivedLine[]): number {
    let text = "";
    let count = 0;
    const first = () => this.nextPosition();
    const flush = () => {
      if (count === 0) return;
      this.writer?.write(text, first());
      this.written = first() + count - 1;
      text = "";
      count = 0;
    };
    for (const line of lines) {
      if (this.needsSegment(line, text.length)) {
        flush();
        this.startSegment(line);
      }
      text += encodeRecord(first() + count, line);
      count += 1;
    }
    flush();
    return this.written;
  }

  private nextPosition(): number {
    return Math.max(this.written, this.options.floor ?? 0) + 1;
  }

  /** A clock that steps back does not open an hour again. */
  private needsSegment(line: ArrivedLine, waitingBytes: number): boolean {
    if (this.writer === undefined) return true;
    const bytes = this.writer.bytes + waitingBytes;
    return (
      hourOf(line) > this.writer.segment.hour ||
      bytes >= (this.options.segmentBytes ?? SEGMENT_BYTES)
    );
  }

  private startSegment(line: ArrivedLine): void {
    const durability = this.options.durability ?? "process";
    this.retire(durability);
    const segment = newSegment(this.options.directory, {
      hour: hourOf(line),
      first: this.nextPosition(),
      follows: this.written,
    });
    try {
      this.writer = new SegmentWriter(segment, 0);
      if (durability === "disk") syncDirectoryOf(segment.path);
    } catch (error) {
      throw explainArchiveError(error, segment.path);
    }
    this.segments.push(segment);
  }

  private retire(durability: "process" | "disk"): void {
    const old = this.writer;
    this.writer = undefined;
    if (old === undefined) return;
    old.close(durability);
    if (old.bytes > 0) {
      this.compress(old.segment);
    } else {
      // Its first line could not be written: the name is free for the next.
      rmSync(old.segment.path, { force: true });
      this.segments.splice(this.segments.indexOf(old.segment), 1);
    }
  }

  /** Where reading of a segment begins: in the middle of the newest one, where its places are known. */
  private entry(segment: Segment, position: number): Parameters<typeof readSegment>[1] {
    const isNewest = segment === this.segments.at(-1);
    const known = segment === this.writer?.segment ? this.writer.placeBefore(position) : undefined;
    return { offset: 0, position: segment.first, ...known, isGrowing: isNewest };
  }
}

function hourOf({ receivedTime }: ArrivedLine): number {
  return Math.floor(receivedTime / HOUR_US);
}
