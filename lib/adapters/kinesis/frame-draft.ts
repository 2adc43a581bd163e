/** Lines that will travel together, until they are enough. */
import type { OutgoingLine, PublishOutcome, RefusedLine } from "../../ports/event-sink.ts";

const FRAME_LINES_MAX = 500;
const FRAME_BYTES_MAX = 512 * 1024;

/** One call to publish, and how many of its lines are on their way. */
export class Ticket {
  private readonly settled = Promise.withResolvers<PublishOutcome>();
  private waiting: number;
  private acknowledged = 0;
  private readonly refused: RefusedLine[] = [];
  private failure: Error | undefined;

  constructor(lines: number) {
    this.waiting = lines;
    this.settleWhenDone();
  }

  /** Settles when every line has been settled: rejects if one failed. */
  get outcome(): Promise<PublishOutcome> {
    return this.settled.promise;
  }

  acknowledge(): void {
    this.acknowledged += 1;
    this.settleOne();
  }

  refuse(line: RefusedLine): void {
    this.refused.push(line);
    this.settleOne();
  }

  fail(error: Error): void {
    this.failure ??= error;
    this.settleOne();
  }

  private settleOne(): void {
    this.waiting -= 1;
    this.settleWhenDone();
  }

  private settleWhenDone(): void {
    if (this.waiting > 0) return;
    const { acknowledged, refused, failure } = this;
    if (failure === undefined) this.settled.resolve({ acknowledged, refused });
    else this.settled.reject(failure);
  }
}

export interface DraftedLine extends OutgoingLine {
  readonly ticket: Ticket;
}

/** Grows by a line until `fits` says no. */
export class FrameDraft {
  readonly lines: DraftedLine[] = [];
  private bytes = 0;

  /** The first line always fits: a line longer than a frame should be travels alone. */
  fits(line: string): boolean {
    const bytes = this.bytes + bytesOf(line);
    return (
      this.lines.length === 0 || (this.lines.length < FRAME_LINES_MAX && bytes <= FRAME_BYTES_MAX)
    );
  }

  add(line: DraftedLine): void {
    this.lines.push(line);
    this.bytes += bytesOf(line.line);
  }

  get isFull(): boolean {
    return this.lines.length >= FRAME_LINES_MAX || this.bytes >= FRAME_BYTES_MAX;
  }

  ndjson(): Uint8Array {
    return Buffer.from(this.lines.map(({ line }) => `${line}\n`).join(""), "utf8");
  }
}

function bytesOf(line: string): number {
  return Buffer.byteLength(line) + 1;
}
