/** Some consecutive records of one shard, as a stream hands them over: each a frame of events. */

import type { EpochUs } from "../core/units.ts";
import type { QuarantinedItem } from "./quarantine.ts";

export interface StreamRecord<Data = Uint8Array> {
  /** The stream's own number: new for every record, also where a producer sends the same events again. */
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Data;
  /** When the stream took it, by the stream's clock; left out where it does not say. */
  readonly arrivedAt?: EpochUs;
}

export interface RecordBatch<Data = Uint8Array> {
  readonly shard: string;
  /** In the order of the shard. */
  readonly records: readonly StreamRecord<Data>[];
}

/** Where the frames of a stream are kept as they came, so that everything can be computed again. */
export interface RecordArchive<Data = Uint8Array> {
  /**
   * Durable when it resolves; the same batch again changes nothing. A stream may cut the records otherwise when it hands
   * them over again: what is kept of one cut never replaces what was kept of another.
   *
   * @param refused frames and lines of it that are no events
   */
  put(batch: RecordBatch<Data>, refused: readonly QuarantinedItem[]): Promise<void>;
}
