/** The facts that one market's prices and orders show, each with the band in which a real market's lies. */
import { chiSquareTail } from "../../lib/core/stats/chi-square.ts";
import { kruskalWallis } from "../../lib/core/stats/kruskal-wallis.ts";
import { momentsOf, skewG1 } from "../../lib/core/stats/moments.ts";
import { pearson } from "../../lib/core/stats/pearson.ts";
import { median, sorted } from "../../lib/core/stats/quantile.ts";
import { straightLine } from "../../lib/core/stats/straight-line.ts";
import { fitGarch } from "./garch.ts";
import { fitHawkes, residualDistance } from "./hawkes.ts";
import { hourCells, hourlyShape } from "./hours.ts";
import { impactBySize } from "./impact.ts";
import {
  at,
  autocorrelations,
  known,
  type MarketSample,
  meanOf,
  returnsOf,
  robustError,
} from "./sample.ts";
import { excessKurtosis, hillIndex, roundShare } from "./tails.ts";

/** What one number says about one market, and where it has to lie. */
export interface Statistic {
  /** Its number in docs/reference/simulator.md. */
  readonly fact: number;
  readonly name: string;
  /** Both ends belong to the band. */
  readonly low: number;
  readonly high: number;
  /** Markets that it is about; all unless given. */
  readonly about?: "one-tick" | "wide";
  /** @returns undefined where the sample is too short to tell */
  readonly measure: (sample: MarketSample) => number | undefined;
}

const MINUTE = 60;

