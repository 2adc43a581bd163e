/** Events of one instrument into its state, in order of delivery; asks the store for trades that are amended. */
import type { BrawlerEvent } from "../core/events/event.ts";
import type { FoldContext, StoredTrade } from "../core/pipeline/context.ts";
import { countFault } from "../core/pipeline/faults.ts";
import type { Outcome, Quarantine } from "../core/pipeline/outcome.ts";
import type { InstrumentState, RowsFrom } from "../core/pipeline/state.ts";
import { endOfInput, type offer } from "../core/pipeline/step.ts";
import type { MetricWriter } from "../ports/metric-store.ts";
import type { HeldState } from "./commit-and-flush.ts";
import type { RowPool } from "./row-pool.ts";

/** One delivery: the event, and where it stood in its input. */
export interface Delivery {
  readonly event: BrawlerEvent;
  readonly line: number;
  /** Where it stands in the raw archive, when it was read from there: what the state has taken is not taken again. */
  readonly position?: number;
}

/** An event that the fold refused, and why. */
export interface QuarantinedEvent {
  readonly delivery: Delivery;
  readonly quarantine: Quarantine;
}

/** What became of the events of a group; quarantined ones are told apart. */
export interface BatchCounts {
  applied: number;
  duplicates: number;
  quarantined: number;
  buffered: number;
}

export interface FoldPorts {
  readonly metrics: MetricWriter;
  readonly pool: RowPool;
  readonly rowsFrom?: () => RowsFrom;
  /** How often an event may make the fold fail before it is set aside. */
  readonly faultAttempts: number;
  /** How one event is taken. */
  readonly offer: typeof offer;
  /** Rows of closed buckets that a committed state may owe: where they are more, what follows waits for the next commit. */
  readonly owedRowsMax: number;
}

/** What is to be folded at once. */
export interface FoldTask {
  readonly deliveries: readonly Delivery[];
  /** Nothing follows: what is still waited for is given up. */
  readonly isLast: boolean;
  readonly futureLimit: number;
  /** The last position in the raw archive of what these were delivered with; left out where none is kept. */
  readonly archivedTo?: number;
}

export interface FoldResult {
  /** Deliveries that were folded, the first ones. */
  readonly taken: number;
  readonly counts: BatchCounts;
  readonly quarantined: readonly QuarantinedEvent[];
  /** The event that made the fold fail and is worth another attempt: it and what follows were not folded. */
  readonly stoppedBy: FoldFault | undefined;
}

/** The fold failed on an event, and left the state between two events: it has to be folded again from a stored one. */
export class FoldFault extends Error {
  override readonly name = "FoldFault";
  /** Of the event that was being applied. */
  readonly sequence: number;
  /** Of the delivery that led to it, itself or by setting it free. */
  readonly index: number;

  constructor(at: { readonly sequence: number; readonly index: number }, cause: unknown) {
    super(`the fold failed on sequence ${at.sequence}`, { cause });
    this.sequence = at.sequence;
    this.index = at.index;
  }
}

/**
 * @param faults what earlier attempts at this very task met: each is counted in the state, and either stops the fold
 * before it, to be tried again, or is set aside
 * @throws {FoldFault} where the fold fails on an event that is not among them
 */
export async function foldGroup(
  ports: FoldPorts,
  held: HeldState,
  task: FoldTask,
  faults: readonly FoldFault[],
): Promise<FoldResult> {
  const { state } = held;
  if (ports.rowsFrom !== undefined) state.rowsFrom = ports.rowsFrom();
  const stoppedBy = faults.find((fault) => countFault(state, fault.sequence) < ports.faultAttempts);
  const offered = notTaken(state, task.deliveries);
  // What was taken before stands first.
  const skipped = task.deliveries.length - offered.length;
  const deliveries = offered.slice(
    0,
    stoppedBy === undefined ? undefined : stoppedBy.index - skipped,
  );
  const stored = await storedTrades(ports, state, deliveries);
  const quarantined: QuarantinedEvent[] = [];
  const givenUp = new Set(faults.map(({ sequence }) => sequence));
  const context: FoldContext = {
    futureLimit: task.futureLimit,
    ...(givenUp.size === 0 ? {} : { givenUp }),
    findTrade: (tradeId) => stored.get(tradeId),
    quarantined: (event, quarantine) => {
      const delivery = { event, line: held.lines.get(event) ?? 0 };
      quarantined.push({ delivery, quarantine });
    },
  };
  const telling = { context, quarantined, skipped };
  const { counts, taken } = offerAll(ports, held, deliveries, telling);
  const isEnd = taken === deliveries.length;
  const isWhole = isEnd && stoppedBy === undefined;
  const last = deliveries[taken - 1]?.position ?? 0;
  state.archived = Math.max(state.archived, (isWhole ? task.archivedTo : undefined) ?? last);
  if (task.isLast && isWhole) finishInput(state, context, skipped + taken);
  return { taken: skipped + taken, counts, quarantined, stoppedBy: isEnd ? stoppedBy : undefined };
}

