import type { ArchivedLine, ArrivedLine } from "./raw-archive.ts";

/** The way from producers to the processor: in order, at least once, bounded. */
export interface EventStream {
  /** Durable when it resolves. Waits while a subscriber is too far behind. Returns the position of the last line. */
  publish(lines: readonly ArrivedLine[]): Promise<number>;
  /**
   * Batches of lines with position > `after`, in order; waits for more at the end, and ends when the stream closes.
   * Asking for the next batch says that the one before has been taken in: a subscriber that keeps the last position
   * with what it computed, and subscribes after it again, misses nothing.
   */
  subscribe(after: number): AsyncIterable<readonly ArchivedLine[]>;
}
