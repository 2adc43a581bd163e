import { finite } from "./finite.ts";
import { type Moments, standardDeviation } from "./moments.ts";
import { isZeroVariance } from "./zero-variance.ts";

/**
 * Sharpe ratio of a series of PnL (or of returns), risk-free rate 0.
 *
 *     SR = mean / sd · √periods,  sd with n − 1
 *
 * On constant capital the ratio of PnL equals that of returns: it does not see the unit.
 *
 * @param periods how many values make a year; days trade all year round. 1 leaves it per period
 * @returns `undefined` for n < 2 and for zero variance (`isZeroVariance`): never infinite
 * @see docs/reference/metrics.md#sharpe-ratio
 */
export function sharpeRatio(moments: Moments, periods = 365): number | undefined {
  const deviation = standardDeviation(moments);
  if (deviation === undefined || isZeroVariance(deviation, moments.mean)) return undefined;
  return finite((moments.mean / deviation) * Math.sqrt(periods));
}
