import { describe, expect, it } from "vitest";
import { sortinoRatio } from "../../../lib/core/stats/sortino.ts";

describe("sortinoRatio", () => {
  it.each([
    { values: [-0.01, 0.02, -0.015, 0.005, -0.02], expected: -5.273224492824493 },
    { values: [0.01, 0.1, -0.04, 0.02, 0.03, 0.02, 0.01, -0.1], expected: 2.605531251673693 },
  ])("of $values is $expected over 252 days", ({ values, expected }) => {
    expect(sortinoRatio(values, 252)).toBeCloseTo(expected, 9);
  });

  it("measures from the target", () => {
    expect(sortinoRatio([3, 1], 1, 2)).toBe(0);
    expect(sortinoRatio([4, 1], 1, 2)).toBeCloseTo(0.5 / Math.sqrt(0.5), 12);
  });

  it("is undefined when nothing falls short, and without values", () => {
    expect(sortinoRatio([0.1, 0, 0.2])).toBeUndefined();
    expect(sortinoRatio([])).toBeUndefined();
  });
});
