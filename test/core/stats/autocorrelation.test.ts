import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { autocorrelation } from "../../../lib/core/stats/autocorrelation.ts";
import { sample } from "./samples.ts";

describe("autocorrelation", () => {
  it.each([
    { values: [1, 2, 3, 4, 5], lag: 0, expected: 1 },
    { values: [1, 2, 3, 4, 5], lag: 1, expected: 0.4 },
    { values: [1, 2, 3, 4, 5], lag: 4, expected: -0.4 },
    { values: [1, -1, 1, -1], lag: 1, expected: -0.75 },
  ])("of $values at lag $lag is $expected", ({ values, lag, expected }) => {
    expect(autocorrelation(values, lag)).toBeCloseTo(expected, 12);
  });

  it("is −0.999 for values that alternate on a large mean (NIST NumAcc4)", () => {
    const values = [10_000_000.2];
    for (let i = 0; i < 500; i += 1) values.push(10_000_000.1, 10_000_000.3);
    expect(autocorrelation(values, 1)).toBeCloseTo(-0.999, 7);
  });

  it("stays within −1 and 1", () => {
    fc.assert(
      fc.property(sample, fc.nat(5), (values, lag) => {
        expect(Math.abs(autocorrelation(values, lag) ?? 0)).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  it.each([
    { values: [], lag: 0, when: "there is no value" },
    { values: [1, 2], lag: 2, when: "the lag is longer than the series" },
    { values: [3, 3, 3], lag: 1, when: "nothing varies" },
  ])("is undefined when $when", ({ values, lag }) => {
    expect(autocorrelation(values, lag)).toBeUndefined();
  });
});
