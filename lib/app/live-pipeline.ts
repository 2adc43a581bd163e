/**
 * The processor of one machine: lines arrive, are archived, folded, committed, flushed. A line is acknowledged once it
 * is in the archive and its figures are in the store; after a crash the archive is folded on from the last position
 * that was, and what had been folded already counts as duplicate.
 */

import type { BrawlerEvent } from "../core/events/event.ts";
import { isRefusal, type Refusal } from "../core/events/refusal.ts";
import { scanEvent } from "../core/events/scan.ts";
import type { Amendment, FoldSettings, InstrumentState, RowsFrom } from "../core/pipeline/state.ts";
import type { Retention } from "../core/rollup/ladder.ts";
import { MINUTE_US } from "../core/units.ts";
import type { AtomicStore } from "../ports/atomic-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { MetricStore } from "../ports/metric-store.ts";
import type { RawArchive } from "../ports/raw-archive.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { SetAside } from "./fold-input.ts";
import { foldDeliveries, foldInput, type InputBatch, type RefusedLine } from "./fold-input.ts";
import {
  type BatchCounts,
  createProcessor,
  type Delivery,
  type Processor,
  stateName,
} from "./process-batch.ts";

/** An event time further ahead of the clock than this is a mistake. */
const FUTURE_US = 15 * MINUTE_US;
/** Lines folded together while catching up. */
const CATCH_UP_LINES = 16_384;

export interface LivePorts {
  readonly state: StateStore;
  readonly metrics: MetricStore;
  readonly atomic?: AtomicStore;
  readonly archive: RawArchive;
  readonly clock: Clock;
  /** UTF-8 of a text. */
  readonly encode: (text: string) => Uint8Array;
  /** The archive position up to which everything is committed and stored. */
  readonly position: { get(): number; set(position: number): void };
}

export interface LiveOptions {
  readonly settings: FoldSettings;
  /** Rollups of buckets before these times, by resolution, are too old to be kept and are not written. */
  readonly rowsFrom?: () => RowsFrom;
  /** How long rollups are kept; for ever when left out. */
  readonly retention?: Retention;
  /** Lines and events set aside, as they are; `line` counts within the delivery. */
  readonly onSetAside?: (aside: SetAside, text: string) => void;
  /** Names (`account/instrument`) whose committed state has changed. */
  readonly onCommit?: (names: readonly string[]) => void;
}

/** What became of one delivery. */
export interface DeliveryOutcome {
  readonly counts: BatchCounts & { readonly events: number };
  readonly refused: readonly SetAside[];
}

export interface LivePipeline {
  /** Folds what the archive holds beyond the last committed position. Call once, first. */
  catchUp(onLines?: (lines: number) => void): Promise<void>;
  /** Deliveries are taken one after the other; resolves when this one is durable and its figures are stored. */
  deliver(lines: readonly string[]): Promise<DeliveryOutcome>;
  /** The state as last committed by this process. */
  peek(account: string, instrument: string): InstrumentState | undefined;
}

export function createLivePipeline(ports: LivePorts, options: LiveOptions): LivePipeline {
  const refused: SetAside[] = [];
  const processor = processorOf(ports, options, (aside) => refused.push(aside));
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    // A failed delivery is its caller's to report; the next one is still taken.
    last = result.catch(() => undefined);
    return result;
  };
  const live: Live = { ports, options, processor, refused };
  return {
    catchUp: (onLines) => inTurn(() => catchUp(live, onLines)),
    deliver: (lines) => inTurn(() => deliver(live, lines)),
    peek: (account, instrument) => live.processor.peek({ account, instrument }),
  };
}

interface Live {
  readonly ports: LivePorts;
  readonly options: LiveOptions;
  processor: Processor;
  readonly refused: SetAside[];
}

function processorOf(
  { state, metrics, atomic }: LivePorts,
  { settings, rowsFrom, retention }: LiveOptions,
  onSetAside: (aside: SetAside) => void,
): Processor {
  return createProcessor({
    state,
    metrics,
    ...(atomic === undefined ? {} : { atomic }),
    settings,
    ...(rowsFrom === undefined ? {} : { rowsFrom }),
    ...(retention === undefined ? {} : { retention }),
    onQuarantine: ({ line }, { reason, detail }) => onSetAside({ line, reason, detail }),
    onRefusedTrades: (trades) => {
      for (const detail of trades) onSetAside({ line: 0, reason: "trade-id-conflict", detail });
    },
  });
}

