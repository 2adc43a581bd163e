/**
 * Maximum drawdown of net PnL inside a window: the deepest fall from a peak, the start of the window being the first.
 * Positive, in settlement currency; at the resolution of events for an instrument.
 *
 * @see docs/reference/metrics.md#drawdown
 */
import type { ExactDecimal } from "../ledger/exact.ts";
import { formatExact } from "../ledger/exact.ts";
import type { DrawdownFigures } from "./performance-metrics.ts";

/** A fall; `peakTime` null means the start of the window. */
export interface DrawdownPath {
  readonly amount: ExactDecimal;
  readonly peakTime: number | null;
  readonly troughTime: number | null;
  /** First time at which the path was back at its peak; null if it never was. */
  readonly recoveredTime: number | null;
  readonly resolution: string;
}

/** The figures; times are null when there was no fall. */
export function drawdownFigures(path: DrawdownPath, windowFrom: number): DrawdownFigures {
  const fell = path.amount.units !== 0n;
  return {
    amount: formatExact(path.amount),
    peakTime: fell ? (path.peakTime ?? windowFrom) : null,
    troughTime: fell ? path.troughTime : null,
    recoveredTime: fell ? path.recoveredTime : null,
    resolution: path.resolution,
  };
}
