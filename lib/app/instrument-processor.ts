/**
 * From delivered events of one instrument to its committed state and stored rows, once each: fold, commit by
 * compare-and-set, then flush. Whatever fails, the state that was being folded is thrown away and read again.
 */
import { decodeState } from "../core/pipeline/codec.ts";
import { newFineRows } from "../core/pipeline/fine-rows.ts";
import { takeFinalRows } from "../core/pipeline/rows.ts";
import {
  type Amendment,
  type FoldSettings,
  type InstrumentState,
  newInstrumentState,
  type RowsFrom,
} from "../core/pipeline/state.ts";
import { offer } from "../core/pipeline/step.ts";
import { versionOf } from "../core/pipeline/version.ts";
import type { Retention } from "../core/rollup/ladder.ts";
import type { MetricWriter } from "../ports/metric-store.ts";
import type { StateKey } from "../ports/state-store.ts";
import { type CommitPorts, commitAndFlush, type HeldState, judge } from "./commit-and-flush.ts";
import { enforceRetention } from "./enforce-retention.ts";
import {
  type BatchCounts,
  type Delivery,
  FoldFault,
  type FoldPorts,
  type FoldResult,
  type FoldTask,
  foldGroup,
  type QuarantinedEvent,
} from "./fold-group.ts";
import { createRowPool } from "./row-pool.ts";

const RACES = 6;
const FAULT_ATTEMPTS = 5;
/** What a store takes as one item is bounded: some minutes of rows at most, a few tens of KB compressed. */
const OWED_ROWS_MAX = 256;

/** Another writer committed first, again and again. */
export class LostRaceError extends Error {
  override readonly name = "LostRaceError";
}

/** An event makes the fold fail: what came before it is committed, it and what follows are worth another attempt. */
export class EventFaultError extends Error {
  override readonly name = "EventFaultError";
  /** Of the delivery that led to the failure. */
  readonly index: number;

  constructor(name: string, { index, sequence, cause }: FoldFault, before: number) {
    super(`${name}: the fold failed on the event of sequence ${sequence}`, { cause });
    this.index = before + index;
  }
}

export interface ProcessorOptions extends CommitPorts {
  readonly settings: FoldSettings;
  /** Settings of single instruments (`account/instrument`) that differ. */
  readonly settingsOf?: (name: string) => FoldSettings | undefined;
  /** Amendments known before the fold begins, by instrument key: the second fold of an archive. */
  readonly foreknown?: ReadonlyMap<string, ReadonlyMap<string, Amendment>>;
  /** Folds these from nothing, into the next epoch: what they had stored until then no longer counts. */
  readonly rebuild?: ReadonlySet<string>;
  /**
   * False where nobody will ever go on from a crash (a store that ends with the process): the state, and the rows that
   * may still change, are then written at the end only, all others many at a time.
   */
  readonly durable?: boolean;
  /** Where one report of everything, up to `asOf`, is all that will ever be read: few rows of 5 s are then written. */
  readonly onlyReport?: { readonly asOf: number | undefined };
  /** Rollups of buckets before these times are too old to be kept: they are not written. */
  readonly rowsFrom?: () => RowsFrom;
  /** How long rollups are kept, counted from an instrument's newest event; for ever when left out. */
  readonly retention?: Retention;
  /** How often an event may make the fold fail before it is quarantined; 5 when left out. */
  readonly faultAttempts?: number;
  /**
   * Rows of closed buckets that a committed state may owe, ≥ 1: a long batch is committed in pieces. 256 when left out;
   * without meaning where state and rows are written together, or nothing lasts.
   */
  readonly owedRowsMax?: number;
  /** How one event is taken; the fold's own way when left out. */
  readonly offer?: typeof offer;
  /**
   * Quarantined events, before the commit that goes on without them: what a lost race makes fold again is told again.
   * A rejection fails the group, and nothing of it is committed.
   */
  readonly onQuarantine: OnQuarantine;
}

export type OnQuarantine = (events: readonly QuarantinedEvent[]) => void | Promise<void>;

