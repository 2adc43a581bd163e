/**
 * The order of the two writes: first the state by compare-and-set, then its rows. A crash between them leaves the rows
 * marked dirty in the committed state, and whoever commits next, or the sweeper, writes them.
 */
import type { BrawlerEvent } from "../core/events/event.ts";
import { encodeState } from "../core/pipeline/codec.ts";
import { clearDirty, dirtyRows, isDirty } from "../core/pipeline/rows.ts";
import type { InstrumentState } from "../core/pipeline/state.ts";
import { encodeSummary } from "../core/pipeline/summary.ts";
import { versionOf } from "../core/pipeline/version.ts";
import type { EpochUs } from "../core/units.ts";
import type { AtomicStore } from "../ports/atomic-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { BatchOutcome, MetricWriter, RefusedRow } from "../ports/metric-store.ts";
import type { StateKey, StateSnapshot, StateStore } from "../ports/state-store.ts";

/** The same value at the same version differs: the fold was not deterministic, or two writers share an epoch. */
export class NonDeterminismError extends Error {
  override readonly name = "NonDeterminismError";
}

/** A state in the hands of this process, and what it knows of the one that is stored. */
export interface HeldState {
  readonly state: InstrumentState;
  readonly epoch: number;
  gen: number;
  /** What the next commit expects to stand in the store. */
  expected: { readonly epoch: number; readonly gen: number } | undefined;
  /** Since when rows are owed that this process did not see written. */
  owingSince: EpochUs | undefined;
  /** The newest event time when rollups that are too old were last deleted. */
  sweptAt: number;
  /** Where buffered events stood in the input. */
  readonly lines: WeakMap<BrawlerEvent, number>;
}

export interface CommitPorts {
  readonly state: StateStore;
  readonly metrics: MetricWriter;
  /** Where state and rows can be written together; the protocol then collapses into one write. */
  readonly atomic?: AtomicStore;
  /** Says since when rows are owed; left out where no sweeper looks for it. */
  readonly clock?: Clock;
  /** Rows that the store refused because the same trade stands under another sequence. */
  readonly onRefusedTrades?: (trades: readonly string[]) => void;
  /** Rows that the store will never take: figures read from it lack them, though the state counts them. */
  readonly onRefusedRows?: (rows: readonly RefusedRow[]) => void;
}

/**
 * @returns false when another writer was first: the held state then belongs to no one
 * @throws what a store throws; whether the commit happened is then not known, and the held state belongs to no one
 */
export async function commitAndFlush(
  ports: CommitPorts,
  key: StateKey,
  held: HeldState,
): Promise<boolean> {
  if (ports.atomic !== undefined) return commitTogether(ports, ports.atomic, key, held);
  if (!(await commit(ports, key, held))) return false;
  await flush(ports, held);
  return true;
}

async function commit(ports: CommitPorts, key: StateKey, held: HeldState): Promise<boolean> {
  const { epoch, state } = held;
  const gen = held.gen + 1;
  const since = isDirty(state) ? (held.owingSince ?? ports.clock?.now()) : undefined;
  const owing = since === undefined ? {} : { dirtySince: since };
  const next = { ...snapshotOf(state, epoch, gen), ...owing };
  const result = await ports.state.commit(key, held.expected, next);
  if (result.outcome === "stale") return false;
  held.gen = gen;
  held.expected = { epoch, gen };
  held.owingSince = since;
  return true;
}

/** The state as it is committed, owing nothing. */
export function snapshotOf(state: InstrumentState, epoch: number, gen: number): StateSnapshot {
  return { epoch, gen, summary: encodeSummary(state), body: encodeState(state) };
}

/** Writes every dirty row of the committed state; what is written is clean from the next commit on. */
async function flush(ports: CommitPorts, held: HeldState): Promise<void> {
  const { state, epoch, gen } = held;
  judge(ports, await ports.metrics.upsertBatch(dirtyRows(state, versionOf(epoch, gen))));
  clearDirty(state);
  held.owingSince = undefined;
}

/** One write: the committed state owes no rows, so it holds none. */
async function commitTogether(
  ports: CommitPorts,
  atomic: AtomicStore,
  key: StateKey,
  held: HeldState,
): Promise<boolean> {
  const { epoch, state } = held;
  const gen = held.gen + 1;
  const batch = dirtyRows(state, versionOf(epoch, gen));
  clearDirty(state);
  const next = snapshotOf(state, epoch, gen);
  const { result, rows } = await atomic.commitWithRows(key, held.expected, next, batch);
  if (result.outcome === "stale") return false;
  held.gen = gen;
  held.expected = { epoch, gen };
  if (rows !== undefined) judge(ports, rows);
  return true;
}

/**
 * What the store said to the rows of a flush.
 *
 * @throws {NonDeterminismError} where one stands with other values at an equal version. They stay marked dirty, so that
 * the next commit writes them again under a higher one.
 */
export function judge(
  { onRefusedTrades, onRefusedRows }: Pick<CommitPorts, "onRefusedTrades" | "onRefusedRows">,
  { rollups, trades }: BatchOutcome,
): void {
  const refused = [...(rollups.refused ?? []), ...(trades.refused ?? [])];
  if (refused.length > 0) onRefusedRows?.(refused);
  const { conflicting } = rollups;
  if (conflicting.length > 0) {
    const rows = conflicting.slice(0, 3).join(", ");
    throw new NonDeterminismError(`stored rows differ at an equal version: ${rows}`);
  }
  if (trades.conflicting.length > 0) onRefusedTrades?.(trades.conflicting);
}
