/**
 * The sweeper: writes the rows that a committed state owes where the process that committed it died and no traffic
 * followed. Whoever folds the instrument meanwhile does the same; compare-and-set and versions make that harmless.
 */
import { decodeState } from "../core/pipeline/codec.ts";
import { clearDirty, dirtyRows } from "../core/pipeline/rows.ts";
import { versionOf } from "../core/pipeline/version.ts";
import type { DurationUs, EpochUs } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { MetricWriter, RefusedRow } from "../ports/metric-store.ts";
import type { StateKey, StateStore } from "../ports/state-store.ts";
import { judge, snapshotOf } from "./commit-and-flush.ts";

export interface SweepPorts {
  readonly state: StateStore;
  readonly metrics: MetricWriter;
  readonly clock: Clock;
  /** As in a commit. */
  readonly onRefusedRows?: (rows: readonly RefusedRow[]) => void;
}

export interface SweepOptions {
  /** States that have owed rows for less are left to whoever is at work on them. */
  readonly patience: DurationUs;
  /** States looked at in one sweep, ≥ 1, the longest owing first. */
  readonly limit: number;
}

export interface SweepOutcome {
  /** States whose rows were written. */
  readonly flushed: readonly StateKey[];
  /** States that could not be swept: they are found again the next time. */
  readonly failures: readonly { readonly key: StateKey; readonly cause: unknown }[];
}

/** @throws what the state store throws when it is asked which states owe rows */
export async function flushDirty(ports: SweepPorts, options: SweepOptions): Promise<SweepOutcome> {
  const before = Math.max(0, ports.clock.now() - options.patience) as EpochUs;
  const flushed: StateKey[] = [];
  const failures: { key: StateKey; cause: unknown }[] = [];
  for (const key of await ports.state.owing(before, options.limit)) {
    try {
      if (await flushOne(ports, key)) flushed.push(key);
    } catch (cause) {
      failures.push({ key, cause });
    }
  }
  return { flushed, failures };
}

/** Rows first, under the version of their commit; then the state says that it owes none, if it is still the same. */
async function flushOne(ports: SweepPorts, key: StateKey): Promise<boolean> {
  const { state, metrics } = ports;
  const snapshot = await state.load(key);
  if (snapshot?.dirtySince === undefined) return false;
  const { epoch, gen, body } = snapshot;
  const fold = decodeState(body);
  judge(ports, await metrics.upsertBatch(dirtyRows(fold, versionOf(epoch, gen))));
  clearDirty(fold);
  await state.commit(key, { epoch, gen }, snapshotOf(fold, epoch, gen + 1));
  return true;
}