interface Telling {
  readonly context: FoldContext;
  readonly quarantined: QuarantinedEvent[];
  /** Deliveries of the task before these. */
  readonly skipped: number;
}

/** In order, until all are taken or the state owes as many rows as it may. */
function offerAll(
  { offer: take, owedRowsMax }: FoldPorts,
  { state, lines }: HeldState,
  deliveries: readonly Delivery[],
  { context, quarantined, skipped }: Telling,
): { readonly counts: BatchCounts; readonly taken: number } {
  const counts: BatchCounts = { applied: 0, duplicates: 0, quarantined: 0, buffered: 0 };
  const waited: BrawlerEvent[] = [];
  let taken = 0;
  let turn = 0;
  try {
    for (const delivery of deliveries) {
      turn = state.nextSequence;
      const outcome: Outcome = take(state, delivery.event, context);
      if (outcome === "applied") counts.applied += 1;
      else if (outcome === "duplicate") counts.duplicates += 1;
      else if (outcome === "buffered") {
        lines.set(delivery.event, delivery.line);
        waited.push(delivery.event);
      } else {
        counts.quarantined += 1;
        quarantined.push({ delivery, quarantine: outcome });
      }
      taken += 1;
      if (state.closed.length >= owedRowsMax) break;
    }
  } catch (cause) {
    const sequence = failedSequence(state, deliveries[taken], turn);
    throw new FoldFault({ sequence, index: skipped + taken }, cause);
  }
  const { buffer } = state;
  counts.buffered = waited.filter((event) => buffer.get(event.sequence) === event).length;
  counts.applied += waited.length - counts.buffered;
  return { counts, taken };
}

/** In its turn, an event is applied after the next sequence was raised past it; one that fills a hole is not. */
function failedSequence(state: InstrumentState, offered: Delivery | undefined, turn: number) {
  const sequence = offered?.event.sequence ?? 0;
  return sequence < turn ? sequence : state.nextSequence - 1;
}

/** A crash between the commits of two instruments makes what one of them has taken come again: it is not counted. */
function notTaken(
  { archived }: InstrumentState,
  deliveries: readonly Delivery[],
): readonly Delivery[] {
  if ((deliveries[0]?.position ?? Number.POSITIVE_INFINITY) > archived) return deliveries;
  return deliveries.filter(({ position }) => position === undefined || position > archived);
}

function finishInput(state: InstrumentState, context: FoldContext, index: number): void {
  try {
    endOfInput(state, context);
  } catch (cause) {
    throw new FoldFault({ sequence: state.nextSequence - 1, index }, cause);
  }
}

/** The stored rows of trades that this group, or what it sets free, may bust or correct. */
async function storedTrades(
  { metrics, pool }: FoldPorts,
  { account, instrument, buffer }: InstrumentState,
  deliveries: readonly Delivery[],
): Promise<ReadonlyMap<string, StoredTrade>> {
  const stored = new Map<string, StoredTrade>();
  const waiting = [...buffer.values()];
  for (const event of [...deliveries.map((delivery) => delivery.event), ...waiting]) {
    if (event.type !== "bust" && event.type !== "correction") continue;
    await pool.flush();
    const row = await metrics.findTrade(account, instrument, event.tradeId);
    if (row !== undefined) stored.set(event.tradeId, JSON.parse(row.value) as StoredTrade);
  }
  return stored;
}
