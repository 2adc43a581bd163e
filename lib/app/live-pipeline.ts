/**
 * The processor of one machine: lines arrive, are archived, folded, committed, flushed. A line is acknowledged once it
 * is in the archive and its figures are in the store; after a crash the archive is folded on from the last position
 * that was, and what had been folded already counts as duplicate.
 */

import type { Amendment, FoldSettings, InstrumentState, RowsFrom } from "../core/pipeline/state.ts";
import type { Retention } from "../core/rollup/ladder.ts";
import type { AtomicStore } from "../ports/atomic-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { MetricStore } from "../ports/metric-store.ts";
import type { QuarantinedItem } from "../ports/quarantine.ts";
import type { RawArchive } from "../ports/raw-archive.ts";
import type { RecordArchive } from "../ports/record-batch.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { BatchCounts } from "./fold-group.ts";
import { foldInput, type InputBatch, type SetAside } from "./fold-input.ts";
import { createProcessor, type Processor, stateName } from "./instrument-processor.ts";
import { parseLines } from "./parse-lines.ts";
import { FUTURE_US, processBatch } from "./process-batch.ts";

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
  { state, metrics, atomic, clock }: LivePorts,
  { settings, rowsFrom, retention }: LiveOptions,
  onSetAside: (aside: SetAside) => void,
): Processor {
  return createProcessor({
    state,
    metrics,
    clock,
    ...(atomic === undefined ? {} : { atomic }),
    settings,
    ...(rowsFrom === undefined ? {} : { rowsFrom }),
    ...(retention === undefined ? {} : { retention }),
    // The same program on the same state fails again: nothing is gained by waiting.
    faultAttempts: 1,
    onQuarantine: (events) => {
      for (const { delivery, quarantine } of events) {
        onSetAside({ line: delivery.line, ...quarantine });
      }
    },
    onRefusedTrades: (trades) => {
      for (const detail of trades) onSetAside({ line: 0, reason: "trade-id-conflict", detail });
    },
  });
}

async function deliver(live: Live, lines: readonly string[]): Promise<DeliveryOutcome> {
  const { archive, clock, position } = live.ports;
  const receivedTime = clock.now();
  let end = position.get();
  const counts = await fold(live, lines, async (_, refused) => {
    const reasons = new Map(refused.map(({ line, reason }) => [line, reason]));
    end = await archive.append(
      lines.map((line, index) => {
        const reason = reasons.get(index + 1);
        const verdict = reason === undefined ? ("accepted" as const) : ("refused" as const);
        return { receivedTime, verdict, reason, line };
      }),
    );
  });
  position.set(end);
  const refused = live.refused.splice(0);
  for (const aside of refused) live.options.onSetAside?.(aside, lines[aside.line - 1] ?? "");
  return { counts: { ...counts, events: lines.length }, refused };
}

/** The local stream is one shard, and what is delivered together one record. */
async function fold(
  live: Live,
  lines: readonly string[],
  archive?: RecordArchive["put"],
): Promise<BatchCounts> {
  const data = live.ports.encode(lines.map((line) => `${line}\n`).join(""));
  const answer = await processBatch(
    {
      processor: live.processor,
      decode: (ndjson) => ({ outcome: "decoded", ndjson }),
      ...(archive === undefined ? {} : { archive: { put: archive } }),
      quarantine: { put: async (items) => void live.refused.push(...items.map(asAside)) },
      clock: live.ports.clock,
    },
    { shard: "local", records: [{ sequenceNumber: "", partitionKey: "", data }] },
  );
  const [failure] = answer.failures;
  if (failure !== undefined) throw failure.cause;
  await restate(live);
  if (answer.committed.length > 0) live.options.onCommit?.(answer.committed);
  return answer.counts;
}

function asAside({ line, reason, detail }: QuarantinedItem): SetAside {
  return { line, reason, detail };
}

async function catchUp(live: Live, onLines?: (lines: number) => void): Promise<void> {
  const { archive, position } = live.ports;
  let lines: string[] = [];
  let last = position.get();
  const flush = async () => {
    await fold(live, lines);
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
    yield parseLines(encode(lines.join("\n")));
    lines = [];
  }
  if (lines.length > 0) yield parseLines(encode(lines.join("\n")));
}