export const MARKET_FACTS: readonly Statistic[] = [
  {
    fact: 1,
    name: "Hill index of the largest 1 % of 1-min returns",
    low: 2.2,
    high: 4.5,
    measure: (sample) => enough(known(returnsOf(sample, MINUTE)), 2_000, (r) => hillIndex(r, 0.01)),
  },
  {
    fact: 1,
    name: "excess kurtosis, 1 min",
    low: 3,
    high: Infinity,
    measure: (sample) => enough(known(returnsOf(sample, MINUTE)), 300, excessKurtosis),
  },
  {
    fact: 1,
    name: "excess kurtosis, 5 min ÷ 1 min",
    low: 0,
    high: 1,
    measure: (sample) => kurtosisRatio(sample, 5 * MINUTE, MINUTE),
  },
  {
    fact: 1,
    name: "excess kurtosis, 1 h ÷ 5 min",
    low: -1,
    high: 1,
    measure: (sample) => kurtosisRatio(sample, 60 * MINUTE, 5 * MINUTE),
  },
  {
    fact: 2,
    name: "lags 2 to 10 of 1-min returns beyond 2 s.e.",
    low: 0,
    high: 2,
    measure: (sample) => enough(returnsOf(sample, MINUTE), 1_000, lagsBeyondNoise),
  },
  {
    fact: 2,
    name: "Ljung–Box p of ten lags of 5-min returns",
    low: 0.01,
    high: 1,
    measure: (sample) => enough(returnsOf(sample, 5 * MINUTE), 200, ljungBoxP),
  },
  {
    fact: 3,
    name: "ACF of |1-min return| at 60 min",
    low: 0.03,
    high: 1,
    measure: (sample) => enough(absolute(sample), 1_400, (r) => autocorrelations(r, [60])[0]),
  },
  {
    fact: 3,
    name: "slope of ln ACF of |1-min return| on ln lag, 1 to 240",
    low: -0.6,
    high: -0.1,
    measure: (sample) =>
      enough(absolute(sample), 1_400, (r) => decaySlope(r, [1, 2, 4, 8, 15, 30, 60, 120, 240])),
  },
  {
    fact: 3,
    name: "GARCH(1,1) α + β of 1-min returns",
    low: 0.9,
    high: 1,
    measure: (sample) => {
      const fit = fitGarch(known(returnsOf(sample, MINUTE)));
      return fit && fit.alpha + fit.beta;
    },
  },
  {
    fact: 4,
    name: "busiest ÷ quietest hour, volatility",
    low: 1.8,
    high: 3.5,
    measure: (sample) => hourlyShape(sample)?.ratio,
  },
  {
    fact: 4,
    name: "busiest hour, UTC",
    low: 13,
    high: 16,
    measure: (sample) => hourlyShape(sample)?.busiest,
  },
  {
    fact: 4,
    name: "Kruskal–Wallis p over hours of the day",
    low: 0,
    high: 0.01,
    measure: (sample) => {
      const cells = hourCells(sample);
      return cells && kruskalWallis(cells)?.p;
    },
  },
  {
    fact: 4,
    name: "first minute of an hour ÷ the other minutes, volatility",
    low: 1.05,
    high: 3,
    measure: firstMinute,
  },
  {
    fact: 5,
    name: "ACF of order signs at lag 1",
    low: 0.05,
    high: 1,
    measure: (sample) => enough(signsOf(sample), 2_000, (s) => autocorrelations(s, [1])[0]),
  },
  {
    fact: 5,
    name: "slope of ln ACF of signs on ln lag, 1 to 512",
    low: -0.8,
    high: -0.25,
    measure: (sample) =>
      enough(signsOf(sample), 5_000, (s) => decaySlope(s, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512])),
  },
  {
    fact: 6,
    name: "Fano factor of orders a minute",
    low: 3,
    high: Infinity,
    measure: fano,
  },
  {
    fact: 6,
    name: "Hawkes branching ratio, median of stretches",
    low: 0.6,
    high: 0.9,
    measure: (sample) => medianOf(hawkesStretches(sample).map(({ branching }) => branching)),
  },
  {
    fact: 6,
    name: "share of stretches whose rescaled waits pass Kolmogorov–Smirnov at 1 %",
    low: 0.8,
    high: 1,
    measure: (sample) => {
      const stretches = hawkesStretches(sample);
      const passed = stretches.filter(({ distance }) => distance < 1.628).length;
      return stretches.length === 0 ? undefined : passed / stretches.length;
    },
  },
  {
    fact: 7,
    name: "share of time with a spread of one tick",
    low: 0.5,
    high: 1,
    about: "one-tick",
    measure: ({ spreads }) =>
      meanOf(known(spreads).map((ticks) => (Math.round(ticks) === 1 ? 1 : 0))),
  },
  {
    fact: 7,
    name: "skew of the log spread (log-normal: 0)",
    low: -0.6,
    high: 0.8,
    about: "wide",
    measure: ({ spreads }) => skewG1(momentsOf(known(spreads).map(Math.log))),
  },
  {
    fact: 7,
    name: "correlation of spread and volatility, 30-min bars",
    low: 0.3,
    high: 1,
    measure: spreadAndVolatility,
  },
  {
    fact: 10,
    name: "slope of ln impact on ln order size",
    low: 0.4,
    high: 0.6,
    measure: (sample) => impactBySize(sample)?.slope,
  },
  {
    fact: 13,
    name: "Hill index of the largest 1 % of order sizes",
    low: 1.5,
    high: 2.5,
    measure: ({ orders }) => enough(orders.sizes, 2_000, (sizes) => hillIndex(sizes, 0.01)),
  },
  {
    fact: 13,
    name: "share of orders of 1, 2 or 5 × 10ⁿ",
    low: 0.1,
    high: 1,
    measure: ({ orders }) => enough(orders.sizes, 2_000, roundShare),
  },
];

/** Where so many values are known at least, and what comes out is a number. */
function enough(
  values: Float64Array,
  least: number,
  measure: (values: Float64Array) => number | undefined,
): number | undefined {
  if (known(values).length < least) return undefined;
  const measured = measure(values);
  return measured === undefined || Number.isNaN(measured) ? undefined : measured;
}

function medianOf(values: readonly number[]): number | undefined {
  return median(sorted(values));
}

function absolute(sample: MarketSample): Float64Array {
  return returnsOf(sample, MINUTE).map(Math.abs);
}

function signsOf({ orders }: MarketSample): Float64Array {
  return Float64Array.from(orders.signs);
}

function kurtosisRatio(sample: MarketSample, long: number, short: number): number | undefined {
  const above = enough(known(returnsOf(sample, long)), 100, excessKurtosis);
  const below = enough(known(returnsOf(sample, short)), 100, excessKurtosis);
  return above === undefined || below === undefined ? undefined : above / below;
}

