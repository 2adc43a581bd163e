import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { theilSen } from "../../../lib/core/stats/theil-sen.ts";
import { present } from "./present.ts";

describe("theilSen", () => {
  it.each([
    { values: [1, 3, 2, 6, 5], slope: 1.25, intercept: 0.5 },
    {
      values: [-0.5, -0.8, -0.6, -1.1, -1, -1.4, -1.3, -1.9, -1.7, -2.2],
      slope: -0.18,
      intercept: -0.39,
    },
    { values: [1, 1, 1, 1], slope: 0, intercept: 1 },
  ])("goes through $values with slope $slope from $intercept", ({ values, slope, intercept }) => {
    const line = present(theilSen(values));
    expect(line.slope).toBeCloseTo(slope, 12);
    expect(line.intercept).toBeCloseTo(intercept, 12);
  });

  it("has the slope 4 of Sen's example, 93 % of the time between 3.71 and 4.38", () => {
    const line = present(theilSen([9, 15, 19, 20, 45, 55, 78], [1, 2, 3, 4, 10, 12, 18], 0.93));
    expect(line.slope).toBeCloseTo(4, 12);
    expect(line.interval[0]).toBeCloseTo(26 / 7, 12);
    expect(line.interval[1]).toBeCloseTo(4.375, 12);
  });

  it("keeps its place in time across a gap", () => {
    expect(present(theilSen([0, 2, 20], [0, 1, 10])).slope).toBe(2);
    expect(present(theilSen([0, 2, 20])).slope).toBe(10);
  });

  it("does not move with one wild value, and follows shift and scale", () => {
    expect(present(theilSen([0, 1, 2, 3, 400, 5, 6, 7, 8])).slope).toBe(1);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 20 }),
        fc.integer({ min: -9, max: 9 }),
        (values, scale) => {
          const line = present(theilSen(values));
          const other = present(theilSen(values.map((x) => scale * x + 3)));
          expect(other.slope).toBeCloseTo(scale * line.slope, 9);
          expect(other.intercept).toBeCloseTo(scale * line.intercept + 3, 9);
          expect(line.interval[0]).toBeLessThanOrEqual(line.slope);
          expect(line.interval[1]).toBeGreaterThanOrEqual(line.slope);
        },
      ),
    );
  });

  it("is undefined without two different times", () => {
    expect(theilSen([])).toBeUndefined();
    expect(theilSen([3])).toBeUndefined();
    expect(theilSen([3, 4], [1, 1])).toBeUndefined();
  });
});
