import type { BatchOutcome, RowBatch } from "./metric-store.ts";
import type { CommitResult, StateKey, StateSnapshot } from "./state-store.ts";

/** A store of state and rows that writes both or neither: then no row is ever owed by a committed state. */
export interface AtomicStore {
  /** As `StateStore.commit`, and the rows of that commit with it; nothing is written when the commit is stale. */
  commitWithRows(
    key: StateKey,
    expected: { readonly epoch: number; readonly gen: number } | undefined,
    next: StateSnapshot,
    rows: RowBatch,
  ): Promise<{ readonly result: CommitResult; readonly rows: BatchOutcome | undefined }>;
}
