/**
 * From delivered events to committed state and stored rows, once each: fold, commit by compare-and-set, then flush.
 * A crash between the two leaves the rows marked dirty in the committed state; the next commit writes them.
 */
import type { BrawlerEvent } from "../core/events/event.ts";
import { decodeState, encodeState } from "../core/pipeline/codec.ts";
import type { FoldContext, StoredTrade } from "../core/pipeline/context.ts";
import { newFineRows } from "../core/pipeline/fine-rows.ts";
import type { Outcome, Quarantine } from "../core/pipeline/outcome.ts";
import { clearDirty, dirtyRows, takeFinalRows } from "../core/pipeline/rows.ts";
import {
  type Amendment,
  type FoldSettings,
  type InstrumentState,
  newInstrumentState,
  type RowsFrom,
} from "../core/pipeline/state.ts";
import { endOfInput, offer } from "../core/pipeline/step.ts";
import { encodeSummary } from "../core/pipeline/summary.ts";
import { versionOf } from "../core/pipeline/version.ts";
import type { Retention } from "../core/rollup/ladder.ts";
import type { AtomicStore } from "../ports/atomic-store.ts";
import type { BatchOutcome, MetricStore } from "../ports/metric-store.ts";
import type { StateKey, StateSnapshot, StateStore } from "../ports/state-store.ts";
import { enforceRetention } from "./enforce-retention.ts";
import { createRowPool, type RowPool } from "./row-pool.ts";

const ATTEMPTS = 6;

/** The same value at the same version differs: the fold was not deterministic, or two writers share an epoch. */
export class NonDeterminismError extends Error {
  override readonly name = "NonDeterminismError";
}

/** Another writer committed first, again and again. */
export class LostRaceError extends Error {
  override readonly name = "LostRaceError";
}

/** One delivery: the event, and where it stood in its input. */
export interface Delivery {
  readonly event: BrawlerEvent;
  readonly line: number;
}

export interface ProcessorOptions {
  readonly state: StateStore;
  readonly metrics: MetricStore;
  /** Where state and rows can be written together; the protocol below then collapses into one write. */
  readonly atomic?: AtomicStore;
  readonly settings: FoldSettings;
  /** Amendments known before the fold begins, by instrument key: the second fold of an archive. */
  readonly foreknown?: ReadonlyMap<string, ReadonlyMap<string, Amendment>>;
  /** Folds these from nothing, into the next epoch: what they had stored until then no longer counts. */
  readonly rebuild?: ReadonlySet<string>;
  /**
   * False where nobody will ever go on from a crash (a store that ends with the process): the state, and the rows that
   * may still change, are then written at the end only, all others many at a time.
   */
  readonly durable?: boolean;
  /** Rows that the store refused because the same trade stands under another sequence. */
  readonly onRefusedTrades?: (trades: readonly string[]) => void;
  /** Where one report of everything, up to `asOf`, is all that will ever be read: few rows of 5 s are then written. */
  readonly onlyReport?: { readonly asOf: number | undefined };
  /** Rollups of buckets before these times are too old to be kept: they are not written. */
  readonly rowsFrom?: () => RowsFrom;
  /** How long rollups are kept, counted from an instrument's newest event; for ever when left out. */
  readonly retention?: Retention;
  /** Each quarantined event, with its line. */
  readonly onQuarantine: (delivery: Delivery, quarantine: Quarantine) => void;
}

interface Loaded {
  readonly state: InstrumentState;
  readonly epoch: number;
  gen: number;
  /** What the next commit expects to stand in the store. */
  expected: { readonly epoch: number; readonly gen: number } | undefined;
  /** The newest event time when rollups that are too old were last deleted. */
  sweptAt: number;
  /** Where buffered events stood in the input. */
  readonly lines: WeakMap<BrawlerEvent, number>;
}

/** What became of the events of a batch; quarantined ones are told apart. */
export interface BatchCounts {
  applied: number;
  duplicates: number;
  quarantined: number;
  buffered: number;
}

export interface Processor {
  /** False where commits do not last: then nothing is gained by making them large. */
  readonly durable: boolean;
  /** Events of one (account, instrument), in delivery order. Resolves when they are committed and their rows stored. */
  processBatch(
    key: StateKey,
    deliveries: readonly Delivery[],
    futureLimit: number,
  ): Promise<BatchCounts>;
  /** The input has ended: gives up waiting for gaps. */
  finish(futureLimit: number): Promise<void>;
  /** The state as this process last committed it. */
  peek(key: StateKey): InstrumentState | undefined;
  /** Keys this process holds. */
  keys(): readonly StateKey[];
}

