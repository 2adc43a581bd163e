import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  drawdownAmount,
  drawdownFraction,
  pointsUnderWater,
  recoverySteps,
} from "../../../lib/core/stats/drawdown.ts";
import { equityOfReturns } from "../../../lib/core/stats/equity.ts";
import { present } from "./present.ts";

describe("drawdownAmount and drawdownFraction", () => {
  it("may lie at different times", () => {
    const equity = [1000, 1000, 500, 1000, 11000, 10000];
    expect(drawdownAmount(equity)).toEqual({
      fall: 1000,
      peak: 4,
      trough: 5,
      recovered: undefined,
    });
    expect(drawdownFraction(equity)).toEqual({ fall: 0.5, peak: 1, trough: 2, recovered: 3 });
  });

  it.each([
    { equity: [100, 120, 90, 110, 130, 104, 125], amount: 30, fraction: 0.25 },
    { equity: [100, 90, 100, 110], amount: 10, fraction: 0.1 },
    { equity: [5, 6, 7], amount: 0, fraction: 0 },
    { equity: [5], amount: 0, fraction: 0 },
  ])("of $equity are $amount and $fraction", ({ equity, amount, fraction }) => {
    expect(drawdownAmount(equity)?.fall).toBe(amount);
    expect(drawdownFraction(equity)?.fall).toBeCloseTo(fraction, 12);
  });

  it.each([
    { returns: [0.1, -0.1, 0.1], fall: 0.1 },
    { returns: [0, -0.06, -0.07, -0.01, -0.09, -0.02, -0.06, -0.08, -0.05], fall: 0.3659073 },
    { returns: [-0.02, -0.06, -0.07, -0.01, -0.09, -0.02, -0.06, -0.08, -0.05], fall: 0.378589157 },
  ])("take the start as the first peak: $fall for returns $returns", ({ returns, fall }) => {
    expect(drawdownFraction(equityOfReturns(returns))?.fall).toBeCloseTo(fall, 7);
  });

  it("name no time where nothing fell", () => {
    const nothing = { fall: 0, peak: undefined, trough: undefined, recovered: undefined };
    expect(drawdownAmount([1, 1, 2])).toEqual(nothing);
    expect(drawdownFraction([1, 1, 2])).toEqual(nothing);
  });

  it("take the latest peak and its first trough among equal falls", () => {
    expect(drawdownAmount([9, 9, 5, 9, 5, 5, 8])).toMatchObject({ peak: 3, trough: 4 });
  });

  it("have no share of a start at or below zero; a loss has an amount all the same", () => {
    expect(drawdownFraction([0, 5, 3])).toBeUndefined();
    expect(drawdownFraction([-1, 5, 3])).toBeUndefined();
    expect(drawdownAmount([-1, 5, 3])?.fall).toBe(2);
  });

  it("are undefined for an empty series", () => {
    expect(drawdownAmount([])).toBeUndefined();
    expect(drawdownFraction([])).toBeUndefined();
  });

  it("are the worst of every pair of points", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 25 }), (equity) => {
        let [amount, fraction] = [0, 0];
        equity.forEach((peak, i) => {
          for (const level of equity.slice(i)) {
            amount = Math.max(amount, peak - level);
            fraction = Math.max(fraction, 1 - level / peak);
          }
        });
        expect(drawdownAmount(equity)?.fall ?? 0).toBe(amount);
        expect(drawdownFraction(equity)?.fall ?? 0).toBe(fraction);
      }),
    );
  });

  it("name times that tell the same fall: nothing higher before, nothing lower between", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 25 }), (equity) => {
        const drawdown = drawdownAmount(equity);
        if (drawdown?.peak === undefined) return;
        const [peak, trough] = [drawdown.peak, present(drawdown.trough)];
        const height = present(equity[peak]);
        expect(height - present(equity[trough])).toBe(drawdown.fall);
        expect(Math.max(...equity.slice(0, trough + 1))).toBe(height);
        const until = drawdown.recovered ?? equity.length;
        for (const level of equity.slice(peak + 1, until)) expect(level).toBeLessThan(height);
        if (drawdown.recovered !== undefined) {
          expect(present(equity[drawdown.recovered])).toBeGreaterThanOrEqual(height);
        }
      }),
    );
  });
});

describe("recoverySteps", () => {
  it.each([
    { equity: [100, 90, 100], steps: 2 },
    { equity: [100, 90, 95, 100], steps: 3 },
    { equity: [100, 90, 100, 90, 80, 100], steps: 3 },
    { equity: [100, 97, 99, 97, 100], steps: 4 },
    { equity: [50, 100, 98, 99, 100], steps: 3 },
  ])("counts $steps from the peak of $equity", ({ equity, steps }) => {
    expect(recoverySteps(drawdownFraction(equity))).toBe(steps);
    expect(recoverySteps(drawdownAmount(equity))).toBe(steps);
  });

  it.each([[[100, 90, 80, 70]], [[100, 100, 100]], [[100]], [[]]])(
    "has no number for %s, unless the caller has one",
    (equity) => {
      expect(recoverySteps(drawdownFraction(equity))).toBeUndefined();
      expect(recoverySteps(drawdownFraction(equity), 0)).toBe(0);
    },
  );
});

describe("pointsUnderWater", () => {
  it("counts the points below an earlier height", () => {
    expect(pointsUnderWater([100, 90, 95, 100, 101, 99])).toBe(3);
    expect(pointsUnderWater([])).toBe(0);
    expect(pointsUnderWater([1, 2, 2, 3])).toBe(0);
  });
});
