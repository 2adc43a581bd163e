import { sumOf } from "./compensated-sum.ts";
import { sorted } from "./quantile.ts";

/** An optimal partition of values into clusters. */
export interface Clusters {
  /** The values of each cluster, ascending; clusters ascend too. */
  readonly clusters: readonly (readonly number[])[];
  readonly centers: readonly number[];
  /** Σ of squared distances to the own centre. */
  readonly sse: number;
}

/**
 * k-means in one dimension, exactly: the partition of least squared distance, not a local optimum.
 *
 * In one dimension clusters are runs of the sorted values, so dynamic programming over cut points
 * finds the best; no start, no seed, the same answer every time. k is reduced to the number of
 * distinct values.
 *
 * @returns `undefined` for an empty sample or k < 1
 * Source: Wang, Song, "Ckmeans.1d.dp", The R Journal 3 (2011); cut points rise with the end of the
 * run, so each row is solved by halving. Cost: O(k n log n).
 */
export function kmeans1d(values: Iterable<number>, k: number): Clusters | undefined {
  const sample = sorted(values);
  const distinct = new Set(sample).size;
  const wanted = Math.min(Math.floor(k), distinct);
  if (!(wanted >= 1)) return undefined;
  const ends = bestEnds(sample, wanted);
  const clusters = ends.map((end, i) => [...sample.subarray(ends[i - 1] ?? 0, end)]);
  const centers = clusters.map((cluster) => sumOf(cluster) / cluster.length);
  const sse = sumOf(
    clusters.flatMap((cluster, i) => cluster.map((value) => (value - centers[i]!) ** 2)),
  );
  return { clusters, centers, sse };
}

/** Where each cluster ends, exclusive. */
function bestEnds(sample: Float64Array, k: number): number[] {
  const cost = runCost(sample);
  const n = sample.length;
  let row = Float64Array.from({ length: n + 1 }, (_, end) => cost(0, end));
  const cuts: Int32Array[] = [];
  for (let cluster = 2; cluster <= k; cluster += 1) {
    const next = new Float64Array(n + 1).fill(Infinity);
    const cut = new Int32Array(n + 1);
    fillRow({ before: row, next, cut, cost }, [cluster, n], [cluster - 1, n - 1]);
    cuts.push(cut);
    row = next;
  }
  const ends = [n];
  for (const cut of cuts.reverse()) ends.unshift(cut[ends[0]!]!);
  return ends;
}

interface Row {
  readonly before: Float64Array;
  readonly next: Float64Array;
  readonly cut: Int32Array;
  readonly cost: (from: number, to: number) => number;
}

/** Solves the middle of `ends`, then both halves, whose cuts lie on either side of its own. */
function fillRow(row: Row, ends: readonly [number, number], cuts: readonly [number, number]): void {
  if (ends[0] > ends[1]) return;
  const end = (ends[0] + ends[1]) >> 1;
  for (let cut = cuts[0]; cut <= Math.min(cuts[1], end - 1); cut += 1) {
    const total = row.before[cut]! + row.cost(cut, end);
    if (total < row.next[end]!) {
      row.next[end] = total;
      row.cut[end] = cut;
    }
  }
  fillRow(row, [ends[0], end - 1], [cuts[0], row.cut[end]!]);
  fillRow(row, [end + 1, ends[1]], [row.cut[end]!, cuts[1]]);
}

/** Squared distance of a run [from, to) to its mean, from prefix sums around the sample's middle. */
function runCost(sample: Float64Array): (from: number, to: number) => number {
  const middle = sample[sample.length >> 1]!;
  const sums = new Float64Array(sample.length + 1);
  const squares = new Float64Array(sample.length + 1);
  for (const [i, value] of sample.entries()) {
    const shifted = value - middle;
    sums[i + 1] = sums[i]! + shifted;
    squares[i + 1] = squares[i]! + shifted * shifted;
  }
  return (from, to) => {
    if (to - from < 2) return 0;
    const sum = sums[to]! - sums[from]!;
    return Math.max(0, squares[to]! - squares[from]! - (sum * sum) / (to - from));
  };
}
