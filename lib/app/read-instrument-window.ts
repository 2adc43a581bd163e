/** Reads and merges the rollups of one instrument over one window. */
import type { InstrumentWindow } from "../core/history/instrument-figures.ts";
import type { MarkoutSample } from "../core/history/markout-sample.ts";
import {
  addCore,
  type CorePart,
  carryLevels,
  emptyCore,
  extendCore,
  hasSpan,
} from "../core/rollup/core-part.ts";
import { coverOf } from "../core/rollup/ladder.ts";
import {
  decodeMarkoutPart,
  emptyMarkoutPart,
  type MarkoutPart,
  mergeMarkoutParts,
  rescaleMarkoutPart,
} from "../core/rollup/markout-part.ts";
import { RESOLUTION_US, RESOLUTIONS, type RollupRow } from "../core/rollup/row.ts";
import { bucketStart } from "../core/units.ts";
import type { MetricStore } from "../ports/metric-store.ts";
import {
  type CommittedState,
  type ReportSettings,
  type RowsOf,
  rowsOf,
} from "./committed-state.ts";
import { decodedCore, readRows } from "./read-rows.ts";
import { type PathPiece, recoveredTime } from "./recovered-time.ts";

export interface InstrumentSpan {
  readonly state: CommittedState;
  readonly from: number;
  readonly to: number;
  readonly sample: MarkoutSample;
}

export async function readInstrumentWindow(
  metrics: MetricStore,
  settings: ReportSettings,
  { state, from, to, sample }: InstrumentSpan,
): Promise<InstrumentWindow> {
  const { account, instrument, scale } = state.summary;
  const rows = rowsOf(state);
  const kept = { ...rows, newest: state.summary.newestTime, retention: settings.retention };
  const core = await levelsBefore(metrics, rows, from);
  const hasOpeningValue = core.mid > 0 || core.position === 0;
  const markouts = settings.horizons.map(() => emptyMarkoutPart());
  const pieces: PathPiece[] = [];
  for (const range of coverOf(from, to)) {
    for (const row of await readRows(metrics, rows, range)) {
      if (row.part.startsWith("core")) {
        const part = decodedCore(row, rows);
        const { path, highs } = part;
        pieces.push({ resolution: row.resolution, bucket: row.bucket, path, highs });
        addCore(core, part);
      } else {
        addMarkouts(markouts, settings, row, rows);
      }
    }
  }
  if (hasSpan(core)) extendCore(core, to);
  return {
    account,
    instrument,
    minVersion: state.minVersion,
    currency: state.summary.spec?.settle ?? "USD",
    from,
    to,
    scale,
    core,
    newestMid: state.summary.mid,
    markouts,
    sample,
    recoveredTime: await recoveredTime(metrics, kept, pieces, core.path),
    hasOpeningValue,
  };
}

function addMarkouts(
  sums: MarkoutPart[],
  { horizons }: ReportSettings,
  row: RollupRow,
  rows: RowsOf,
): void {
  const label = row.part.slice("markout.".length).split("+")[0];
  const index = horizons.findIndex((horizon) => horizon.label === label);
  const sum = sums[index];
  if (sum === undefined) return;
  const decoded = decodeMarkoutPart(row.value);
  rescaleMarkoutPart(decoded.part, decoded.scale, rows.scale);
  sums[index] = mergeMarkoutParts(sum, decoded.part);
}

/**
 * The levels at `from`: of the last core row that ended before it, at the finest resolution that has one. A coarser
 * row counts only if all of it lies before `from`.
 */
export async function levelsBefore(
  metrics: MetricStore,
  of: RowsOf,
  from: number,
): Promise<CorePart> {
  const { account, instrument } = of;
  let newest: CorePart | undefined;
  for (const resolution of RESOLUTIONS) {
    const key = { account, instrument, resolution, part: "core" };
    const row = await metrics.lastRollupBefore(key, bucketStart(from, RESOLUTION_US[resolution]));
    if (row === undefined || row.version < of.minVersion) continue;
    const part = decodedCore(row, of);
    if (newest === undefined || part.to > newest.to) newest = part;
  }
  return newest === undefined ? emptyCore() : carryLevels(newest, from);
}
