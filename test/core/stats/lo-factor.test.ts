import { describe, expect, it } from "vitest";
import { loFactor } from "../../../lib/core/stats/lo-factor.ts";

describe("loFactor", () => {
  it.each([
    { rhos: [], expected: Math.sqrt(365), when: "days are independent" },
    { rhos: [0.2], expected: 16.15297270544574, when: "days follow each other" },
    { rhos: [-0.1], expected: 21.353, when: "days reverse" },
    { rhos: [0, 0, 0], expected: Math.sqrt(365), when: "correlations are 0" },
  ])("is $expected for a year of days when $when", ({ rhos, expected }) => {
    expect(loFactor(365, rhos)).toBeCloseTo(expected, 3);
  });

  it("sees no correlation beyond the year", () => {
    expect(loFactor(2, [0.5, 0.9, 0.9])).toBe(loFactor(2, [0.5]));
  });

  it("is undefined when the correlations leave no variance", () => {
    expect(loFactor(365, [-0.9])).toBeUndefined();
  });
});