async function deliver(live: Live, lines: readonly string[]): Promise<DeliveryOutcome> {
  const { archive, clock, position } = live.ports;
  const batch = parseLines(lines, live.ports.encode);
  const reasons = new Map(batch.refused.map(({ line, reason }) => [line, reason]));
  const receivedTime = clock.now();
  const end = await archive.append(
    lines.map((line, index) => {
      const reason = reasons.get(index + 1);
      const verdict = reason === undefined ? ("accepted" as const) : ("refused" as const);
      return { receivedTime, verdict, reason, line };
    }),
  );
  const counts = await fold(live, batch);
  position.set(end);
  const refused = live.refused.splice(0);
  for (const aside of refused) live.options.onSetAside?.(aside, lines[aside.line - 1] ?? "");
  const quarantined = counts.quarantined + batch.refused.length;
  return { counts: { ...counts, quarantined, events: lines.length }, refused };
}

const LINE_FEED = 10;

/** Lines of one delivery, numbered from 1: encoded at once, because events are scanned from bytes. */
function parseLines(lines: readonly string[], encode: LivePorts["encode"]): InputBatch {
  const deliveries: Delivery[] = [];
  const refused: RefusedLine[] = [];
  const bytes = encode(lines.join("\n"));
  let from = 0;
  for (let line = 1; line <= lines.length; line += 1) {
    const end = bytes.indexOf(LINE_FEED, from);
    const to = end < 0 ? bytes.length : end;
    const parsed: BrawlerEvent | Refusal = scanEvent(bytes, from, to);
    if (isRefusal(parsed)) refused.push({ line, reason: parsed.reason, detail: parsed.detail });
    else deliveries.push({ event: parsed, line });
    from = to + 1;
  }
  return { deliveries, refused };
}

async function fold(live: Live, batch: InputBatch): Promise<BatchCounts> {
  live.refused.push(...batch.refused);
  const futureLimit = live.ports.clock.now() + FUTURE_US;
  const counts = await foldDeliveries(live.processor, batch.deliveries, { futureLimit });
  const names = new Set(batch.deliveries.map(({ event }) => stateName(event)));
  await restate(live);
  if (names.size > 0) live.options.onCommit?.([...names]);
  return counts;
}

async function catchUp(live: Live, onLines?: (lines: number) => void): Promise<void> {
  const { archive, position } = live.ports;
  let lines: string[] = [];
  let last = position.get();
  const flush = async () => {
    await fold(live, parseLines(lines, live.ports.encode));
    position.set(last);
    onLines?.(lines.length);
    live.refused.length = 0;
    lines = [];
  };
  for await (const { position: at, line, verdict } of archive.read(position.get())) {
    if (verdict === "accepted") lines.push(line);
    last = at;
    if (lines.length >= CATCH_UP_LINES) await flush();
  }
  if (lines.length > 0) await flush();
}

/** Folds again, from the archive and into the next epoch, what a bust or a correction has touched. */
async function restate(live: Live): Promise<void> {
  const foreknown = new Map<string, ReadonlyMap<string, Amendment>>();
  for (const key of live.processor.keys()) {
    const state = live.processor.peek(key);
    if (state?.restating === true) foreknown.set(stateName(key), state.amendments);
  }
  if (foreknown.size === 0) return;
  const { state, metrics, clock } = live.ports;
  const second = createProcessor({
    state,
    metrics,
    settings: live.options.settings,
    foreknown,
    rebuild: new Set(foreknown.keys()),
    onQuarantine: () => {},
  });
  await foldInput(second, archived(live.ports), {
    futureLimit: clock.now() + FUTURE_US,
    only: new Set(foreknown.keys()),
  });
  live.processor = processorOf(live.ports, live.options, (aside) => live.refused.push(aside));
}

async function* archived({ archive, encode }: LivePorts): AsyncIterable<InputBatch> {
  let lines: string[] = [];
  for await (const { line, verdict } of archive.read(0)) {
    if (verdict === "accepted") lines.push(line);
    if (lines.length < CATCH_UP_LINES) continue;
    yield parseLines(lines, encode);
    lines = [];
  }
  if (lines.length > 0) yield parseLines(lines, encode);
}