export interface ProcessOptions {
  /** Event times beyond this are quarantined. */
  readonly futureLimit: number;
  /** The last position in the raw archive of what these were delivered with; left out where none is kept. */
  readonly archivedTo?: number;
  /** Instead of the processor's own. */
  readonly onQuarantine?: OnQuarantine;
}

export interface Processor {
  /** False where commits do not last: then nothing is gained by making them large. */
  readonly durable: boolean;
  /**
   * Events of one (account, instrument), in delivery order. Resolves when they are committed and their rows stored.
   *
   * @throws {EventFaultError} when one of them makes the fold fail
   * @throws {LostRaceError} when others were faster each time
   * @throws {NonDeterminismError} when a stored row contradicts the fold
   * @throws what a store throws: whether the events are committed is then not known, and delivering them again is safe
   */
  process(
    key: StateKey,
    deliveries: readonly Delivery[],
    options: ProcessOptions,
  ): Promise<BatchCounts>;
  /** The input has ended: gives up waiting for gaps, of all instruments that this process holds unless named. */
  finish(futureLimit: number, ended?: readonly StateKey[]): Promise<void>;
  /** Commits, and writes, what was held back where nothing has to last; more input may follow. */
  settle(): Promise<void>;
  /** The state as this process last committed it. */
  peek(key: StateKey): InstrumentState | undefined;
  /** Keys this process holds. */
  keys(): readonly StateKey[];
}

/** What a processor was given, and what it holds. */
interface Wiring
  extends Omit<ProcessorOptions, "faultAttempts" | "offer" | "owedRowsMax">,
    FoldPorts {
  readonly durable: boolean;
  readonly cache: Map<string, HeldState>;
  readonly toRebuild: Set<string>;
}

export function createProcessor(given: ProcessorOptions): Processor {
  const wiring: Wiring = {
    ...given,
    pool: createRowPool(given.metrics, (outcome) => judge(given, outcome)),
    durable: given.durable !== false,
    faultAttempts: given.faultAttempts ?? FAULT_ATTEMPTS,
    offer: given.offer ?? offer,
    owedRowsMax: owesRows(given) ? (given.owedRowsMax ?? OWED_ROWS_MAX) : Number.POSITIVE_INFINITY,
    cache: new Map(),
    toRebuild: new Set(given.rebuild),
  };
  const { durable, cache, pool } = wiring;
  const keys = new Map<string, StateKey>();
  return {
    durable,
    process: async (key, deliveries, options) => {
      const counts = await runAll(wiring, key, { deliveries, isLast: false, ...options }, durable);
      keys.set(stateName(key), key);
      return counts;
    },
    finish: async (futureLimit, ended) => {
      await pool.flush();
      for (const key of ended ?? keys.values()) {
        const held = cache.get(stateName(key));
        if (held?.state.buffer.size === 0 && durable) continue;
        await runAll(wiring, key, { deliveries: [], isLast: true, futureLimit }, true);
      }
    },
    settle: async () => {
      await pool.flush();
      if (durable) return;
      const nothing = { deliveries: [], isLast: false, futureLimit: 0 };
      for (const key of keys.values()) await run(wiring, key, nothing, true);
    },
    peek: (key) => cache.get(stateName(key))?.state,
    keys: () => [...keys.values()],
  };
}

function owesRows({ atomic, durable }: ProcessorOptions): boolean {
  return atomic === undefined && durable !== false;
}

type Task = FoldTask & ProcessOptions;

/** In as many commits as it takes. */
async function runAll(
  wiring: Wiring,
  key: StateKey,
  task: Task,
  commits: boolean,
): Promise<BatchCounts> {
  const sum: BatchCounts = { applied: 0, duplicates: 0, quarantined: 0, buffered: 0 };
  let done = 0;
  do {
    const rest = done === 0 ? task.deliveries : task.deliveries.slice(done);
    const { taken, counts, stoppedBy } = await run(
      wiring,
      key,
      { ...task, deliveries: rest },
      commits,
    );
    sum.applied += counts.applied;
    sum.duplicates += counts.duplicates;
    sum.quarantined += counts.quarantined;
    sum.buffered += counts.buffered;
    if (stoppedBy !== undefined) throw new EventFaultError(stateName(key), stoppedBy, done);
    done += taken;
  } while (done < task.deliveries.length);
  return sum;
}

