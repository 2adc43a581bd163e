/**
 * The processor of one machine: lines arrive, are archived, folded, committed, flushed. A line is acknowledged once it
 * is in the archive and its figures are in the store; after a crash the archive is folded on from the last position
 * that was, and what an instrument's state had taken by then is not taken again.
 */

import { isRefusal } from "../core/events/refusal.ts";
import { scanEvent } from "../core/events/scan.ts";
import type { FoldSettings, InstrumentState, RowsFrom } from "../core/pipeline/state.ts";
import { EVERY_ROW } from "../core/pipeline/state.ts";
import type { Retention } from "../core/rollup/ladder.ts";
import type { AtomicStore } from "../ports/atomic-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { QuarantinedItem } from "../ports/quarantine.ts";
import type { ArrivedLine } from "../ports/raw-archive.ts";
import { catchUp } from "./catch-up.ts";
import type { BatchCounts } from "./fold-group.ts";
import type { SetAside } from "./fold-input.ts";
import { type ProgressStore, tellRowsFrom } from "./fold-progress.ts";
import { createProcessor, type Processor, stateName } from "./instrument-processor.ts";
import { processBatch } from "./process-batch.ts";
import type { ArchiveRun } from "./read-archive.ts";
import { type RebuildPorts, rebuild } from "./rebuild.ts";
import { createRestating, type Restating } from "./restate.ts";

export interface LivePorts extends RebuildPorts {
  readonly atomic?: AtomicStore;
  readonly clock: Clock;
  readonly progress: ProgressStore;
}

export interface LiveOptions {
  readonly settings: FoldSettings;
  /** From the first delivery on, rollups of buckets before these times are too old to be kept and are not written. */
  readonly rowsFrom?: RowsFrom;
  /** How long rollups are kept. */
  readonly retention: Retention;
  /** Lines and events set aside, as they are; `line` counts within the delivery, or is a position in the archive. */
  readonly onSetAside?: (aside: SetAside, text: string) => void;
  /**
   * Asked when the store failed: true to fold again what it does not hold yet, which is in the archive. Left out, the
   * failure is the caller's.
   */
  readonly retry?: (error: unknown, attempt: number) => Promise<boolean>;
  /** Names (`account/instrument`) whose committed state has changed. */
  readonly onCommit?: (names: readonly string[]) => void;
  /** Figures after a bust or a correction could not be folded anew: tried again at the next one, or the next start. */
  readonly onRestateFailed?: (error: unknown) => void;
}

/** What became of one delivery. */
export interface DeliveryOutcome {
  readonly counts: BatchCounts & { readonly events: number };
  readonly refused: readonly SetAside[];
}

export interface LivePipeline {
  /** Rebuilds what was lost, and folds what the archive holds beyond the last committed position. */
  catchUp(onLines?: (lines: number) => void): Promise<void>;
  /** Deliveries are taken one after the other; resolves when this one is durable and its figures are stored. */
  deliver(lines: readonly string[]): Promise<DeliveryOutcome>;
  /** The state as last committed by this process. */
  peek(account: string, instrument: string): InstrumentState | undefined;
  /** Resolves when no bust or correction is being folded into the past. */
  settled(): Promise<void>;
  /** Takes no more; what is being folded anew is left to the next start. */
  close(): Promise<void>;
}

export function createLivePipeline(ports: LivePorts, options: LiveOptions): LivePipeline {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    // A failed delivery is its caller's to report; the next one is still taken.
    last = result.catch(() => undefined);
    return result;
  };
  const asides: SetAside[] = [];
  const live: Live = {
    ports,
    options,
    asides,
    processor: processorOf(ports, options, asides),
    restating: createRestating(ports, options, {
      inTurn,
      adopted: (names) => {
        // What it held of them has been replaced.
        live.processor = processorOf(ports, options, asides);
        options.onCommit?.(names);
      },
    }),
    hasBegun: false,
  };
  return {
    catchUp: (onLines) => inTurn(() => untilStored(live, () => begin(live, onLines))),
    deliver: (lines) => inTurn(() => deliver(live, lines)),
    peek: (account, instrument) => live.processor.peek({ account, instrument }),
    settled: () => live.restating.settled(),
    close: async () => {
      await live.restating.close();
      await last;
    },
  };
}

interface Live {
  readonly ports: LivePorts;
  readonly options: LiveOptions;
  processor: Processor;
  readonly restating: Restating;
  /** Of the delivery under way. */
  readonly asides: SetAside[];
  hasBegun: boolean;
}

function processorOf(
  { state, metrics, atomic, clock, progress }: LivePorts,
  { settings, retention }: LiveOptions,
  asides: SetAside[],
): Processor {
  return createProcessor({
    state,
    metrics,
    clock,
    ...(atomic === undefined ? {} : { atomic }),
    settings,
    rowsFrom: () => progress.get().rowsFrom,
    retention,
    // The same program on the same state fails again: nothing is gained by waiting.
    faultAttempts: 1,
    onQuarantine: (events) => {
      for (const { delivery, quarantine } of events) {
        asides.push({ line: delivery.line, ...quarantine });
      }
    },
    onRefusedTrades: (trades) => {
      for (const detail of trades) asides.push({ line: 0, reason: "trade-id-conflict", detail });
    },
  });
}

