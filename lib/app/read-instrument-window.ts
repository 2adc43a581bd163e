/** Reads and merges the rollups of the instruments of one window. */
import type { InstrumentWindow } from "../core/history/instrument-figures.ts";
import { type MarkoutSample, sampleOf } from "../core/history/markout-sample.ts";
import {
  addCore,
  type CorePart,
  copyCore,
  emptyCore,
  extendCore,
  hasSpan,
} from "../core/rollup/core-part.ts";
import { coverOf } from "../core/rollup/ladder.ts";
import { emptyMarkoutPart, mergeMarkoutParts } from "../core/rollup/markout-part.ts";
import type { CommittedState, ReportSettings } from "./committed-state.ts";
import { inLanes } from "./in-lanes.ts";
import { recoveredTime } from "./recovered-time.ts";
import type { RowReader, Span } from "./row-reader.ts";
import type { CoreRow, MarkoutRow } from "./settled-rows.ts";

/** The windows of the instruments, in their order, and the trades of all of them together. */
export interface Windows {
  readonly instruments: readonly InstrumentWindow[];
  readonly sample: MarkoutSample;
}

/** So many instruments are read at once: beyond, a store of few connections would refuse what has waited too long. */
const READ_TOGETHER = 4;

export async function readWindows(
  reader: RowReader,
  settings: ReportSettings,
  states: readonly CommittedState[],
  span: Span,
): Promise<Windows> {
  const ranges = coverOf(span.from, span.to);
  const asked = states.map((of) => ({ of, ranges }));
  const [levels, cores, markouts, trades] = await Promise.all([
    reader.levelsBefore(states, span.from),
    reader.cores(asked),
    reader.markouts(asked),
    inLanes(READ_TOGETHER, states, (state) => reader.trades(state, span)),
  ]);
  const sample = sampleOf(settings.horizons, trades);
  const instruments = await inLanes(READ_TOGETHER, states, (state, index) => {
    const own = states.length === 1 ? sample : sampleOf(settings.horizons, [trades[index] ?? []]);
    return merged(reader, settings, state, {
      span,
      levels: levels[index],
      cores: cores[index] ?? [],
      markouts: markouts[index] ?? [],
      sample: own,
    });
  });
  return { instruments, sample };
}

interface Read {
  readonly span: Span;
  readonly levels: CorePart | undefined;
  readonly cores: readonly CoreRow[];
  readonly markouts: readonly MarkoutRow[];
  readonly sample: MarkoutSample;
}

async function merged(
  reader: RowReader,
  settings: ReportSettings,
  state: CommittedState,
  read: Read,
): Promise<InstrumentWindow> {
  const { summary } = state;
  const { from, to } = read.span;
  const core = copyCore(read.levels ?? emptyCore());
  const hasOpeningValue = core.mid > 0 || core.position === 0;
  for (const { part } of read.cores) addCore(core, part);
  if (hasSpan(core)) extendCore(core, to);
  return {
    account: summary.account,
    instrument: summary.instrument,
    currency: summary.spec?.settle ?? "USD",
    from,
    to,
    scale: summary.scale,
    core,
    newestMid: summary.mid,
    markouts: mergedMarkouts(settings, read.markouts),
    sample: read.sample,
    recoveredTime: await recoveredTime(reader, settings.retention, state, {
      pieces: read.cores,
      whole: core.path,
    }),
    hasOpeningValue,
  };
}

function mergedMarkouts({ horizons }: ReportSettings, rows: readonly MarkoutRow[]) {
  const sums = horizons.map(() => emptyMarkoutPart());
  for (const { label, part } of rows) {
    const index = horizons.findIndex((horizon) => horizon.label === label);
    const sum = sums[index];
    if (sum !== undefined) sums[index] = mergeMarkoutParts(sum, part);
  }
  return sums;
}