/** Until what is taken of the task is committed on top of what stands in the store. */
async function run(
  wiring: Wiring,
  key: StateKey,
  task: Task,
  commits: boolean,
): Promise<FoldResult> {
  const name = stateName(key);
  const { cache, toRebuild } = wiring;
  for (let race = 0; race < RACES; race += 1) {
    const { held, folded } = await foldFresh(wiring, key, task);
    if (folded.quarantined.length > 0) {
      await (task.onQuarantine ?? wiring.onQuarantine)(folded.quarantined);
    }
    if (!(await (commits ? commitAndFlush(wiring, key, held) : hold(wiring, held)))) continue;
    toRebuild.delete(name);
    cache.set(name, held);
    await sweep(wiring, held);
    return folded;
  }
  throw new LostRaceError(`${name} was committed by another process ${RACES} times in a row`);
}

/** The task folded into the state as stored; again from there for each event on which the fold fails. */
async function foldFresh(
  wiring: Wiring,
  key: StateKey,
  task: FoldTask,
): Promise<{ readonly held: HeldState; readonly folded: FoldResult }> {
  const name = stateName(key);
  const faults = new Map<number, FoldFault>();
  for (;;) {
    const held = wiring.cache.get(name) ?? (await load(wiring, key, wiring.toRebuild.has(name)));
    // Until it is committed the folded state belongs to no one: a failure leaves the cache empty.
    wiring.cache.delete(name);
    try {
      return { held, folded: await foldGroup(wiring, held, task, [...faults.values()]) };
    } catch (error) {
      const fault = newFault(wiring, faults, error);
      faults.set(fault.sequence, fault);
    }
  }
}

/**
 * What is worth folding again for.
 *
 * @throws the error itself when it is not a fault, when it comes at the same place although its event was left out, and
 * where the state that it left half folded was the only one
 */
function newFault(
  wiring: Wiring,
  known: ReadonlyMap<number, FoldFault>,
  error: unknown,
): FoldFault {
  if (!(error instanceof FoldFault) || !wiring.durable) throw error;
  // Another writer may have brought the event's turn forward: then it is the same fault, earlier.
  const before = known.get(error.sequence);
  if (before !== undefined && before.index <= error.index) throw error;
  return error;
}

async function load(wiring: Wiring, key: StateKey, fromNothing: boolean): Promise<HeldState> {
  const snapshot = await wiring.state.load(key);
  const rest = { lines: new WeakMap(), sweptAt: 0 };
  if (snapshot !== undefined && !fromNothing) {
    const { epoch, gen, body, dirtySince } = snapshot;
    const expected = { epoch, gen };
    return { state: decodeState(body), epoch, gen, expected, owingSince: dirtySince, ...rest };
  }
  const state = newInstrumentState(key.account, key.instrument, settingsOf(wiring, key));
  if (wiring.onlyReport !== undefined) state.fineRows = newFineRows(wiring.onlyReport.asOf);
  for (const [tradeId, amendment] of wiring.foreknown?.get(stateName(key)) ?? []) {
    state.amendments.set(tradeId, amendment);
    state.foreknown.add(tradeId);
  }
  const epoch = (snapshot?.epoch ?? 0) + 1;
  return { state, epoch, gen: 0, expected: snapshot, owingSince: undefined, ...rest };
}

function settingsOf({ settings, settingsOf: own }: Wiring, key: StateKey): FoldSettings {
  return own?.(stateName(key)) ?? settings;
}

/** How `foreknown` names an instrument. */
export function stateName({ account, instrument }: StateKey): string {
  return `${account}/${instrument}`;
}

/** Instead of a commit, where none has to last: hands over the rows that will not change, and keeps the others. */
async function hold({ pool }: FoldPorts, held: HeldState): Promise<boolean> {
  held.gen += 1;
  await pool.add(takeFinalRows(held.state, versionOf(held.epoch, held.gen)));
  return true;
}

async function sweep(
  { metrics, retention }: { readonly metrics: MetricWriter; readonly retention?: Retention },
  held: HeldState,
): Promise<void> {
  if (retention === undefined) return;
  held.sweptAt = await enforceRetention(metrics, retention, held.state, held.sweptAt);
}
