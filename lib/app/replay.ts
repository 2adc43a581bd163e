/**
 * Folds an input into stores. When it met a bust or a correction, the instruments concerned are folded again from the
 * start with the amendments known, into the next epoch: then history is as if the trade had never, or rightly, happened.
 */
import { type Amendment, EVERY_ROW, type FoldSettings } from "../core/pipeline/state.ts";
import type { Retention } from "../core/rollup/ladder.ts";
import type { EpochUs } from "../core/units.ts";
import type { AtomicStore } from "../ports/atomic-store.ts";
import type { MetricStore } from "../ports/metric-store.ts";
import type { StateStore } from "../ports/state-store.ts";
import { encodeNote } from "./archive-note.ts";
import { catchUp } from "./catch-up.ts";
import { foldInput, type InputBatch, type SetAside } from "./fold-input.ts";
import { type ProgressStore, tellRowsFrom } from "./fold-progress.ts";
import { createProcessor, type Processor, stateName } from "./instrument-processor.ts";
import { type RebuildPorts, rebuild } from "./rebuild.ts";
import type { StrayCounts } from "./report.ts";

/** The archive that an input goes into: its deliveries say at which position. */
export interface ArchivedReplay extends RebuildPorts {
  readonly progress: ProgressStore;
  readonly retention: Retention;
  /** µs; when this input came. */
  readonly receivedTime: EpochUs;
}

export interface ReplayOptions {
  readonly state: StateStore;
  readonly metrics: MetricStore;
  /** Where state and rows can be written together. */
  readonly atomic?: AtomicStore;
  readonly settings: FoldSettings;
  readonly futureLimit: number;
  /** The input; read a second time from the start when it holds an amendment. */
  readonly input: () => AsyncIterable<InputBatch>;
  /** Where this input is archived as it is read, and what came before it; nowhere when left out. */
  readonly archived?: ArchivedReplay;
  /** How long rollups are kept; for ever when left out. */
  readonly retention?: Retention;
  /** False when the stores end with the process. */
  readonly durable: boolean;
  /** Where one report of everything, up to `asOf`, is all that will ever be read; everything may be when left out. */
  readonly onlyReport?: { readonly asOf: number | undefined };
  readonly onSetAside: (aside: SetAside) => void;
  readonly onBatch?: (events: number) => void;
}

export interface ReplayResult {
  /** Lines that never reached an instrument's fold. */
  readonly stray: StrayCounts;
  /** Instruments that were folded a second time. */
  readonly restated: readonly string[];
}

export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  let refused = 0;
  const { archived } = options;
  const processor = createProcessor({
    ...storesOf(options),
    ...(archived === undefined ? {} : { rowsFrom: () => archived.progress.get().rowsFrom }),
    onQuarantine: (events) => {
      for (const { delivery, quarantine } of events) {
        options.onSetAside({ line: delivery.line, ...quarantine });
      }
    },
  });
  const input = counted(options.input(), (lines) => {
    refused += lines.length;
    for (const line of lines) options.onSetAside(line);
  });
  if (archived !== undefined) await prepare(archived, processor);
  await foldInput(processor, input, {
    ...options,
    ...(archived === undefined ? {} : { beforeEnd: () => tellEnd(archived, processor) }),
  });
  if (archived !== undefined) await keepProgress(archived, refused);
  const restated = await restate(options, processor);
  return { stray: { events: refused, quarantined: refused }, restated };
}

/** What an earlier process archived and did not fold comes before this input, which is kept whole. */
async function prepare(archived: ArchivedReplay, processor: Processor): Promise<void> {
  await catchUp({ ...archived, processor }, () => {});
  await tellRowsFrom(archived, EVERY_ROW, archived.receivedTime);
}

/** Before it happens: a crash between the two lets the next process do it. */
async function tellEnd(
  { archive, receivedTime }: ArchivedReplay,
  processor: Processor,
): Promise<void> {
  const line = encodeNote({ note: "input-ended", instruments: processor.keys() });
  await archive.append([{ receivedTime, verdict: "note", reason: undefined, line }]);
}

async function keepProgress({ archive, progress }: ArchivedReplay, refused: number): Promise<void> {
  const before = progress.get();
  progress.set({ ...before, position: await archive.end(), stray: before.stray + refused });
}

function storesOf(options: ReplayOptions) {
  const { state, metrics, atomic, settings, durable, retention, onlyReport } = options;
  return {
    state,
    metrics,
    settings,
    durable,
    ...(atomic === undefined ? {} : { atomic }),
    // Nobody reads the state between two commits, and its store takes any.
    owedRowsMax: Number.POSITIVE_INFINITY,
    ...(retention === undefined ? {} : { retention }),
    ...(onlyReport === undefined ? {} : { onlyReport }),
  };
}

async function* counted(
  input: AsyncIterable<InputBatch>,
  onRefused: (refused: InputBatch["refused"]) => void,
): AsyncIterable<InputBatch> {
  for await (const batch of input) {
    if (batch.refused.length > 0) onRefused(batch.refused);
    yield batch;
  }
}

/** Folds again what is marked `restating`; returns the instruments' names. */
async function restate(options: ReplayOptions, processor: Processor): Promise<readonly string[]> {
  const foreknown = new Map<string, ReadonlyMap<string, Amendment>>();
  for (const key of processor.keys()) {
    const state = processor.peek(key);
    if (state?.restating === true) foreknown.set(stateName(key), state.amendments);
  }
  if (foreknown.size === 0) return [];
  const only = new Set(foreknown.keys());
  const { archived, settings } = options;
  if (archived !== undefined) {
    const { retention } = archived;
    return (await rebuild(archived, { settings, retention, only })).instruments;
  }
  const second = createProcessor({
    ...storesOf(options),
    foreknown,
    rebuild: only,
    onQuarantine: () => {},
  });
  await foldInput(second, options.input(), { futureLimit: options.futureLimit, only });
  return [...only].sort();
}
