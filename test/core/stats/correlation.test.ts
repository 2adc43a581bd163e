import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fisherInterval } from "../../../lib/core/stats/fisher-interval.ts";
import { kendall } from "../../../lib/core/stats/kendall.ts";
import { pearson } from "../../../lib/core/stats/pearson.ts";
import { midRanks } from "../../../lib/core/stats/ranks.ts";
import { spearman } from "../../../lib/core/stats/spearman.ts";
import { present } from "./present.ts";

const pairs = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
  minLength: 2,
  maxLength: 40,
});

/** τ-b by its definition, over all pairs. */
function kendallByPairs(x: readonly number[], y: readonly number[]): number {
  let [score, looseX, looseY] = [0, 0, 0];
  for (let j = 0; j < x.length; j += 1) {
    for (let i = 0; i < j; i += 1) {
      const dx = Math.sign(present(x[j]) - present(x[i]));
      const dy = Math.sign(present(y[j]) - present(y[i]));
      score += dx * dy;
      looseX += Math.abs(dx);
      looseY += Math.abs(dy);
    }
  }
  return score / Math.sqrt(looseX * looseY);
}

describe("pearson, spearman and kendall", () => {
  it("have the worked figures", () => {
    expect(pearson([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])).toBeCloseTo(0.8, 12);
    expect(spearman([1, 2, 2, 3], [1, 3, 2, 4])).toBeCloseTo(0.9486832980505139, 12);
    expect(kendall([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])).toBeCloseTo(0.6, 12);
  });

  it.each([
    { name: "pearson", correlate: pearson },
    { name: "spearman", correlate: spearman },
    { name: "kendall", correlate: kendall },
  ])(
    "$name is symmetric, mirrors with the sign, lies in −1…1 and is 1 with itself",
    ({ correlate }) => {
      fc.assert(
        fc.property(pairs, (points) => {
          const [x, y] = [points.map(([a]) => a), points.map(([, b]) => b)];
          const r = correlate(x, y);
          if (new Set(x).size < 2 || new Set(y).size < 2) {
            expect(r).toBeUndefined();
            return;
          }
          expect(correlate(y, x)).toBeCloseTo(present(r), 12);
          expect(
            correlate(
              x,
              y.map((b) => -3 * b),
            ),
          ).toBeCloseTo(-present(r), 12);
          expect(correlate(x, x)).toBeCloseTo(1, 12);
          expect(Math.abs(present(r))).toBeLessThanOrEqual(1);
        }),
      );
    },
  );

  it.each([
    { name: "pearson", correlate: pearson },
    { name: "spearman", correlate: spearman },
    { name: "kendall", correlate: kendall },
  ])(
    "$name is undefined for fewer than two points and refuses unequal lengths",
    ({ correlate }) => {
      expect(correlate([], [])).toBeUndefined();
      expect(correlate([1], [2])).toBeUndefined();
      expect(correlate([0.1, 0.1, 0.1], [1, 2, 3])).toBeUndefined();
      expect(() => correlate([1, 2], [1])).toThrow(RangeError);
    },
  );
});

describe("kendall", () => {
  it("counts every pair, ties and all", () => {
    fc.assert(
      fc.property(pairs, (points) => {
        const [x, y] = [points.map(([a]) => a), points.map(([, b]) => b)];
        const tau = kendall(x, y);
        if (tau !== undefined) expect(tau).toBeCloseTo(kendallByPairs(x, y), 12);
      }),
    );
  });
});

describe("midRanks", () => {
  it("shares the mean of their places among equal values", () => {
    const { ranks, ties } = midRanks([30, 10, 20, 20, 10, 10]);
    expect([...ranks]).toEqual([6, 2, 4.5, 4.5, 2, 2]);
    expect(ties).toEqual([3, 2]);
    expect(midRanks([])).toEqual({ ranks: new Float64Array(), ties: [] });
  });
});

describe("fisherInterval", () => {
  it("of r = 0.8 over five points is wide: [−0.28, 0.986]", () => {
    const [low, high] = present(fisherInterval(0.8, 5));
    expect(low).toBeCloseTo(-0.28, 2);
    expect(high).toBeCloseTo(0.986, 3);
  });

  it("is undefined for three points and for a perfect correlation", () => {
    expect(fisherInterval(0.5, 3)).toBeUndefined();
    expect(fisherInterval(1, 50)).toBeUndefined();
    expect(fisherInterval(-1, 50)).toBeUndefined();
  });
});
