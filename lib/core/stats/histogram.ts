/**
 * A mergeable sketch of signed values: every order statistic within 1 % of its own magnitude.
 *
 * Buckets grow by 2 %: |x| falls into i = ⌈log₁.₀₂ |x|⌉ and stands for 2 · 1.02ⁱ / 2.02, which is at
 * most 0.02 / 2.02 = 0.99 % away from anything in it. Negative values mirror positive ones; zero is a
 * bucket of its own, so that flat stays apart from won and lost.
 *
 * Source: Masson, Rim, Lee, "DDSketch", PVLDB 12 (2019), without the collapsing of buckets: values of
 * one kind span few decades, and a decade costs 117 buckets.
 */
import { requireFinite } from "./require-finite.ts";

/** An accumulator; plain data, so it can be stored as JSON: equal contents give equal text. */
export interface MutableHistogram {
  n: number;
  /** The buckets met so far, ascending with the value: 0 holds zero, −k mirrors k. */
  readonly buckets: number[];
  /** How many values each of them holds. */
  readonly counts: number[];
}

/** What an accumulator holds; merging takes and gives these. */
export interface Histogram {
  readonly n: number;
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
}

const GROWTH = 1.02;
const PER_LOG = 1 / Math.log(GROWTH);
/** ⌈log₁.₀₂ 2⁻¹⁰⁷⁴⌉ = −37,592: with 40,000 added, the bucket of every positive number is positive. */
const OFFSET = 40_000;

/** A fresh sketch: the neutral element of `mergeHistograms`. */
export function emptyHistogram(): MutableHistogram {
  return { n: 0, buckets: [], counts: [] };
}

/**
 * Takes one value in, in place: O(log buckets), and no allocation but for a bucket's first value.
 *
 * @throws {RangeError} if the value is NaN or infinite
 */
export function addToHistogram(histogram: MutableHistogram, value: number): void {
  const { buckets, counts } = histogram;
  const bucket = bucketOf(requireFinite(value));
  const at = lowerBound(buckets, bucket);
  if (buckets[at] === bucket) {
    counts[at]! += 1;
  } else {
    buckets.splice(at, 0, bucket);
    counts.splice(at, 0, 1);
  }
  histogram.n += 1;
}

/** The sketch of two samples laid together: exactly associative and commutative. O(buckets). */
export function mergeHistograms(a: Histogram, b: Histogram): Histogram {
  const merged: MutableHistogram = { n: a.n + b.n, buckets: [], counts: [] };
  let [i, j] = [0, 0];
  while (i < a.buckets.length || j < b.buckets.length) {
    const bucket = Math.min(a.buckets[i] ?? Infinity, b.buckets[j] ?? Infinity);
    let count = 0;
    if (a.buckets[i] === bucket) count += a.counts[i++]!;
    if (b.buckets[j] === bucket) count += b.counts[j++]!;
    merged.buckets.push(bucket);
    merged.counts.push(count);
  }
  return merged;
}

/**
 * The type 7 quantile of the sketched sample: interpolated between two order statistics, each within
 * 1 % of its own magnitude. `undefined` for an empty sketch. O(buckets).
 *
 * @throws {RangeError} if `p` lies outside [0, 1]
 */
export function histogramQuantile(histogram: Histogram, p: number): number | undefined {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a quantile's level lies in [0, 1], was ${p}`);
  if (histogram.n === 0) return undefined;
  const rank = (histogram.n - 1) * p;
  const low = orderStatistic(histogram, Math.floor(rank));
  const high = orderStatistic(histogram, Math.ceil(rank));
  const share = rank - Math.floor(rank);
  return low === high ? low : low * (1 - share) + high * share;
}

/** Values below, at and above zero: exact. */
export function histogramSigns({ n, buckets, counts }: Histogram): {
  readonly negative: number;
  readonly zero: number;
  readonly positive: number;
} {
  const at = lowerBound(buckets, 0);
  const zero = buckets[at] === 0 ? counts[at]! : 0;
  let negative = 0;
  for (const count of counts.slice(0, at)) negative += count;
  return { negative, zero, positive: n - negative - zero };
}

function bucketOf(value: number): number {
  if (value === 0) return 0;
  const bucket = Math.ceil(Math.log(Math.abs(value)) * PER_LOG) + OFFSET;
  return value > 0 ? bucket : -bucket;
}

/** The first place whose bucket is not below the one wanted. */
function lowerBound(buckets: readonly number[], wanted: number): number {
  let [low, high] = [0, buckets.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (buckets[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function orderStatistic({ buckets, counts }: Histogram, rank: number): number {
  let at = 0;
  for (let below = counts[0]!; below <= rank; below += counts[at]!) at += 1;
  return standsFor(buckets[at]!);
}

/** In two factors: 1.02 to the power of the outermost index would overflow before it is scaled. */
function standsFor(bucket: number): number {
  if (bucket === 0) return 0;
  const index = Math.abs(bucket) - OFFSET;
  const half = Math.trunc(index / 2);
  const magnitude = (2 / (1 + GROWTH)) * GROWTH ** half * GROWTH ** (index - half);
  return Math.sign(bucket) * Math.min(magnitude, Number.MAX_VALUE);
}
