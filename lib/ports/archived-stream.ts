import type { EpochUs } from "../core/units.ts";
import type { ArrivedLine } from "./raw-archive.ts";

/** Which records of a stream that was kept. */
export interface StreamRange {
  /** Half-open, on when the stream took a record. What is kept is found by the hour. */
  readonly from: EpochUs;
  readonly to: EpochUs;
  /** One instrument's records alone; all when left out. */
  readonly partitionKey?: string;
}

/** A line of a frame, and where it stood; received when the stream took its record. */
export interface StreamedLine extends ArrivedLine {
  readonly shard: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  /** Within its frame, from 1; 0 is a frame that was refused whole: `line` is then its data, in base64 if it was bytes. */
  readonly lineNumber: number;
}

/** What a `RecordArchive` has kept, to be folded again. */
export interface ArchivedStream {
  /**
   * Every line of each record once, however often and in whatever cuts it was kept: of each partition key in the order of
   * arrival, of different ones in any. Where the stream's clock stepped back over the turn of an hour, some records of the
   * later hour may come first: events are ordered by their own sequence.
   */
  read(range: StreamRange): AsyncIterable<StreamedLine>;
}
