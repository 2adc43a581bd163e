/**
 * Quantiles by linear interpolation between order statistics ("R-7", Hyndman and Fan's type 7; the
 * default of numpy, R and d3).
 *
 *     h = (n − 1) · p        q = x₍⌊h⌋₎ + (h − ⌊h⌋) · (x₍⌊h⌋+1₎ − x₍⌊h⌋₎),  counted from 0
 */
declare const ascending: unique symbol;

/** A sample in ascending order: the brand is the proof, so nothing is re-checked. */
export type Sorted<Sample> = Sample & { readonly [ascending]: true };

/**
 * A sorted copy of finite values. Cost: O(n log n).
 *
 * @throws {RangeError} if a value is NaN or infinite
 */
export function sorted(values: Iterable<number>): Sorted<Float64Array> {
  const copy = (values instanceof Float64Array ? values.slice() : Float64Array.from(values)).sort();
  const outermost = (copy[0] ?? 0) - (copy.at(-1) ?? 0);
  if (!Number.isFinite(outermost) && !copy.every(Number.isFinite)) {
    throw new RangeError("a sample must be finite, held NaN or an infinite value");
  }
  return copy as Sorted<Float64Array>;
}

/**
 * The value below which a share `p` of the sample lies; `undefined` for an empty sample.
 *
 * @throws {RangeError} if `p` lies outside [0, 1]
 */
export function quantile(sample: Sorted<Float64Array>, p: number): number | undefined {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a quantile's level lies in [0, 1], was ${p}`);
  if (sample.length === 0) return undefined;
  const rank = (sample.length - 1) * p;
  const floor = Math.floor(rank);
  return interpolate(sample[floor]!, sample[Math.ceil(rank)]!, rank - floor);
}

/**
 * Several quantiles of one sample, in the order of `levels`; `undefined` for an empty sample.
 *
 * @throws {RangeError} if a level lies outside [0, 1]
 */
export function quantiles(
  sample: Sorted<Float64Array>,
  levels: readonly number[],
): Float64Array | undefined {
  if (sample.length === 0) return undefined;
  return Float64Array.from(levels, (level) => quantile(sample, level)!);
}

/** The middle of the sample; `undefined` when it is empty. */
export function median(sample: Sorted<Float64Array>): number | undefined {
  return quantile(sample, 0.5);
}

/** Exact at both ends and for equal neighbours; halved where the difference would overflow. */
function interpolate(low: number, high: number, share: number): number {
  const gap = high - low;
  return Number.isFinite(gap) ? low + share * gap : low * (1 - share) + high * share;
}
