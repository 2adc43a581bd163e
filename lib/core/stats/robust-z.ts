import { median, type Sorted, sorted } from "./quantile.ts";

/** Where a sample lies and how wide it is, whatever its outliers. */
export interface RobustScale {
  readonly center: number;
  /** In the unit of the values; comparable to a standard deviation where the sample is normal. */
  readonly scale: number;
}

/** MAD of a standard normal is 0.6745; √(π/2) = 1.2533 mean absolute deviations are one deviation. */
const [MAD_OF_NORMAL, MEANS_PER_DEVIATION] = [0.6745, 1.2533];

/**
 * Median and MAD / 0.6745; where half of the sample is equal (MAD = 0), 1.2533 · mean absolute
 * deviation from the median instead.
 *
 * @returns `undefined` for an empty sample and where nothing varies
 * Source: Iglewicz, Hoaglin, "How to Detect and Handle Outliers" (1993).
 */
export function robustScale(sample: Sorted<Float64Array>): RobustScale | undefined {
  const center = median(sample);
  if (center === undefined) return undefined;
  const distances = sample.map((value) => Math.abs(value - center));
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  const scale = median(sorted(distances))! / MAD_OF_NORMAL || MEANS_PER_DEVIATION * mean;
  return scale > 0 ? { center, scale } : undefined;
}

/** How many robust deviations a value lies from the centre: 0.6745 (x − median) / MAD. */
export function robustZ(value: number, { center, scale }: RobustScale): number {
  return (value - center) / scale;
}