const TWO_TO_TEN = [2, 3, 4, 5, 6, 7, 8, 9, 10];

function lagsBeyondNoise(returns: Float64Array): number {
  const found = autocorrelations(returns, TWO_TO_TEN);
  return TWO_TO_TEN.filter((lag, i) => Math.abs(at(found, i)) > 2 * robustError(returns, lag))
    .length;
}

/** With each lag's own error in the place of 1/√n. */
function ljungBoxP(returns: Float64Array): number | undefined {
  const lags = [1, ...TWO_TO_TEN];
  const found = autocorrelations(returns, lags);
  const q = lags.reduce((sum, lag, i) => sum + (at(found, i) / robustError(returns, lag)) ** 2, 0);
  return Number.isNaN(q) ? undefined : chiSquareTail(q, lags.length);
}

/** Of the lags at which the autocorrelation is positive. */
function decaySlope(values: Float64Array, lags: readonly number[]): number | undefined {
  const points = autocorrelations(values, lags)
    .map((acf, i) => ({ x: Math.log(at(lags, i)), y: acf }))
    .filter(({ y }) => y > 0);
  if (points.length < 5) return undefined;
  return straightLine(
    points.map(({ x }) => x),
    points.map(({ y }) => Math.log(y)),
  )?.slope;
}

function firstMinute(sample: MarketSample): number | undefined {
  const returns = returnsOf(sample, MINUTE);
  if (returns.length < 2_000) return undefined;
  const sizeOf = (isMeant: (minute: number) => boolean) =>
    meanOf(known(returns.filter((_, i) => isMeant(minuteOfHour(sample, i)))).map(Math.abs));
  return sizeOf((minute) => minute === 0) / sizeOf((minute) => minute !== 0);
}

function minuteOfHour({ start }: MarketSample, row: number): number {
  return Math.floor(start / 60 + row) % 60;
}

/** Variance of a minute's count over its mean, of the minutes in which the book is known. */
function fano({ orders, mids }: MarketSample): number | undefined {
  const all = new Float64Array(Math.floor((mids.length - 1) / 60));
  for (const time of orders.times) {
    const minute = Math.floor(time / 60);
    if (minute < all.length) all[minute] = at(all, minute) + 1;
  }
  const counts = all.filter((_, i) => Number.isFinite(at(mids, i * 60) + at(mids, i * 60 + 60)));
  if (counts.length < 30) return undefined;
  const mean = meanOf(counts);
  return meanOf(counts.map((count) => (count - mean) ** 2)) / mean;
}

interface Stretch {
  readonly branching: number;
  /** See `residualDistance`. */
  readonly distance: number;
}

const STRETCH_EVENTS = 1_500;
const MOST_STRETCHES = 24;

/** Short stretches, within which the rate that nothing caused is nearly constant. */
function hawkesStretches({ orders: { times } }: MarketSample): readonly Stretch[] {
  const count = Math.floor((times.length - 1) / STRETCH_EVENTS);
  const step = Math.max(1, Math.floor(count / MOST_STRETCHES));
  const stretches: Stretch[] = [];
  for (let which = 0; which < count; which += step) {
    const first = which * STRETCH_EVENTS;
    const origin = at(times, first);
    const own = times.slice(first + 1, first + 1 + STRETCH_EVENTS).map((time) => time - origin);
    const model = fitHawkes(own, at(own, own.length - 1));
    if (model === undefined) continue;
    stretches.push({ branching: model.branching, distance: residualDistance(own, model) });
  }
  return stretches;
}

function spreadAndVolatility(sample: MarketSample): number | undefined {
  const bar = 1_800;
  const moves = returnsOf(sample, MINUTE);
  const [spreads, sizes]: [number[], number[]] = [[], []];
  for (let from = 0; from + bar <= sample.mids.length; from += bar) {
    const own = known(moves.subarray(from / MINUTE, (from + bar) / MINUTE));
    const spread = meanOf(known(sample.spreads.subarray(from, from + bar)));
    if (own.length < 20 || !Number.isFinite(spread)) continue;
    spreads.push(spread);
    sizes.push(meanOf(own.map(Math.abs)));
  }
  return spreads.length < 20 ? undefined : pearson(spreads, sizes);
}
