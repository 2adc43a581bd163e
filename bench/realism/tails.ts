/** Facts about one distribution: how heavy its tail is, how far from normal its middle. */
import { kurtosisG2, momentsOf } from "../../lib/core/stats/moments.ts";
import { sorted } from "../../lib/core/stats/quantile.ts";
import { at } from "./sample.ts";

/**
 * Hill's tail index of the largest values.
 *
 *     α = k / Σ ln(x₍ᵢ₎ / x₍ₖ₊₁₎),  i = 1..k, largest first
 *
 * @param values their signs are ignored
 * @param share which part of them is the tail
 * @returns `undefined` below 20 values in the tail
 */
export function hillIndex(values: Iterable<number>, share: number): number | undefined {
  const sizes = sorted(Float64Array.from(values).map(Math.abs)).reverse();
  const k = Math.floor(sizes.length * share);
  if (k < 20 || !(at(sizes, k) > 0)) return undefined;
  let sum = 0;
  for (let i = 0; i < k; i += 1) sum += Math.log(at(sizes, i) / at(sizes, k));
  return k / sum;
}

export function excessKurtosis(values: Iterable<number>): number | undefined {
  return kurtosisG2(momentsOf(values));
}

/** The share of values that are 1, 2 or 5 times a power of ten: what people type. */
export function roundShare(values: ArrayLike<number>): number {
  let round = 0;
  for (let i = 0; i < values.length; i += 1) if (isRound(at(values, i))) round += 1;
  return round / values.length;
}

function isRound(value: number): boolean {
  const digits = Math.round(value * 1e8)
    .toString()
    .replace(/0+$/, "");
  return digits === "1" || digits === "2" || digits === "5";
}
