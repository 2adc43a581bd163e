/** One event on its way out. */
export interface OutgoingLine {
  /** Whose order is kept, and by which a stream is divided: 1 to 128 characters. */
  readonly instrument: string;
  /** The event as JSON, without a line feed. */
  readonly line: string;
}

/** A line that cannot be published, whatever is tried. */
export interface RefusedLine extends OutgoingLine {
  readonly detail: string;
}

export interface PublishOutcome {
  readonly acknowledged: number;
  readonly refused: readonly RefusedLine[];
}

/** Where a producer leaves its events. */
export interface EventSink {
  /**
   * Durable when it resolves. Lines of one instrument arrive in the order of calls and lines; those of different ones
   * in any order. A line may arrive twice where an answer was lost. Waits while too much is under way.
   *
   * @throws {RangeError} for an instrument that cannot be one; nothing of the call is published then
   * @throws what kept the stream from taking them, after trying again: of each instrument a first part may have
   * arrived; publish all again, a reader drops what it has seen by its sequence
   */
  publish(lines: readonly OutgoingLine[]): Promise<PublishOutcome>;
  /** Sends what waits, and takes nothing more. Idempotent. */
  close(): Promise<void>;
}
