import { midRanks } from "./ranks.ts";

/**
 * Kendall's τ-b: how much more often two series move together than apart, ties accounted for.
 *
 *     τ = (C − D) / √((P − Tx)(P − Ty)),   P = n(n−1)/2,  T = Σ t(t−1)/2 over a series' ties
 *
 * @returns in [−1, 1]; `undefined` for n < 2 and where either series does not vary
 * @throws {RangeError} if the series differ in length
 * Source: Knight, JASA 61 (1966): discordant pairs are the exchanges of a merge sort. O(n log n).
 */
export function kendall(x: ArrayLike<number>, y: ArrayLike<number>): number | undefined {
  const n = x.length;
  if (n !== y.length) {
    throw new RangeError(`series to correlate are aligned, had ${n} and ${y.length} values`);
  }
  const [rx, ry] = [midRanks(x), midRanks(y)];
  const pairs = (n * (n - 1)) / 2;
  const [looseX, looseY] = [pairs - tiedPairs(rx.ties), pairs - tiedPairs(ry.ties)];
  if (!(looseX > 0 && looseY > 0)) return undefined;
  const order = Array.from(rx.ranks.keys()).sort(
    (i, j) => rx.ranks[i]! - rx.ranks[j]! || ry.ranks[i]! - ry.ranks[j]!,
  );
  const discordant = countInversions(Float64Array.from(order, (i) => ry.ranks[i]!));
  const both = tiedPairs(midRanks(order.map((i) => rx.ranks[i]! * 4 * n + ry.ranks[i]!)).ties);
  const loose = looseX + looseY - pairs + both;
  const tau = (loose - 2 * discordant) / Math.sqrt(looseX) / Math.sqrt(looseY);
  return Math.max(-1, Math.min(1, tau));
}

function tiedPairs(ties: readonly number[]): number {
  return ties.reduce((sum, t) => sum + (t * (t - 1)) / 2, 0);
}

/** Pairs that stand in falling order; sorts its argument. */
function countInversions(values: Float64Array): number {
  const merged = new Float64Array(values.length);
  let inversions = 0;
  for (let width = 1; width < values.length; width *= 2) {
    for (let from = 0; from < values.length; from += 2 * width) {
      inversions += mergeRuns(values, merged, from, width);
    }
    values.set(merged);
  }
  return inversions;
}

/** Merges two neighbouring runs of `width` into `merged`; counts how often one overtakes the other. */
function mergeRuns(
  values: Float64Array,
  merged: Float64Array,
  from: number,
  width: number,
): number {
  const middle = Math.min(from + width, values.length);
  const to = Math.min(from + 2 * width, values.length);
  let [left, right, inversions] = [from, middle, 0];
  for (let at = from; at < to; at += 1) {
    const takeLeft = right >= to || (left < middle && values[left]! <= values[right]!);
    if (!takeLeft) inversions += middle - left;
    merged[at] = takeLeft ? values[left++]! : values[right++]!;
  }
  return inversions;
}