/** What a processor was given, and the rows that wait where nothing has to last. */
interface Wiring extends ProcessorOptions {
  readonly pool: RowPool;
}

export function createProcessor(given: ProcessorOptions): Processor {
  const pool = createRowPool(given.metrics, (outcome) => judge(given, outcome));
  const options: Wiring = { ...given, pool };
  const durable = given.durable !== false;
  const cache = new Map<string, Loaded>();
  const keys = new Map<string, StateKey>();
  const toRebuild = new Set(options.rebuild);
  const run = async (key: StateKey, work: (loaded: Loaded) => Promise<void>, commits = durable) => {
    const name = stateName(key);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const loaded = cache.get(name) ?? (await load(options, key, toRebuild.has(name)));
      // Until it is committed the folded state belongs to no one: a failure leaves the cache empty.
      cache.delete(name);
      await work(loaded);
      if (await (commits ? commitAndFlush(options, key, loaded) : hold(options, loaded))) {
        toRebuild.delete(name);
        cache.set(name, loaded);
        keys.set(name, key);
        await sweep(options, loaded);
        return;
      }
    }
    throw new LostRaceError(`${name} was committed by another process ${ATTEMPTS} times in a row`);
  };
  return {
    durable,
    processBatch: async (key, deliveries, futureLimit) => {
      let counts: BatchCounts = { applied: 0, duplicates: 0, quarantined: 0, buffered: 0 };
      await run(key, async (loaded) => {
        counts = await fold(options, loaded, deliveries, futureLimit);
      });
      return counts;
    },
    finish: async (futureLimit) => {
      await pool.flush();
      for (const key of keys.values()) {
        const waiting = cache.get(stateName(key))?.state.buffer.size ?? 0;
        if (waiting === 0 && durable) continue;
        await run(key, (loaded) => finishOne(options, loaded, futureLimit), true);
      }
    },
    peek: (key) => cache.get(stateName(key))?.state,
    keys: () => [...keys.values()],
  };
}

async function load(
  options: ProcessorOptions,
  key: StateKey,
  fromNothing: boolean,
): Promise<Loaded> {
  const snapshot = await options.state.load(key);
  const lines = new WeakMap<BrawlerEvent, number>();
  if (snapshot !== undefined && !fromNothing) {
    const { epoch, gen, body } = snapshot;
    const expected = { epoch, gen };
    return { state: decodeState(body), epoch, gen, expected, sweptAt: 0, lines };
  }
  const state = newInstrumentState(key.account, key.instrument, options.settings);
  if (options.onlyReport !== undefined) state.fineRows = newFineRows(options.onlyReport.asOf);
  for (const [tradeId, amendment] of options.foreknown?.get(stateName(key)) ?? []) {
    state.amendments.set(tradeId, amendment);
    state.foreknown.add(tradeId);
  }
  const epoch = (snapshot?.epoch ?? 0) + 1;
  return { state, epoch, gen: 0, expected: snapshot, sweptAt: 0, lines };
}

/** How `foreknown` names an instrument. */
export function stateName({ account, instrument }: StateKey): string {
  return `${account}/${instrument}`;
}

async function fold(
  options: Wiring,
  loaded: Loaded,
  deliveries: readonly Delivery[],
  futureLimit: number,
): Promise<BatchCounts> {
  if (options.rowsFrom !== undefined) loaded.state.rowsFrom = options.rowsFrom();
  const counts: BatchCounts = { applied: 0, duplicates: 0, quarantined: 0, buffered: 0 };
  const waited: BrawlerEvent[] = [];
  const stored = await storedTrades(options, loaded.state, deliveries);
  const context = contextOf(options, loaded, { futureLimit, stored });
  for (const delivery of deliveries) {
    const outcome: Outcome = offer(loaded.state, delivery.event, context);
    if (outcome === "applied") counts.applied += 1;
    else if (outcome === "duplicate") counts.duplicates += 1;
    else if (outcome === "buffered") {
      loaded.lines.set(delivery.event, delivery.line);
      waited.push(delivery.event);
    } else {
      counts.quarantined += 1;
      options.onQuarantine(delivery, outcome);
    }
  }
  const { buffer } = loaded.state;
  counts.buffered = waited.filter((event) => buffer.get(event.sequence) === event).length;
  counts.applied += waited.length - counts.buffered;
  return counts;
}

