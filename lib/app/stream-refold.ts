/** The past of instruments folded anew from the archive of a stream, in memory and scratch rows, beside what stands. */
import type { BrawlerEvent } from "../core/events/event.ts";
import { takeFinalRows } from "../core/pipeline/rows.ts";
import {
  type Amendment,
  type InstrumentState,
  newInstrumentState,
} from "../core/pipeline/state.ts";
import { offer } from "../core/pipeline/step.ts";
import { versionOf } from "../core/pipeline/version.ts";
import { keptFrom, type Retention } from "../core/rollup/ladder.ts";
import type { EpochUs } from "../core/units.ts";
import type { ArchivedStream, StreamedLine } from "../ports/archived-stream.ts";
import type { MetricStore, RowBatch } from "../ports/metric-store.ts";
import type { QuarantinedItem } from "../ports/quarantine.ts";
import type { ArchivedLine } from "../ports/raw-archive.ts";
import type { ScratchStore } from "../ports/replacing-store.ts";
import type { StateKey } from "../ports/state-store.ts";
import { type CommitPorts, type HeldState, judge } from "./commit-and-flush.ts";
import {
  type Delivery,
  type FoldPorts,
  type FoldTask,
  foldGroup,
  type QuarantinedEvent,
} from "./fold-group.ts";
import { streamedItem } from "./quarantined-items.ts";
import { type ArchiveRun, readArchive } from "./read-archive.ts";
import { createRowPool } from "./row-pool.ts";

/** Rows of one instrument, until all of them are known. */
export type ScratchRows = Pick<ScratchStore, "metrics" | "rowsOf" | "close">;

export interface StreamRefoldPorts extends Pick<CommitPorts, "onRefusedTrades" | "onRefusedRows"> {
  readonly metrics: MetricStore;
  readonly archive: ArchivedStream;
  readonly openScratch: () => ScratchRows;
  /** UTF-8 of a text. */
  readonly encode: (text: string) => Uint8Array;
  /** How one event is taken; the fold's own way when left out. */
  readonly offer?: typeof offer;
}

export interface StreamRefold {
  readonly key: StateKey;
  readonly held: HeldState;
  /** Busts and corrections that it has known from its start. */
  readonly foreknown: ReadonlyMap<string, Amendment>;
  /** The newest arrival of its events. */
  readonly arrived: () => EpochUs;
  /** What the fold refused of events that nobody had taken when it began. */
  readonly refused: readonly QuarantinedItem[];
  /** Set when the fold failed on an event: nothing more is taken. */
  readonly failure: () => { readonly cause: unknown } | undefined;
  /** A state that has come further than the one that stood when this began. */
  learn(known: InstrumentState): void;
  /** `own` is of the run. */
  take(run: ArchiveRun, own: readonly Delivery[], lines: LineAt): Promise<void>;
  /** Writes all rows that cannot change any more to the real store. */
  push(): Promise<void>;
  close(): void;
}

type LineAt = (position: number) => StreamedLine | undefined;

export interface RefoldOptions {
  /** What is known of the instrument: its settings, its busts and corrections, how far it has come. */
  readonly standing: InstrumentState;
  /** One in which nobody has written. */
  readonly epoch: number;
  /** Rollups that are older are not written. */
  readonly retention: Retention;
  /** What stands was begun without its past: it may have taken what it should have refused. */
  readonly wasLost: boolean;
}

/** Of the epoch that the fold makes: its past is written under the first, its state committed under the second. */
export const PAST_GEN = 1;

export function newStreamRefold(
  ports: StreamRefoldPorts,
  key: StateKey,
  { standing, epoch, retention, wasLost }: RefoldOptions,
): StreamRefold {
  const held = heldAnew(standing, epoch);
  const { state } = held;
  const scratch = ports.openScratch();
  // An amended trade is looked up here alone: what stands in the store may have been told after its amendment.
  const folding = foldingInto(scratch.metrics, ports.offer ?? offer);
  const lines = new WeakMap<BrawlerEvent, StreamedLine>();
  const refused: QuarantinedItem[] = [];
  let arrived = 0 as EpochUs;
  let gen = 0;
  let known = standing;
  let failure: { readonly cause: unknown } | undefined;
  const note = (event: BrawlerEvent, line: StreamedLine | undefined) => {
    if (line === undefined) return;
    lines.set(event, line);
    if (line.receivedTime > arrived) arrived = line.receivedTime;
  };
  // What nobody had judged rightly when this began, and is refused here, is set aside here.
  const setAside = ({ delivery: { event }, quarantine }: QuarantinedEvent, isFuture: boolean) => {
    const line = lines.get(event);
    // Whether an event lay ahead of the clock was judged without the past.
    const wasJudged = isApplied(standing, event.sequence) && (!wasLost || isFuture);
    if (line === undefined || wasJudged) return;
    refused.push(streamedItem(line, event, quarantine));
  };
  return {
    key,
    held,
    foreknown: new Map(standing.amendments),
    arrived: () => arrived,
    refused,
    failure: () => failure,
    learn: (further) => {
      known = further;
    },
    take: async ({ futureLimit }, own, lineAt) => {
      if (failure !== undefined) return;
      for (const { event, line } of own) note(event, lineAt(line));
      // Positions are of one reading; a state is read to in several.
      const deliveries = own.map(({ event, line }) => ({ event, line }));
      try {
        for (const task of tasksOf(deliveries, futureLimit, known)) {
          const { quarantined } = await foldGroup(folding, held, task, []);
          for (const one of quarantined) setAside(one, futureLimit < 0);
        }
        gen += 1;
        await folding.pool.add(takeFinalRows(state, gen));
      } catch (cause) {
        failure = { cause };
      }
    },
    push: async () => {
      await folding.pool.flush();
      const version = versionOf(epoch, PAST_GEN);
      for (const rows of scratch.rowsOf(key)) {
        const past = stamped(kept(rows, state, retention), version);
        judge(ports, await ports.metrics.upsertBatch(past));
      }
    },
    close: scratch.close,
  };
}

