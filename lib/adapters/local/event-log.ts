import type { EventStream } from "../../ports/event-stream.ts";
import type { ArchivedLine, ArrivedLine } from "../../ports/raw-archive.ts";
import { ArchiveError } from "./archive-error.ts";
import type { FileArchive } from "./file-archive.ts";

export interface EventLogOptions {
  /** How many lines a subscriber may be behind before publishers wait; as many are kept in memory. */
  readonly capacity?: number;
  /** The most lines a batch holds. */
  readonly batchLines?: number;
}

/** The local stream: what is published is archived first, then handed on from memory. */
export interface EventLog extends EventStream {
  /** Ends subscriptions after the batch they hold, refuses publishers, those that wait too. The archive stays open. */
  close(): void;
}

const CAPACITY = 65_536;
const BATCH_LINES = 4_096;

/** A stream over the archive: a subscriber that falls behind what memory holds reads the files. */
export function openEventLog(archive: FileArchive, options: EventLogOptions = {}): EventLog {
  return new ArchivedEventLog(archive, options);
}

interface Subscription {
  /** The last position that the subscriber has taken in. */
  position: number;
}

class ArchivedEventLog implements EventLog {
  private readonly archive: FileArchive;
  private readonly capacity: number;
  private readonly batchLines: number;
  private readonly subscriptions = new Set<Subscription>();
  /** The newest lines, without a hole: at least `capacity` of them once there were as many, at most twice that. */
  private recent: ArchivedLine[] = [];
  private readonly arrival = new Bell();
  private readonly progress = new Bell();
  /** Publishers pass one by one, in the order of their calls. */
  private turn: Promise<void> = Promise.resolve();
  private isClosed = false;

  constructor(archive: FileArchive, { capacity, batchLines }: EventLogOptions) {
    this.archive = archive;
    this.capacity = capacity ?? CAPACITY;
    this.batchLines = batchLines ?? BATCH_LINES;
  }

  async publish(lines: readonly ArrivedLine[]): Promise<number> {
    const room = this.turn.then(() => this.waitForRoom());
    this.turn = room.catch(() => undefined);
    await room;
    const end = await this.archive.append(lines);
    this.keep(lines, end);
    this.arrival.ring();
    return end;
  }

  async *subscribe(after: number): AsyncGenerator<readonly ArchivedLine[]> {
    await this.requireReached(after);
    const subscription: Subscription = { position: after };
    this.subscriptions.add(subscription);
    try {
      while (!this.isClosed) {
        const rung = this.arrival.next();
        if (subscription.position >= (await this.archive.end())) await rung;
        else yield* this.deliver(subscription);
      }
    } finally {
      this.subscriptions.delete(subscription);
      this.progress.ring();
    }
  }

  close(): void {
    this.isClosed = true;
    this.arrival.ring();
    this.progress.ring();
  }

  /** From memory where it reaches back far enough, else from the files until it does. */
  private async *deliver(subscription: Subscription): AsyncGenerator<readonly ArchivedLine[]> {
    const held = this.heldAfter(subscription.position);
    const batches = held === undefined ? this.archive.batches(subscription.position) : [held];
    for await (const lines of batches) {
      for (let from = 0; from < lines.length; from += this.batchLines) {
        const batch = lines.slice(from, from + this.batchLines);
        yield batch;
        subscription.position = batch.at(-1)?.position ?? subscription.position;
        this.progress.ring();
        if (this.isClosed) return;
      }
    }
  }

  private heldAfter(position: number): readonly ArchivedLine[] | undefined {
    const first = this.recent[0]?.position ?? Number.POSITIVE_INFINITY;
    const from = position + 1 - first;
    if (from < 0 || from >= this.recent.length) return undefined;
    return this.recent.slice(from, from + this.batchLines);
  }

  private keep(lines: readonly ArrivedLine[], end: number): void {
    const first = end - lines.length + 1;
    if (this.recent.at(-1)?.position !== first - 1) this.recent = [];
    for (const [i, line] of lines.entries()) this.recent.push({ position: first + i, ...line });
    // Cut rarely, so that a line costs the same whatever the capacity.
    if (this.recent.length > 2 * this.capacity) this.recent = this.recent.slice(-this.capacity);
  }

  private async waitForRoom(): Promise<void> {
    for (;;) {
      if (this.isClosed) throw this.closedError();
      const moved = this.progress.next();
      const end = await this.archive.end();
      const isFull = [...this.subscriptions].some(
        ({ position }) => end - position >= this.capacity,
      );
      if (!isFull) return;
      await moved;
    }
  }

  /** A position that the archive never gave means that its tail is lost, and that new lines would take its place. */
  private async requireReached(position: number): Promise<void> {
    const end = await this.archive.end();
    if (position <= end) return;
    throw new RangeError(
      `a subscription must begin at a position that was given, up to ${end}, was ${position}; open the archive with that position as its floor`,
    );
  }

  private closedError(): ArchiveError {
    return new ArchiveError("closed", "the event stream", {
      message:
        "the event stream has been closed: nothing was published; open it again and send the lines again",
    });
  }
}

/** Wakes all that wait, once. */
class Bell {
  private waiting = Promise.withResolvers<void>();

  /** Resolves at the next ring after this call. */
  next(): Promise<void> {
    return this.waiting.promise;
  }

  ring(): void {
    this.waiting.resolve();
    this.waiting = Promise.withResolvers();
  }
}
