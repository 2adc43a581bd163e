/**
 * How far a Sharpe ratio can be trusted: its standard error, the probability that it beats a
 * benchmark, and how long a record must be to say so. All per period, not annualised.
 *
 * Source: Mertens (2002); Bailey, López de Prado, "The Sharpe Ratio Efficient Frontier" (2012).
 */
import { finite } from "./finite.ts";
import { kurtosisBiased, type Moments, skewBiased } from "./moments.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import { sharpeRatio } from "./sharpe.ts";

/** A Sharpe ratio with the shape of what it was taken from. */
export interface SharpeShape {
  /** Per period. */
  readonly sharpe: number;
  readonly n: number;
  /** Biased, γ₃. */
  readonly skew: number;
  /** Biased, Pearson's γ₄: 3 for a normal, not the excess. */
  readonly kurtosis: number;
}

/** The shape of a sample; `undefined` for n < 2 or without variance. */
export function sharpeShape(moments: Moments): SharpeShape | undefined {
  const sharpe = sharpeRatio(moments, 1);
  const skew = skewBiased(moments);
  const excess = kurtosisBiased(moments);
  if (sharpe === undefined || skew === undefined || excess === undefined) return undefined;
  return { sharpe, n: moments.n, skew, kurtosis: excess + 3 };
}

/**
 * Standard error of a Sharpe ratio under any distribution of returns.
 *
 *     SE = √((1 − γ₃ SR + (γ₄ − 1)/4 · SR²) / (n − 1))
 *
 * @returns `undefined` for n < 2 and where the moments contradict each other (nothing to take a root of)
 */
export function sharpeStandardError(shape: SharpeShape): number | undefined {
  const spread = spreadOf(shape);
  if (spread === undefined || shape.n < 2) return undefined;
  return Math.sqrt(spread / (shape.n - 1));
}

/**
 * Probabilistic Sharpe ratio: Φ((SR − SR*) / SE), the confidence that the true one exceeds SR*.
 *
 * @param benchmark SR*, per period
 */
export function probabilisticSharpe(shape: SharpeShape, benchmark = 0): number | undefined {
  const error = sharpeStandardError(shape);
  return error === undefined ? undefined : normalCdf((shape.sharpe - benchmark) / error);
}

/**
 * Minimum track record: periods needed until the ratio beats the benchmark with a confidence.
 *
 *     n* = 1 + (1 − γ₃ SR + (γ₄ − 1)/4 · SR²) · (Φ⁻¹(confidence) / (SR − SR*))²
 *
 * @returns periods, not rounded; `undefined` where the ratio does not exceed the benchmark
 */
export function minimumTrackRecord(
  shape: SharpeShape,
  benchmark = 0,
  confidence = 0.95,
): number | undefined {
  const spread = spreadOf(shape);
  if (spread === undefined || !(shape.sharpe > benchmark)) return undefined;
  return finite(1 + spread * (normalQuantile(confidence) / (shape.sharpe - benchmark)) ** 2);
}

function spreadOf({ sharpe, skew, kurtosis }: SharpeShape): number | undefined {
  const spread = 1 - skew * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe;
  return spread > 0 ? finite(spread) : undefined;
}
