import type { AtomicStore } from "./atomic-store.ts";
import type { MetricStore, RowBatch } from "./metric-store.ts";
import type { CommitResult, StateKey, StateSnapshot, StateStore } from "./state-store.ts";

/** A store that replaces everything of one instrument at once: readers see the figures of before, then those of after. */
export interface ReplacingStore {
  /**
   * As `StateStore.commit`; and in the same write every row of the instrument gives way to `rows`, which are asked for
   * as they are written, so that they need not all be in memory. Nothing is written when the commit is stale.
   */
  replace(
    key: StateKey,
    expected: { readonly epoch: number; readonly gen: number } | undefined,
    next: StateSnapshot,
    rows: Iterable<RowBatch>,
  ): Promise<CommitResult>;
  /** Instruments whose rows stand without a state, ordered like `StateStore.keys`: it was lost. */
  orphans(): Promise<readonly StateKey[]>;
}

/** Where instruments are folded again, beside what is shown meanwhile; gone when closed. */
export interface ScratchStore {
  readonly state: StateStore;
  readonly metrics: MetricStore;
  readonly atomic: AtomicStore;
  /** Every row of one instrument, some at a time. */
  rowsOf(key: StateKey): Iterable<RowBatch>;
  close(): void;
}
