/** The facts that two markets show together. */
import type { Ticks } from "../../lib/core/stats/hayashi-yoshida.ts";
import { leadLagRatio } from "../../lib/core/stats/lead-lag.ts";
import { pearson } from "../../lib/core/stats/pearson.ts";
import { at, type MarketSample, returnsOf } from "./sample.ts";

/** What one number says about two markets, and where it has to lie. */
export interface CrossStatistic {
  readonly fact: number;
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly measure: (first: MarketSample, second: MarketSample) => number | undefined;
}

const LEAST_PAIRS = 100;

export const CROSS_FACTS: readonly CrossStatistic[] = [
  {
    fact: 16,
    name: "correlation of 5-min returns",
    low: 0.6,
    high: 0.9,
    measure: (first, second) => correlation(first, second, 300),
  },
  {
    fact: 16,
    name: "Epps: correlation of 1-s returns ÷ of 5-min returns",
    low: 0,
    high: 0.9,
    measure: (first, second) => {
      const [short, long] = [correlation(first, second, 1), correlation(first, second, 300)];
      return short === undefined || long === undefined ? undefined : short / long;
    },
  },
  {
    fact: 16,
    name: "lead–lag ratio, above 1 where the first leads",
    low: 1.05,
    high: Infinity,
    measure: whoLeads,
  },
];

/** Of the returns that both have. */
export function correlation(
  first: MarketSample,
  second: MarketSample,
  stepS: number,
): number | undefined {
  const [a, b] = [returnsOf(first, stepS), returnsOf(second, stepS)];
  const [x, y]: [number[], number[]] = [[], []];
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    if (Number.isNaN(at(a, i) + at(b, i))) continue;
    x.push(at(a, i));
    y.push(at(b, i));
  }
  return x.length < LEAST_PAIRS ? undefined : pearson(x, y);
}

const LAGS = [1, 2, 3, 4, 5];

/** Over the whole seconds from 1 to 5. */
export function whoLeads(first: MarketSample, second: MarketSample): number | undefined {
  const [a, b] = [ticksOf(first), ticksOf(second)];
  if (a.times.length < LEAST_PAIRS || b.times.length < LEAST_PAIRS) return undefined;
  return leadLagRatio(a, b, LAGS);
}

const MOST_TICKS = 400_000;

/** Changes of the mid, at the end of the second in which they came. */
function ticksOf({ mids }: MarketSample): Ticks {
  const [times, values]: [number[], number[]] = [[], []];
  let last = Number.NaN;
  for (let i = 0; i < Math.min(mids.length, MOST_TICKS); i += 1) {
    const mid = at(mids, i);
    if (Number.isNaN(mid) || mid === last) continue;
    times.push(i);
    values.push(mid);
    last = mid;
  }
  return { times, values };
}
