/**
 * Rolling performance over whole UTC days of net PnL: Sharpe ratio, volatility and drawdown, annualised by √365.
 *
 * @see docs/reference/metrics.md#rolling
 */
import { drawdownAmount } from "../stats/drawdown.ts";
import { equityOfPnl } from "../stats/equity.ts";
import { momentsOf } from "../stats/moments.ts";
import { sharpeRatio } from "../stats/sharpe.ts";
import { sharpeShape, sharpeStandardError } from "../stats/sharpe-error.ts";
import { annualizedVolatility } from "../stats/volatility.ts";
import { Z95 } from "../stats/z95.ts";
import type { Figure } from "./performance-metrics.ts";

/** Days a year: crypto trades on all of them. */
const PERIODS = 365;
/** Fewest days with a value for a window to be shown: 7 of 7, 25 of 30, 75 of 90. */
const MINIMUM_SHARE: Readonly<Record<number, number>> = { 7: 7, 30: 25, 90: 75 };

export interface RollingPnl {
  readonly sharpe: Figure;
  readonly volatility: Figure;
  readonly maxDrawdown: Figure;
}

/**
 * Figures of daily net PnL.
 *
 *     sharpe = mean(d) / sd(d) · √365        volatility = sd(d) · √365        sd with n − 1, risk-free 0
 *
 * The interval of the Sharpe ratio is ± 1.96 Mertens standard errors: over 7 days it is wider than most ratios.
 *
 * @param days one value a complete UTC day, oldest first; null where the day has none
 */
export function rollingPnl(days: readonly (number | null)[]): RollingPnl {
  const values = days.filter((day): day is number => day !== null);
  const n = values.length;
  const minimum = MINIMUM_SHARE[days.length] ?? Math.ceil(days.length * 0.8);
  if (n < Math.max(2, minimum)) {
    const missing: Figure = {
      value: null,
      n,
      status: n === 0 ? "empty" : "insufficient",
      interval: null,
    };
    return { sharpe: missing, volatility: missing, maxDrawdown: missing };
  }
  const moments = momentsOf(values);
  return {
    sharpe: sharpeFigure(values),
    volatility: figure(annualizedVolatility(moments, PERIODS), n),
    maxDrawdown: figure(drawdownAmount(equityOfPnl(values, 0))?.fall, n),
  };
}

function sharpeFigure(values: readonly number[]): Figure {
  const moments = momentsOf(values);
  const n = values.length;
  const value = sharpeRatio(moments, PERIODS);
  if (value === undefined) return { value: null, n, status: "zero-variance", interval: null };
  const shape = sharpeShape(moments);
  const error = shape === undefined ? undefined : sharpeStandardError(shape);
  if (error === undefined) return { value, n, status: "ok", interval: null };
  const half = Z95 * error * Math.sqrt(PERIODS);
  return { value, n, status: "ok", interval: [value - half, value + half] };
}

function figure(value: number | undefined, n: number): Figure {
  return {
    value: value ?? null,
    n,
    status: value === undefined ? "insufficient" : "ok",
    interval: null,
  };
}
