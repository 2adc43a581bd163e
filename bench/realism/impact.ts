/** How far the price follows an order, by the order's size. */
import { median, sorted } from "../../lib/core/stats/quantile.ts";
import { straightLine } from "../../lib/core/stats/straight-line.ts";
import { at, type MarketSample } from "./sample.ts";

/** One size bucket. */
interface Bucket {
  size: number;
  sum: number;
  squares: number;
  n: number;
}

export interface ImpactLaw {
  /** d ln impact / d ln size: one half is the square-root law. */
  readonly slope: number;
  readonly buckets: readonly {
    readonly size: number;
    readonly bps: number;
    readonly error: number;
  }[];
}

const AFTER_S = 15;
const LEAST_ORDERS = 100_000;
const LEAST_IN_BUCKET = 200;

/**
 * Mean move of the mid in the direction of the order within 15 s, by powers of two of its size, and the line
 * through their logarithms, weighted by what the errors allow.
 *
 * @returns undefined below 100,000 orders: the moves of a quarter of a minute are far larger than any order's impact
 */
export function impactBySize({ orders, mids }: MarketSample): ImpactLaw | undefined {
  const { times, signs, sizes } = orders;
  if (times.length < LEAST_ORDERS) return undefined;
  const typical = median(sorted(sizes)) ?? 1;
  const buckets = new Map<number, Bucket>();
  for (let i = 0; i < times.length; i += 1) {
    const second = Math.floor(at(times, i));
    const move = at(signs, i) * (at(mids, second + AFTER_S) - at(mids, second - 1)) * 10_000;
    const size = at(sizes, i) / typical;
    if (Number.isFinite(move)) add(buckets, size, move);
  }
  return lawOf([...buckets.values()]);
}

function add(buckets: Map<number, Bucket>, size: number, move: number): void {
  const key = Math.round(Math.log2(size));
  const bucket = buckets.get(key) ?? { size: 0, sum: 0, squares: 0, n: 0 };
  buckets.set(key, bucket);
  bucket.size += Math.sqrt(size);
  bucket.sum += move;
  bucket.squares += move * move;
  bucket.n += 1;
}

function lawOf(buckets: readonly Bucket[]): ImpactLaw | undefined {
  const means = buckets
    .filter(({ n, sum }) => n >= LEAST_IN_BUCKET && sum > 0)
    .map(({ size, sum, squares, n }) => {
      const bps = sum / n;
      return { size: (size / n) ** 2, bps, error: Math.sqrt((squares / n - bps * bps) / n) };
    });
  if (means.length < 4) return undefined;
  const line = straightLine(
    means.map(({ size }) => Math.log(size)),
    means.map(({ bps }) => Math.log(bps)),
    means.map(({ bps, error }) => (bps / error) ** 2),
  );
  return line && { slope: line.slope, buckets: means };
}
