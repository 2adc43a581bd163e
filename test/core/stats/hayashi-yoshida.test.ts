import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hayashiYoshida, type Ticks } from "../../../lib/core/stats/hayashi-yoshida.ts";
import { previousTick } from "../../../lib/core/stats/previous-tick.ts";
import { present } from "./present.ts";

const x: Ticks = { times: [0, 1, 3, 6], values: [0, 1, 3, 2] };
const y: Ticks = { times: [0, 2, 4, 6], values: [0, 2, 1, 3] };

const ticks = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: -5, max: 5 })), {
    minLength: 2,
    maxLength: 25,
  })
  .map((steps): Ticks => {
    let time = 0;
    return {
      times: steps.map(([gap]) => {
        time += gap;
        return time;
      }),
      values: steps.map(([, level]) => level),
    };
  });

/** Every pair of moves, overlap asked of each. */
function byPairs(a: Ticks, b: Ticks): number {
  let sum = 0;
  for (let i = 1; i < a.times.length; i += 1) {
    for (let j = 1; j < b.times.length; j += 1) {
      const from = Math.max(present(a.times[i - 1]), present(b.times[j - 1]));
      const to = Math.min(present(a.times[i]), present(b.times[j]));
      if (from >= to) continue;
      sum +=
        (present(a.values[i]) - present(a.values[i - 1])) *
        (present(b.values[j]) - present(b.values[j - 1]));
    }
  }
  return sum;
}

describe("hayashiYoshida", () => {
  it("of the worked series is 3, ρ = 3/√54, where a grid of 2 has the wrong sign", () => {
    const estimate = present(hayashiYoshida(x, y));
    expect(estimate).toMatchObject({ covariance: 3, varianceX: 6, varianceY: 9 });
    expect(estimate.correlation).toBeCloseTo(0.408248290463863, 12);
    const [onX, onY] = [previousTick(x, [0, 2, 4, 6]), previousTick(y, [0, 2, 4, 6])];
    expect([onX, onY]).toEqual([
      [0, 1, 3, 2],
      [0, 2, 1, 3],
    ]);
  });

  it("is the sum over all overlapping pairs, in either order", () => {
    fc.assert(
      fc.property(ticks, ticks, (a, b) => {
        expect(present(hayashiYoshida(a, b)).covariance).toBe(byPairs(a, b));
        expect(present(hayashiYoshida(b, a)).covariance).toBe(byPairs(a, b));
      }),
    );
  });

  it("is the ordinary covariation of a series with itself", () => {
    fc.assert(
      fc.property(ticks, (a) => {
        const { covariance, varianceX, correlation } = present(hayashiYoshida(a, a));
        expect(covariance).toBe(varianceX);
        if (varianceX > 0) expect(correlation).toBeCloseTo(1, 12);
        else expect(correlation).toBeUndefined();
      }),
    );
  });

  it("is undefined for a single tick", () => {
    expect(hayashiYoshida(x, { times: [1], values: [1] })).toBeUndefined();
  });
});

describe("previousTick", () => {
  it("is the last level at or before each time, nothing before the first", () => {
    expect(previousTick({ times: [5, 10], values: [1, 2] }, [0, 4, 5, 9, 10, 99])).toEqual([
      undefined,
      undefined,
      1,
      1,
      2,
      2,
    ]);
  });
});