/** Once: brings the store to the archive's end, and says in the archive how what follows is kept. */
async function begin(live: Live, onLines?: (lines: number) => void): Promise<void> {
  if (live.hasBegun) return;
  const { replacing, clock } = live.ports;
  const lost = new Set((await replacing.orphans()).map(stateName));
  if (lost.size > 0) await rebuild(live.ports, { ...live.options, only: lost });
  await toTheEnd(live, onLines);
  await tellRowsFrom(live.ports, live.options.rowsFrom ?? EVERY_ROW, clock.now());
  live.hasBegun = true;
  await live.restating.begin();
}

/** What no delivery of this process has folded. */
async function toTheEnd(live: Live, onLines?: (lines: number) => void): Promise<BatchCounts> {
  const sum: BatchCounts = { applied: 0, duplicates: 0, quarantined: 0, buffered: 0 };
  const { ports, options, processor } = live;
  await catchUp({ ...ports, processor }, (run, counts, names) => {
    for (const name of COUNTS) sum[name] += counts[name];
    sum.quarantined += run.refused.length;
    tellAsides(live, run);
    onLines?.(run.lines.length);
    if (names.length > 0) options.onCommit?.(names);
  });
  return sum;
}

const COUNTS = ["applied", "duplicates", "quarantined", "buffered"] as const;

/** They may have been told before the last process ended: once more is better than never. */
function tellAsides({ options, asides, ports }: Live, { lines, refused }: ArchiveRun): void {
  const told = asides.splice(0);
  if (options.onSetAside === undefined) return;
  const texts = new Map(lines.map(({ position, line }) => [position, line]));
  for (const aside of told) options.onSetAside(aside, texts.get(aside.line) ?? "");
  for (const { position, line } of refused) {
    const bytes = ports.encode(line);
    const refusal = scanEvent(bytes, 0, bytes.length);
    if (!isRefusal(refusal)) continue;
    const { reason, detail } = refusal;
    options.onSetAside({ line: position, reason, detail }, line);
  }
}

/** The archive holds lines that were not folded: those of a delivery that failed. */
class BehindError extends Error {
  override readonly name = "BehindError";
}

async function deliver(live: Live, lines: readonly string[]): Promise<DeliveryOutcome> {
  await untilStored(live, () => begin(live));
  live.asides.length = 0;
  const end = await live.ports.archive.end();
  const counts = await untilStored(live, async () =>
    (await live.ports.archive.end()) === end ? foldNew(live, lines) : toTheEnd(live),
  );
  live.restating.look(live.processor);
  const refused = live.asides.splice(0);
  for (const aside of refused) live.options.onSetAside?.(aside, lines[aside.line - 1] ?? "");
  return { counts: { ...counts, events: lines.length }, refused };
}

async function untilStored<T>({ options }: Live, fold: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fold();
    } catch (error) {
      if (!(await options.retry?.(error, attempt))) throw error;
    }
  }
}

/** The local stream is one shard, and what is delivered together one record. */
async function foldNew(live: Live, lines: readonly string[]): Promise<BatchCounts> {
  const { archive, clock, progress, encode } = live.ports;
  const before = progress.get();
  const receivedTime = clock.now();
  let position = before.position;
  let stray = 0;
  const put = async (_: unknown, refused: readonly QuarantinedItem[]) => {
    const reasons = new Map(refused.map(({ line, reason }) => [line, reason]));
    position = await archive.append(
      lines.map((line, index): ArrivedLine => {
        const reason = reasons.get(index + 1);
        const verdict = reason === undefined ? "accepted" : "refused";
        return { receivedTime, verdict, reason, line };
      }),
    );
    stray = refused.length;
    if (position - lines.length !== before.position) throw new BehindError("the store is behind");
  };
  const data = encode(lines.length === 0 ? "" : `${lines.join("\n")}\n`);
  const answer = await processBatch(
    {
      processor: live.processor,
      decode: (ndjson) => ({ outcome: "decoded", ndjson }),
      archive: { put },
      archivedTo: () => position,
      quarantine: { put: async (items) => void live.asides.push(...items.map(asAside)) },
      // What lies too far ahead is decided by the time of receipt, which the archive keeps.
      clock: { now: () => receivedTime },
    },
    { shard: "local", records: [{ sequenceNumber: "", partitionKey: "", data }] },
  );
  const [failure] = answer.failures;
  if (failure?.cause instanceof BehindError) return toTheEnd(live);
  if (failure !== undefined) throw failure.cause;
  progress.set({ ...before, position, stray: before.stray + stray });
  if (answer.committed.length > 0) live.options.onCommit?.(answer.committed);
  return answer.counts;
}

function asAside({ line, reason, detail }: QuarantinedItem): SetAside {
  return { line, reason, detail };
}
