/**
 * Count, mean and central moments of a sample: updated one value at a time, merged without the values.
 *
 *     mean = Σx / n        mₖ = Σ(x − mean)ᵏ,  k = 2, 3, 4
 *
 * Sums are never subtracted from each other, so a large mean costs no digits. Exact for |x| ≤ 10⁷⁵
 * (beyond, m4 overflows and the figures that need it are `undefined`).
 *
 * Source: Welford (1962); Chan, Golub, LeVeque (1979); Pébay, Sandia report SAND2008-6212 (2008).
 */
import { finite } from "./finite.ts";
import { requireFinite } from "./require-finite.ts";
import { isZeroVariance } from "./zero-variance.ts";

/** An accumulator; plain data, so it can be stored as JSON. Units: m2 is squared, and so on. */
export interface MutableMoments {
  n: number;
  mean: number;
  m2: number;
  m3: number;
  m4: number;
}

/** What an accumulator holds; merging takes and gives these. */
export type Moments = Readonly<MutableMoments>;

/** A fresh accumulator: the neutral element of `mergeMoments`. */
export function emptyMoments(): MutableMoments {
  return { n: 0, mean: 0, m2: 0, m3: 0, m4: 0 };
}

/**
 * Takes one value in, in place: no allocation.
 *
 * @throws {RangeError} if the value is NaN or infinite
 */
export function addToMoments(moments: MutableMoments, value: number): void {
  requireFinite(value);
  const before = moments.n;
  const n = before + 1;
  const delta = value - moments.mean;
  const step = delta / n;
  const step2 = step * step;
  const gain = delta * step * before;
  moments.m4 += gain * step2 * (n * n - 3 * n + 3) + 6 * step2 * moments.m2 - 4 * step * moments.m3;
  moments.m3 += gain * step * (n - 2) - 3 * step * moments.m2;
  moments.m2 += gain;
  moments.mean += step;
  moments.n = n;
}

/** The moments of a whole sample. */
export function momentsOf(values: Iterable<number>): Moments {
  const moments = emptyMoments();
  for (const value of values) addToMoments(moments, value);
  return moments;
}

/** The moments of two samples laid together; associative and commutative within 10⁻⁹ of scale. */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.n === 0) return { ...b };
  if (b.n === 0) return { ...a };
  const n = a.n + b.n;
  const [wa, wb] = [a.n / n, b.n / n];
  const delta = b.mean - a.mean;
  const delta2 = delta * delta;
  const gain = delta2 * a.n * wb;
  return {
    n,
    mean: wa > wb ? a.mean + delta * wb : b.mean - delta * wa,
    m2: a.m2 + b.m2 + gain,
    m3: a.m3 + b.m3 + gain * delta * (wa - wb) + 3 * delta * (wa * b.m2 - wb * a.m2),
    m4:
      a.m4 +
      b.m4 +
      gain * delta2 * (wa * wa - wa * wb + wb * wb) +
      6 * delta2 * (wa * wa * b.m2 + wb * wb * a.m2) +
      4 * delta * (wa * b.m3 - wb * a.m3),
  };
}

/** Variance with divisor n − 1; `undefined` for n < 2. */
export function sampleVariance({ n, m2 }: Moments): number | undefined {
  return n < 2 ? undefined : finite(m2 / (n - 1));
}

/** Standard deviation with divisor n − 1, in the unit of the values; `undefined` for n < 2. */
export function standardDeviation(moments: Moments): number | undefined {
  const variance = sampleVariance(moments);
  return variance === undefined ? undefined : Math.sqrt(variance);
}

/** Biased skewness g1 = √n · m3 / m2^1.5; `undefined` for n < 2 or without variance. */
export function skewBiased(moments: Moments): number | undefined {
  const { n, m2, m3 } = moments;
  return hasSpread(moments) ? finite((Math.sqrt(n) * m3) / (m2 * Math.sqrt(m2))) : undefined;
}

/** Biased excess kurtosis g2 = n · m4 / m2² − 3 (normal = 0); `undefined` for n < 2 or without variance. */
export function kurtosisBiased(moments: Moments): number | undefined {
  const { n, m2, m4 } = moments;
  return hasSpread(moments) ? finite((n * m4) / (m2 * m2) - 3) : undefined;
}

/** Bias-corrected skewness G1 = g1 · √(n(n−1)) / (n−2); `undefined` for n < 3 or without variance. */
export function skewG1(moments: Moments): number | undefined {
  const { n } = moments;
  const g1 = skewBiased(moments);
  return g1 === undefined || n < 3 ? undefined : (g1 * Math.sqrt(n * (n - 1))) / (n - 2);
}

/**
 * Bias-corrected excess kurtosis G2 = (n−1) / ((n−2)(n−3)) · ((n+1) g2 + 6);
 * `undefined` for n < 4 or without variance.
 */
export function kurtosisG2(moments: Moments): number | undefined {
  const { n } = moments;
  const g2 = kurtosisBiased(moments);
  if (g2 === undefined || n < 4) return undefined;
  return ((n - 1) / ((n - 2) * (n - 3))) * ((n + 1) * g2 + 6);
}

function hasSpread({ n, mean, m2 }: Moments): boolean {
  return n >= 2 && !isZeroVariance(Math.sqrt(m2 / (n - 1)), mean);
}
