import { describe, expect, it } from "vitest";
import { inventoryFigures, timeAverage } from "../../../lib/core/metrics/inventory.ts";

describe("inventoryFigures", () => {
  it("divides the time integral by the window and leaves the maximum exact", () => {
    const integral = { units: 3_000_000n, decimals: 1 };
    expect(inventoryFigures(integral, { units: 25n, decimals: 1 }, 1_000_000)).toEqual({
      averageAbsolute: "0.3",
      maximumAbsolute: "2.5",
    });
  });
});

describe("timeAverage", () => {
  it.each([
    { units: 1n, decimals: 0, window: 3, expected: "0.333333333333", when: "it does not end" },
    { units: 1n, decimals: 13, window: 2, expected: "0", when: "half a unit lies at an even one" },
    { units: 3n, decimals: 12, window: 2, expected: "0.000000000002", when: "ties go to even" },
    { units: 5n, decimals: 0, window: 0, expected: "0", when: "the window is empty" },
  ])("is $expected when $when", ({ units, decimals, window, expected }) => {
    expect(timeAverage({ units, decimals }, window)).toBe(expected);
  });
});