/**
 * An event that lay too far ahead of the clock when it came may have been taken all the same: the pipeline, which came to it
 * later, looks at its own clock. What it took is taken here.
 */
function tasksOf(
  deliveries: readonly Delivery[],
  futureLimit: number,
  known: InstrumentState,
): FoldTask[] {
  if (futureLimit >= 0) return [{ deliveries, isLast: false, futureLimit }];
  return deliveries.map((one) => {
    const wasTaken = isApplied(known, one.event.sequence);
    const limit = wasTaken ? Number.POSITIVE_INFINITY : futureLimit;
    return { deliveries: [one], isLast: false, futureLimit: limit };
  });
}

/** A new state that knows from its start what was busted and corrected. */
function heldAnew(standing: InstrumentState, epoch: number): HeldState {
  const state = newInstrumentState(standing.account, standing.instrument, standing.settings);
  for (const [tradeId, amendment] of standing.amendments) {
    state.amendments.set(tradeId, amendment);
    state.foreknown.add(tradeId);
  }
  const [expected, owingSince] = [undefined, undefined];
  return { state, epoch, gen: PAST_GEN, expected, owingSince, sweptAt: 0, lines: new WeakMap() };
}

function stamped({ rollups, trades }: RowBatch, version: number): RowBatch {
  return {
    rollups: rollups.map((row) => ({ ...row, version })),
    trades: trades.map((row) => ({ ...row, version })),
  };
}

/** Without rollups that are too old to be kept. */
function kept(
  { rollups, trades }: RowBatch,
  { newestTime }: InstrumentState,
  retention: Retention,
): RowBatch {
  const isKept = ({ resolution, bucket }: RowBatch["rollups"][number]) =>
    bucket >= keptFrom(resolution, newestTime, retention);
  return { rollups: rollups.filter(isKept), trades };
}

function foldingInto(metrics: MetricStore, take: typeof offer): FoldPorts {
  const pool = createRowPool(metrics, (outcome) => judge({}, outcome));
  return { metrics, pool, faultAttempts: 1, offer: take, owedRowsMax: Number.POSITIVE_INFINITY };
}

export interface Stretch {
  /** When the stream took it. */
  readonly from: EpochUs;
  /** Some of it was read before: what an instrument has taken is passed over, and not counted as repeated. */
  readonly isTail: boolean;
  readonly isOver: () => boolean;
}

const END = Number.MAX_SAFE_INTEGER as EpochUs;

/** What the stream took from then on, each instrument's part of it. @throws what reading the archive throws */
export async function foldStream(
  { archive, encode }: StreamRefoldPorts,
  refolds: readonly StreamRefold[],
  { from, isTail, isOver }: Stretch,
): Promise<void> {
  const lines = new Map<number, StreamedLine>();
  const read = async function* (): AsyncGenerator<ArchivedLine> {
    let position = 0;
    for await (const line of archive.read({ from, to: END })) {
      position += 1;
      lines.set(position, line);
      yield { ...line, position };
    }
  };
  for await (const run of readArchive({ read }, { after: 0, encode })) {
    if (isOver()) return;
    for (const refold of refolds) {
      const own = run.deliveries.filter(({ event }) => isOwn(refold, event, isTail));
      await refold.take(run, own, (position) => lines.get(position));
    }
    for (const { position } of run.lines) lines.delete(position);
  }
}

function isOwn({ key, held }: StreamRefold, event: BrawlerEvent, isTail: boolean): boolean {
  if (event.instrument !== key.instrument || event.account !== key.account) return false;
  return !isTail || !isTaken(held.state, event.sequence);
}

/** Applied, or waiting for what comes before it. */
function isTaken(state: InstrumentState, sequence: number): boolean {
  return isApplied(state, sequence) || state.buffer.has(sequence);
}

function isApplied({ nextSequence, holes }: InstrumentState, sequence: number): boolean {
  const isHole = holes.some(({ first, last }) => first <= sequence && sequence <= last);
  return sequence < nextSequence && !isHole;
}

/** Whether all that `standing` has taken is in `folded`: an event that was redriven lies further back than the end. */
export function covers(folded: InstrumentState, standing: InstrumentState): boolean {
  if (folded.nextSequence < standing.nextSequence) return false;
  if (![...standing.buffer.keys()].every((sequence) => isTaken(folded, sequence))) return false;
  return folded.holes.every(({ first, last }) => {
    const end = Math.min(last, standing.nextSequence - 1);
    return first > end || standing.holes.some((hole) => hole.first <= first && end <= hole.last);
  });
}
