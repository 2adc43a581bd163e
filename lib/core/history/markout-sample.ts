/**
 * The matured markouts of one window, read from trade rows: what medians, quantiles and intervals are taken from.
 * Exact up to a limit; beyond it a histogram (quantiles within 1 %) and an interval clustered by hour.
 */
import type { Liquidity } from "../events/event.ts";
import type { Horizon } from "../metrics/markout.ts";
import type { JsonValue, TradeRow } from "../rollup/row.ts";
import { clusteredInterval } from "../stats/clustered-interval.ts";
import { addToHistogram, emptyHistogram, histogramQuantile } from "../stats/histogram.ts";
import { neweyWest } from "../stats/newey-west.ts";
import { neweyWestLag } from "../stats/newey-west-lag.ts";
import { quantile, sorted } from "../stats/quantile.ts";
import { HOUR_US } from "../units.ts";

/** Up to this many matured trades everything is exact. */
const EXACT_LIMIT = 200_000;
/** No interval from fewer. */
const INTERVAL_MINIMUM = 30;

/** Trades of one instrument in order of (time, sequence), as parallel lists. */
export interface TradeColumns {
  readonly times: number[];
  readonly makers: boolean[];
  /** By horizon: gross markouts in bps, NaN where a trade has none that counts. */
  readonly markouts: readonly number[][];
}

/** Some consecutive trades of columns: positions [from, to). */
export interface TradeSlice {
  readonly columns: TradeColumns;
  readonly from: number;
  readonly to: number;
}

export function newTradeColumns(horizons: readonly Horizon[]): TradeColumns {
  return { times: [], makers: [], markouts: horizons.map(() => []) };
}

/** Takes one trade row in; what nobody chose to trade is left out. */
export function addTradeRow(
  columns: TradeColumns,
  horizons: readonly Horizon[],
  row: TradeRow,
): void {
  const value = JSON.parse(row.value) as { readonly [field: string]: JsonValue };
  if (value["execution"] !== "trade") return;
  const told = value["markouts"] as {
    readonly [label: string]: { readonly status: string; readonly bps: number | null };
  };
  columns.times.push(row.time);
  columns.makers.push(value["liquidity"] === "maker");
  for (const [index, { label }] of horizons.entries()) {
    const markout = told[label];
    const bps = markout?.status === "ok" ? markout.bps : null;
    columns.markouts[index]?.push(bps ?? Number.NaN);
  }
}

/** All trades of a window as one list, and the figures that were asked for so far. */
export interface MarkoutSample {
  readonly horizons: readonly Horizon[];
  readonly trades: TradeColumns;
  /** Positions in order of time; of one instant in the order of the instruments. */
  readonly order: Uint32Array;
  readonly known: Map<string, SampleFigures>;
}

export interface SampleFigures {
  readonly median: number | null;
  readonly p05: number | null;
  readonly p25: number | null;
  readonly p75: number | null;
  readonly p95: number | null;
  readonly interval: readonly [number, number] | null;
  readonly method: "exact" | "histogram";
}

/** @param instruments the trades of each, as slices in order of time */
export function sampleOf(
  horizons: readonly Horizon[],
  instruments: readonly (readonly TradeSlice[])[],
): MarkoutSample {
  const trades = newTradeColumns(horizons);
  const runs: Uint32Array[] = [];
  for (const slices of instruments) {
    const start = trades.times.length;
    for (const slice of slices) appendSlice(trades, slice);
    runs.push(Uint32Array.from({ length: trades.times.length - start }, (_, i) => start + i));
  }
  return { horizons, trades, order: mergeRuns(trades.times, runs), known: new Map() };
}

/** Adds the trades of a slice at the end of `columns`. */
export function appendSlice(columns: TradeColumns, { columns: more, from, to }: TradeSlice): void {
  for (let at = from; at < to; at += 1) {
    columns.times.push(more.times[at] ?? 0);
    columns.makers.push(more.makers[at] === true);
  }
  for (const [index, values] of more.markouts.entries()) {
    const target = columns.markouts[index];
    for (let at = from; at < to; at += 1) target?.push(values[at] ?? Number.NaN);
  }
}

/** Ascending runs into one, halves first; what is equal keeps the order of the runs. */
function mergeRuns(times: readonly number[], runs: readonly Uint32Array[]): Uint32Array {
  if (runs.length <= 1) return runs[0] ?? new Uint32Array(0);
  const half = runs.length >> 1;
  const a = mergeRuns(times, runs.slice(0, half));
  const b = mergeRuns(times, runs.slice(half));
  const merged = new Uint32Array(a.length + b.length);
  const timeAt = (run: Uint32Array, i: number) => times[run[i] ?? -1] ?? Number.POSITIVE_INFINITY;
  let [i, j] = [0, 0];
  while (i + j < merged.length) {
    const takesA = i < a.length && timeAt(a, i) <= timeAt(b, j);
    merged[i + j] = (takesA ? a[i] : b[j]) ?? 0;
    if (takesA) i += 1;
    else j += 1;
  }
  return merged;
}

/** Distribution and interval of one liquidity at one horizon (by its index). */
export function sampleFigures(
  sample: MarkoutSample,
  liquidity: Liquidity,
  index: number,
): SampleFigures {
  const name = `${liquidity} ${index}`;
  const known = sample.known.get(name);
  if (known !== undefined) return known;
  const figures = computeFigures(sample, liquidity === "maker", index);
  sample.known.set(name, figures);
  return figures;
}

function computeFigures(
  { horizons, trades, order }: MarkoutSample,
  maker: boolean,
  index: number,
): SampleFigures {
  const all = trades.markouts[index] ?? [];
  const times = new Float64Array(order.length);
  const values = new Float64Array(order.length);
  let n = 0;
  for (const at of order) {
    const value = all[at] ?? Number.NaN;
    if (trades.makers[at] !== maker || Number.isNaN(value)) continue;
    times[n] = trades.times[at] ?? 0;
    values[n] = value;
    n += 1;
  }
  const series = { times: times.subarray(0, n), values: values.subarray(0, n) };
  if (n > EXACT_LIMIT) return histogramFigures(series);
  return exactFigures(series, horizons[index]?.us ?? 0);
}

interface Series {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

function exactFigures({ times, values }: Series, horizonUs: number): SampleFigures {
  const ordered = sorted(values);
  const at = (p: number): number | null => quantile(ordered, p) ?? null;
  const enough = values.length >= INTERVAL_MINIMUM;
  const estimate = enough ? neweyWest(values, neweyWestLag(times, horizonUs)) : undefined;
  return {
    median: at(0.5),
    p05: at(0.05),
    p25: at(0.25),
    p75: at(0.75),
    p95: at(0.95),
    interval: estimate?.interval ?? null,
    method: "exact",
  };
}

function histogramFigures({ times, values }: Series): SampleFigures {
  const histogram = emptyHistogram();
  const hours = new Map<number, { weight: number; sum: number }>();
  for (const [index, value] of values.entries()) {
    addToHistogram(histogram, value);
    const hour = Math.floor((times[index] ?? 0) / HOUR_US);
    const cluster = hours.get(hour) ?? { weight: 0, sum: 0 };
    cluster.weight += 1;
    cluster.sum += value;
    hours.set(hour, cluster);
  }
  const at = (p: number): number | null => histogramQuantile(histogram, p) ?? null;
  return {
    median: at(0.5),
    p05: at(0.05),
    p25: at(0.25),
    p75: at(0.75),
    p95: at(0.95),
    interval: clusteredInterval([...hours.values()])?.interval ?? null,
    method: "histogram",
  };
}
