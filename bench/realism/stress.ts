/** Whether a planted stress window is found by the rule of docs/reference/metrics.md, and how soon. */

import { sorted } from "../../lib/core/stats/quantile.ts";
import { robustScale, robustZ } from "../../lib/core/stats/robust-z.ts";
import { at, known, type MarketSample, meanOf } from "./sample.ts";

const BAR_S = 300;
const BARS_A_DAY = 288;
const BARS_AN_HOUR = 12;
const DAYS_BACK = 7;

/** Bars of five minutes: size of the move, realised volatility, spread, orders. */
function indicators({ mids, spreads, orders }: MarketSample): readonly Float64Array[] {
  const bars = Math.floor(mids.length / BAR_S);
  const [moves, volatilities, widths, counts] = [0, 1, 2, 3].map(() => new Float64Array(bars));
  if (!(moves && volatilities && widths && counts)) return [];
  for (let bar = 0; bar < bars; bar += 1) {
    const own = mids.subarray(bar * BAR_S, (bar + 1) * BAR_S);
    const steps = Float64Array.from(
      { length: 5 },
      (_, i) => at(own, i * 60 + 59) - at(own, i * 60),
    );
    moves[bar] = Math.abs(at(own, BAR_S - 1) - at(own, 0));
    volatilities[bar] = Math.sqrt(meanOf(steps.map((step) => step * step)));
    widths[bar] = meanOf(spreads.subarray(bar * BAR_S, (bar + 1) * BAR_S));
  }
  for (const time of orders.times) {
    const bar = Math.floor(time / BAR_S);
    if (bar < bars) counts[bar] = at(counts, bar) + 1;
  }
  return [moves, volatilities, widths, counts];
}

/** Against the same hour of the seven days before. */
function zOf(values: Float64Array, bar: number): number {
  const hour = bar - (bar % BARS_AN_HOUR);
  const before: number[] = [];
  for (let day = 1; day <= DAYS_BACK; day += 1) {
    const from = hour - day * BARS_A_DAY;
    if (from >= 0) before.push(...known(values.subarray(from, from + BARS_AN_HOUR)));
  }
  const scale = robustScale(sorted(before));
  return scale === undefined ? 0 : robustZ(at(values, bar), scale);
}

/** Bars that are stressed: two indicators beyond 4, or one beyond 8. */
function isStressed(all: readonly Float64Array[], bar: number): boolean {
  const z = all.map((values) => zOf(values, bar));
  return z.filter((each) => each > 4).length >= 2 || z.some((each) => each > 8);
}

/**
 * Whole bars from the first that lies inside the stress to the second stressed one in a row; Infinity when the
 * detector is silent for an hour.
 *
 * @param onsetS seconds after the sample's start
 */
export function barsToDetection(sample: MarketSample, onsetS: number): number {
  const all = indicators(sample);
  const first = Math.ceil(onsetS / BAR_S);
  for (let bar = first; bar < first + BARS_AN_HOUR; bar += 1) {
    if (isStressed(all, bar) && isStressed(all, bar + 1)) return bar + 2 - first;
  }
  return Number.POSITIVE_INFINITY;
}
