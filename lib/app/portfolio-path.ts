/** The portfolio's net PnL and gross exposure on a grid of time, from the instruments' rollups. */
import { instrumentKey } from "../core/events/event.ts";
import type { InstrumentWindow } from "../core/history/instrument-figures.ts";
import {
  conversionRate,
  exposureOf,
  type PortfolioSample,
} from "../core/history/portfolio-figures.ts";
import { addExact, EXACT_ZERO, type ExactDecimal, multiplyExact } from "../core/ledger/exact.ts";
import { netToExact, priceToExact } from "../core/ledger/scale.ts";
import { coverOf, pathStep } from "../core/rollup/ladder.ts";
import { RESOLUTION_US, type Resolution } from "../core/rollup/row.ts";
import type { MetricStore } from "../ports/metric-store.ts";
import type { ReportSettings } from "./committed-state.ts";
import { levelsBefore } from "./read-instrument-window.ts";
import { decodedCore, readRows } from "./read-rows.ts";

export interface PortfolioPath {
  readonly samples: readonly PortfolioSample[] | undefined;
  readonly resolution: Resolution;
}

interface Window {
  readonly windows: readonly InstrumentWindow[];
  readonly from: number;
  readonly to: number;
  readonly asOf: number;
}

/** Net change and closing levels of one bucket of one instrument. */
interface Piece {
  readonly bucket: number;
  readonly net: bigint;
  readonly position: number;
  readonly mid: number;
}

/**
 * Samples at each whole step inside [from, to) and at `to`, each from events before it: whole minutes while the store
 * keeps them for the window, else hours or days.
 */
export async function portfolioPath(
  metrics: MetricStore,
  settings: ReportSettings,
  { windows, from, to, asOf }: Window,
): Promise<PortfolioPath> {
  const resolution = pathStep(from, asOf, settings.retention);
  const times = sampleTimes(from, to, RESOLUTION_US[resolution]);
  const series = new Map<string, readonly Sampled[]>();
  for (const window of windows) {
    const pieces = await readPieces(metrics, window, resolution);
    series.set(keyOf(window), sampleInstrument(window, pieces, times));
  }
  return { samples: addUp(windows, settings, { series, times }), resolution };
}

const keyOf = ({ account, instrument }: InstrumentWindow) => instrumentKey(account, instrument);

function sampleTimes(from: number, to: number, step: number): number[] {
  const times: number[] = [];
  for (let time = Math.ceil(from / step) * step; time < to; time += step) times.push(time);
  times.push(to);
  return times;
}

/** Rollups at the step's resolution; the edges that do not fill a step as any window is covered. */
async function readPieces(
  metrics: MetricStore,
  window: InstrumentWindow,
  resolution: Resolution,
): Promise<Piece[]> {
  const { from, to, scale } = window;
  const width = RESOLUTION_US[resolution];
  const innerFrom = Math.ceil(from / width) * width;
  const innerTo = Math.max(innerFrom, Math.floor(to / width) * width);
  const ranges = [
    ...coverOf(from, Math.min(innerFrom, to)),
    { resolution, from: innerFrom, to: innerTo },
    ...coverOf(innerTo, to),
  ];
  const pieces: Piece[] = [];
  for (const range of ranges) {
    if (range.from >= range.to) continue;
    const rows = await readRows(metrics, window, range, "core");
    for (const row of rows) {
      if (row.part !== "core") continue;
      const { path, position, mid } = decodedCore(row, { scale });
      pieces.push({ bucket: row.bucket, net: path.total, position, mid });
    }
  }
  const levels = await levelsBefore(metrics, window, from);
  return [{ bucket: 0, net: 0n, position: levels.position, mid: levels.mid }, ...pieces];
}

interface Sampled {
  readonly net: ExactDecimal;
  readonly exposure: ExactDecimal;
  readonly mid: ExactDecimal | undefined;
}

function sampleInstrument(
  window: InstrumentWindow,
  pieces: readonly Piece[],
  times: readonly number[],
): Sampled[] {
  let net = 0n;
  let [position, mid, next] = [0, 0, 0];
  return times.map((time) => {
    for (; next < pieces.length; next += 1) {
      const piece = pieces[next];
      if (piece === undefined || piece.bucket >= time) break;
      net += piece.net;
      position = piece.position;
      mid = piece.mid;
    }
    return {
      net: netToExact(window.scale, net),
      exposure: exposureOf(window, position, mid),
      mid: mid > 0 ? priceToExact(window.scale, mid) : undefined,
    };
  });
}

function addUp(
  windows: readonly InstrumentWindow[],
  { reporting }: ReportSettings,
  {
    series,
    times,
  }: { readonly series: Map<string, readonly Sampled[]>; readonly times: readonly number[] },
): PortfolioSample[] | undefined {
  const samples: PortfolioSample[] = [];
  for (const [index, time] of times.entries()) {
    const midOf = (key: string) => series.get(key)?.[index]?.mid;
    let [net, exposure] = [EXACT_ZERO, EXACT_ZERO];
    for (const window of windows) {
      const sampled = series.get(keyOf(window))?.[index];
      if (sampled === undefined || isFlat(sampled)) continue;
      const rate = conversionRate(window.currency, reporting, midOf);
      if (rate === undefined) return undefined;
      net = addExact(net, multiplyExact(sampled.net, rate));
      exposure = addExact(exposure, multiplyExact(sampled.exposure, rate));
    }
    samples.push({ time, net, exposure });
  }
  return samples;
}

/** Nothing needs no rate. */
function isFlat({ net, exposure }: Sampled): boolean {
  return net.units === 0n && exposure.units === 0n;
}
