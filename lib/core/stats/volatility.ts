import { sumOf } from "./compensated-sum.ts";
import { finite } from "./finite.ts";
import { type Moments, standardDeviation } from "./moments.ts";

/**
 * Volatility of a series of PnL or returns: sd · √periods, sd with n − 1, in the unit of the values.
 *
 * @param periods how many values make a year; 1 leaves it per period
 * @returns `undefined` for n < 2
 * @see docs/reference/metrics.md#volatility
 */
export function annualizedVolatility(moments: Moments, periods = 365): number | undefined {
  const deviation = standardDeviation(moments);
  return deviation === undefined ? undefined : finite(deviation * Math.sqrt(periods));
}

/**
 * Realised volatility of an asset over a span: √Σ r², r the log returns of the mid on a fixed grid.
 *
 * Not annualised: multiply by √(spans a year). No mean is taken off, over short spans it is noise.
 *
 * @returns `undefined` without returns
 */
export function realizedVolatility(logReturns: readonly number[]): number | undefined {
  if (logReturns.length === 0) return undefined;
  return finite(Math.sqrt(sumOf(logReturns.map((r) => r * r))));
}
