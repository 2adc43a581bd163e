/**
 * The matured markouts of one window, read from trade rows: what medians, quantiles and intervals are taken from.
 * Exact up to a limit; beyond it a histogram (quantiles within 1 %) and an interval clustered by hour.
 */
import type { Liquidity } from "../events/event.ts";
import type { Horizon } from "../metrics/markout.ts";
import type { JsonValue, TradeRow } from "../rollup/row.ts";
import { clusteredInterval } from "../stats/clustered-interval.ts";
import {
  addToHistogram,
  emptyHistogram,
  histogramQuantile,
  type MutableHistogram,
} from "../stats/histogram.ts";
import { neweyWest } from "../stats/newey-west.ts";
import { neweyWestLag } from "../stats/newey-west-lag.ts";
import { quantile, sorted } from "../stats/quantile.ts";
import { HOUR_US } from "../units.ts";

/** Up to this many matured trades everything is exact. */
const EXACT_LIMIT = 200_000;
/** No interval from fewer. */
const INTERVAL_MINIMUM = 30;

interface Series {
  times: number[];
  values: number[];
  /** Set once the limit is passed; `times` and `values` are then empty. */
  histogram: MutableHistogram | undefined;
  hours: Map<number, { weight: number; sum: number }>;
}

export interface MarkoutSample {
  readonly horizons: readonly Horizon[];
  readonly maker: readonly Series[];
  readonly taker: readonly Series[];
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

export function newSample(horizons: readonly Horizon[]): MarkoutSample {
  const series = () =>
    horizons.map((): Series => ({ times: [], values: [], histogram: undefined, hours: new Map() }));
  return { horizons, maker: series(), taker: series() };
}

/** Takes one trade row in; rows of one instrument come in order of (time, sequence). */
export function addTradeRow(sample: MarkoutSample, row: TradeRow): void {
  const value = JSON.parse(row.value) as { readonly [field: string]: JsonValue };
  if (value["execution"] !== "trade") return;
  const markouts = value["markouts"] as {
    readonly [label: string]: { readonly status: string; readonly bps: number | null };
  };
  const side = sample[value["liquidity"] as Liquidity];
  for (let index = 0; index < sample.horizons.length; index += 1) {
    const series = side[index];
    const markout = markouts[sample.horizons[index]?.label ?? ""];
    if (series === undefined || markout?.status !== "ok" || markout.bps === null) continue;
    addValue(series, row.time, markout.bps);
  }
}

function addValue(series: Series, time: number, value: number): void {
  if (series.histogram === undefined) {
    series.times.push(time);
    series.values.push(value);
    if (series.values.length > EXACT_LIMIT) toHistogram(series);
    return;
  }
  addToHistogram(series.histogram, value);
  addToHour(series, time, value);
}

function toHistogram(series: Series): void {
  const histogram = emptyHistogram();
  series.values.forEach((value, index) => {
    addToHistogram(histogram, value);
    addToHour(series, series.times[index] ?? 0, value);
  });
  Object.assign(series, { histogram, times: [], values: [] });
}

function addToHour(series: Series, time: number, value: number): void {
  const hour = Math.floor(time / HOUR_US);
  const cluster = series.hours.get(hour);
  if (cluster === undefined) {
    series.hours.set(hour, { weight: 1, sum: value });
    return;
  }
  cluster.weight += 1;
  cluster.sum += value;
}

/** Distribution and interval of one liquidity at one horizon (by its index). */
export function sampleFigures(
  sample: MarkoutSample,
  liquidity: Liquidity,
  index: number,
): SampleFigures {
  const series = sample[liquidity][index];
  if (series === undefined) return exactFigures([], [], 0);
  if (series.histogram !== undefined) return histogramFigures(series, series.histogram);
  const order = timeOrder(series.times);
  const times = order.map((at) => series.times[at] ?? 0);
  const values = order.map((at) => series.values[at] ?? 0);
  return exactFigures(times, values, sample.horizons[index]?.us ?? 0);
}

/** Positions in order of time; stable, so that trades of one instant keep the order they were read in. */
function timeOrder(times: readonly number[]): number[] {
  const order = times.map((_, index) => index);
  let ascending = true;
  for (let index = 1; index < times.length && ascending; index += 1) {
    ascending = (times[index - 1] ?? 0) <= (times[index] ?? 0);
  }
  return ascending ? order : order.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
}

function exactFigures(
  times: readonly number[],
  values: readonly number[],
  horizonUs: number,
): SampleFigures {
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

function histogramFigures(series: Series, histogram: MutableHistogram): SampleFigures {
  const at = (p: number): number | null => histogramQuantile(histogram, p) ?? null;
  return {
    median: at(0.5),
    p05: at(0.05),
    p25: at(0.25),
    p75: at(0.75),
    p95: at(0.95),
    interval: clusteredInterval([...series.hours.values()])?.interval ?? null,
    method: "histogram",
  };
}
