import type { RecordBatch } from "./record-batch.ts";

/** Records on which a stream has given up after its retries or its time, with all they hold. */
export interface FailedBatch<Data = Uint8Array> {
  readonly name: string;
  readonly batch: RecordBatch<Data>;
}

/** Where a stream leaves what it gave up on. */
export interface FailedBatches<Data = Uint8Array> {
  /** Oldest first. */
  pending(): AsyncIterable<FailedBatch<Data>>;
  /** Its events are where they belong: it is pending no more. Idempotent. */
  settle(name: string): Promise<void>;
}
