/** The committed state of each (account, instrument): one snapshot, replaced only by compare-and-set. */

import type { EpochUs } from "../core/units.ts";

/** Which snapshot. */
export interface StateKey {
  readonly account: string;
  readonly instrument: string;
}

/** A committed snapshot: `gen` counts commits within an `epoch`; `body` is the encoded fold state. */
export interface StateSnapshot {
  readonly epoch: number;
  readonly gen: number;
  readonly body: string;
  /** What reads need of the state, about 1 KB: they never load the body. */
  readonly summary: string;
  /**
   * Since when, by the writer's clock, this snapshot may owe rows to the metric store; absent when it owes none.
   * The sweeper finds by it what a crash left behind where no traffic follows.
   */
  readonly dirtySince?: EpochUs;
}

/** A snapshot without its body. */
export interface StateSummary extends StateKey {
  readonly epoch: number;
  readonly gen: number;
  readonly summary: string;
}

/** `stale` carries what stands there now, so that the loser can start again from it. */
export type CommitResult =
  | { readonly outcome: "committed" }
  | { readonly outcome: "stale"; readonly current: StateSnapshot | undefined };

export interface StateStore {
  /** The last committed snapshot, read consistently; `undefined` if there never was one. */
  load(key: StateKey): Promise<StateSnapshot | undefined>;
  /**
   * Replaces the snapshot if what stands there is (`expected.epoch`, `expected.gen`), or nothing when `expected`
   * is `undefined`. Durable when it resolves with `committed`.
   */
  commit(
    key: StateKey,
    expected: { readonly epoch: number; readonly gen: number } | undefined,
    next: StateSnapshot,
  ): Promise<CommitResult>;
  /** Every key that has a snapshot, ordered by account, then instrument (texts by code point). */
  keys(): Promise<readonly StateKey[]>;
  /**
   * The summary of every snapshot, ordered like `keys`. Never of a commit that was refused; may lag behind the last
   * ones where the store keeps summaries in an index of their own.
   */
  summaries(): Promise<readonly StateSummary[]>;
  /**
   * Keys whose snapshot has owed rows since before `before`, the longest owing first, at most `limit` (≥ 1). May lag
   * behind a commit where the store's index does; a key that is listed though it owes nothing any more is harmless.
   */
  owing(before: EpochUs, limit: number): Promise<readonly StateKey[]>;
}