async function finishOne(options: Wiring, loaded: Loaded, futureLimit: number): Promise<void> {
  const buffered = [...loaded.state.buffer.values()].map((event) => ({ event, line: 0 }));
  const stored = await storedTrades(options, loaded.state, buffered);
  endOfInput(loaded.state, contextOf(options, loaded, { futureLimit, stored }));
}

function contextOf(
  options: Wiring,
  loaded: Loaded,
  known: { readonly futureLimit: number; readonly stored: ReadonlyMap<string, StoredTrade> },
): FoldContext {
  return {
    futureLimit: known.futureLimit,
    findTrade: (tradeId) => known.stored.get(tradeId),
    quarantined: (event, reason) =>
      options.onQuarantine({ event, line: loaded.lines.get(event) ?? 0 }, reason),
  };
}

/** The stored rows of trades that this batch, or what it sets free, may bust or correct. */
async function storedTrades(
  options: Wiring,
  state: InstrumentState,
  deliveries: readonly Delivery[],
): Promise<ReadonlyMap<string, StoredTrade>> {
  const stored = new Map<string, StoredTrade>();
  const { account, instrument } = state;
  const waiting = [...state.buffer.values()];
  for (const event of [...deliveries.map((delivery) => delivery.event), ...waiting]) {
    if (event.type !== "bust" && event.type !== "correction") continue;
    await options.pool.flush();
    const row = await options.metrics.findTrade(account, instrument, event.tradeId);
    if (row !== undefined) stored.set(event.tradeId, JSON.parse(row.value) as StoredTrade);
  }
  return stored;
}

async function commit(options: Wiring, key: StateKey, loaded: Loaded): Promise<boolean> {
  const { epoch } = loaded;
  const gen = loaded.gen + 1;
  const next = snapshotOf(loaded.state, epoch, gen);
  const result = await options.state.commit(key, loaded.expected, next);
  if (result.outcome === "stale") return false;
  loaded.gen = gen;
  loaded.expected = { epoch, gen };
  return true;
}

function snapshotOf(state: InstrumentState, epoch: number, gen: number): StateSnapshot {
  return { epoch, gen, summary: encodeSummary(state), body: encodeState(state) };
}

async function commitAndFlush(options: Wiring, key: StateKey, loaded: Loaded): Promise<boolean> {
  if (options.atomic !== undefined) return commitTogether(options, options.atomic, key, loaded);
  if (!(await commit(options, key, loaded))) return false;
  await flush(options, loaded);
  return true;
}

/** Instead of a commit, where none has to last: hands over the rows that will not change, and keeps the others. */
async function hold({ pool }: Wiring, loaded: Loaded): Promise<boolean> {
  loaded.gen += 1;
  await pool.add(takeFinalRows(loaded.state, versionOf(loaded.epoch, loaded.gen)));
  return true;
}

/** One write: the committed state owes no rows, so it holds none. */
async function commitTogether(
  options: Wiring,
  atomic: AtomicStore,
  key: StateKey,
  loaded: Loaded,
): Promise<boolean> {
  const { epoch, state } = loaded;
  const gen = loaded.gen + 1;
  const batch = dirtyRows(state, versionOf(epoch, gen));
  clearDirty(state);
  const next = snapshotOf(state, epoch, gen);
  const { result, rows } = await atomic.commitWithRows(key, loaded.expected, next, batch);
  if (result.outcome === "stale") return false;
  loaded.gen = gen;
  loaded.expected = { epoch, gen };
  if (rows !== undefined) judge(options, rows);
  return true;
}

async function sweep({ metrics, retention }: Wiring, loaded: Loaded): Promise<void> {
  if (retention === undefined) return;
  loaded.sweptAt = await enforceRetention(metrics, retention, loaded.state, loaded.sweptAt);
}

/** Writes every dirty row of the committed state; what is written is clean from the next commit on. */
async function flush(options: Wiring, { state, epoch, gen }: Loaded): Promise<void> {
  judge(options, await options.metrics.upsertBatch(dirtyRows(state, versionOf(epoch, gen))));
  clearDirty(state);
}

function judge(options: ProcessorOptions, outcome: BatchOutcome): void {
  const { conflicting } = outcome.rollups;
  if (conflicting.length > 0) {
    const rows = conflicting.slice(0, 3).join(", ");
    throw new NonDeterminismError(`stored rows differ at an equal version: ${rows}`);
  }
  if (outcome.trades.conflicting.length > 0) options.onRefusedTrades?.(outcome.trades.conflicting);
}
