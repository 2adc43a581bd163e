import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { ArchiveError, explainArchiveError } from "./archive-error.ts";
import type { Segment } from "./archive-segment.ts";

/** A place in a plain segment: the line at `position` begins at byte `offset`. */
export interface SegmentPlace {
  readonly position: number;
  readonly offset: number;
}

/** Bytes between two places that are remembered for entering the segment in its middle. */
const INDEX_STEP_BYTES = 64 * 1024;
const datasync = promisify(fdatasync);

/** The one segment that grows. Writing is synchronous, so that lines stand in the order of the calls. */
export class SegmentWriter {
  readonly segment: Segment;
  private readonly fd: number;
  private size: number;
  private readonly places: SegmentPlace[];
  private syncing: Promise<void> | undefined;
  private nextSync: Promise<void> | undefined;
  /** Set when the file can no longer be trusted to hold what we think: nothing more is written to it. */
  private failure: unknown;

  /** @param size the bytes that stand there and are whole; 0 for a new segment */
  constructor(segment: Segment, size: number) {
    this.segment = segment;
    this.size = size;
    this.places = [{ position: segment.first, offset: 0 }];
    this.fd = openSync(segment.path, size === 0 ? "ax" : "a");
  }

  get bytes(): number {
    return this.size;
  }

  /** All of `text` or nothing; its first line is at `position`. */
  write(text: string, position: number): void {
    if (this.failure !== undefined) throw this.failure;
    const bytes = Buffer.from(text, "utf8");
    this.requireAlone();
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.fd, bytes, done);
    } catch (error) {
      this.undo();
      throw explainArchiveError(error, this.segment.path);
    }
    this.remember({ position, offset: this.size });
    this.size += bytes.length;
  }

  /** Resolves when all that was written before the call has reached the disk; calls that wait together share one sync. */
  sync(): Promise<void> {
    if (this.syncing === undefined) return this.startSync();
    this.nextSync ??= this.syncing.then(
      () => this.startSync(),
      () => this.startSync(),
    );
    return this.nextSync;
  }

  /** The last remembered place at or before `position`. */
  placeBefore(position: number): SegmentPlace | undefined {
    return this.places.findLast((place) => place.position <= position);
  }

  /** @param durability for `disk`, what was written reaches the disk before this returns */
  close(durability: "process" | "disk"): void {
    if (durability === "disk") fdatasyncSync(this.fd);
    const closeFile = () => closeSync(this.fd);
    if (this.syncing === undefined) closeFile();
    else this.syncing.then(closeFile, closeFile);
  }

  private async startSync(): Promise<void> {
    this.nextSync = undefined;
    if (this.failure !== undefined) throw this.failure;
    this.syncing = datasync(this.fd);
    try {
      await this.syncing;
    } catch (error) {
      // After a failed sync the system may have dropped the pages: another one would succeed and prove nothing.
      this.failure = explainArchiveError(error, this.segment.path);
      throw this.failure;
    } finally {
      this.syncing = undefined;
    }
  }

  private undo(): void {
    try {
      ftruncateSync(this.fd, this.size);
    } catch (error) {
      this.failure = explainArchiveError(error, this.segment.path);
    }
  }

  /** A second writer would give our positions to its lines. */
  private requireAlone(): void {
    const { size } = fstatSync(this.fd);
    if (size === this.size) return;
    throw new ArchiveError("in-use", this.segment.path, {
      message: `The archive file ${this.segment.path} should have ${this.size} bytes and has ${size}: another process has changed it; stop that process and start again`,
    });
  }

  private remember(place: SegmentPlace): void {
    const last = this.places.at(-1);
    if (last !== undefined && place.offset - last.offset >= INDEX_STEP_BYTES)
      this.places.push(place);
  }
}

/** Makes the names in a directory survive a power cut. */
export function syncDirectoryOf(path: string): void {
  const fd = openSync(dirname(path), "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
