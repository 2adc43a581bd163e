import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kmeans1d } from "../../../lib/core/stats/kmeans-1d.ts";
import { present } from "./present.ts";

function sseOf(cluster: readonly number[]): number {
  const mean = cluster.reduce((sum, x) => sum + x, 0) / cluster.length;
  return cluster.reduce((sum, x) => sum + (x - mean) ** 2, 0);
}

/** The least SSE over every way to cut the sorted values into k runs. */
function leastSse(sorted: readonly number[], k: number): number {
  if (k === 1) return sseOf(sorted);
  let least = Infinity;
  for (let cut = k - 1; cut < sorted.length; cut += 1) {
    least = Math.min(least, leastSse(sorted.slice(0, cut), k - 1) + sseOf(sorted.slice(cut)));
  }
  return least;
}

describe("kmeans1d", () => {
  it("of {1,2,3,10,11,12,30,31} into three has SSE 4.5, whatever the order", () => {
    const expected = {
      clusters: [
        [1, 2, 3],
        [10, 11, 12],
        [30, 31],
      ],
      centers: [2, 11, 30.5],
      sse: 4.5,
    };
    expect(kmeans1d([1, 2, 3, 10, 11, 12, 30, 31], 3)).toEqual(expected);
    expect(kmeans1d([31, 12, 3, 2, 30, 11, 1, 10], 3)).toEqual(expected);
  });

  it("finds the best of all partitions", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 11 }),
        fc.integer({ min: 1, max: 4 }),
        (values, k) => {
          const ascending = values.toSorted((a, b) => a - b);
          const used = Math.min(k, new Set(values).size);
          const found = present(kmeans1d(values, k));
          expect(found.clusters.flat()).toEqual(ascending);
          expect(found.clusters.length).toBe(used);
          expect(found.sse).toBeCloseTo(leastSse(ascending, used), 9);
        },
      ),
    );
  });

  it("makes no more clusters than there are distinct values", () => {
    expect(present(kmeans1d([5, 5, 7], 4)).clusters).toEqual([[5, 5], [7]]);
  });

  it("is undefined without values or clusters", () => {
    expect(kmeans1d([], 2)).toBeUndefined();
    expect(kmeans1d([1, 2], 0)).toBeUndefined();
    expect(kmeans1d([1, 2], Number.NaN)).toBeUndefined();
  });
});
