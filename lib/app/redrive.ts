/**
 * Puts what a stream gave up on through the pipeline once more. What had been committed of it counts as duplicate, and
 * what waits for its events goes on; each batch is settled only after all of it is committed and stored.
 */
import type { FailedBatches } from "../ports/failed-batches.ts";
import type { BatchCounts } from "./fold-group.ts";
import { type BatchFailure, type BatchPorts, processBatch } from "./process-batch.ts";

export interface RedriveOutcome {
  readonly settled: readonly string[];
  /** Batches that failed again: they stay pending. */
  readonly failed: readonly { readonly name: string; readonly failures: readonly BatchFailure[] }[];
  /** Of the settled batches. */
  readonly counts: BatchCounts;
}

/** @throws what the store of failed batches throws: batches already settled stay so */
export async function redrive<Data>(
  ports: BatchPorts<Data>,
  failedBatches: FailedBatches<Data>,
): Promise<RedriveOutcome> {
  const counts: BatchCounts = { applied: 0, duplicates: 0, quarantined: 0, buffered: 0 };
  const settled: string[] = [];
  const failed: { name: string; failures: readonly BatchFailure[] }[] = [];
  for await (const { name, batch } of failedBatches.pending()) {
    const answer = await processBatch(ports, batch);
    if (answer.resumeAt !== undefined) {
      failed.push({ name, failures: answer.failures });
      continue;
    }
    await failedBatches.settle(name);
    settled.push(name);
    counts.applied += answer.counts.applied;
    counts.duplicates += answer.counts.duplicates;
    counts.quarantined += answer.counts.quarantined;
    counts.buffered += answer.counts.buffered;
  }
  return { settled, failed, counts };
}
