import { describe, expect, it } from "vitest";
import { momentsOf } from "../../../lib/core/stats/moments.ts";
import { annualizedVolatility, realizedVolatility } from "../../../lib/core/stats/volatility.ts";

const mixed = momentsOf([0.01, 0.1, -0.04, 0.02, 0.03, 0.02, 0.01, -0.1]);

describe("annualizedVolatility", () => {
  it.each([
    { periods: 252, expected: 0.9136465399704637 },
    { periods: 365, expected: 1.0995737810624624 },
  ])("of eight mixed returns is $expected over $periods days", ({ periods, expected }) => {
    expect(annualizedVolatility(mixed, periods)).toBeCloseTo(expected, 12);
  });

  it("is 0 when nothing varies, undefined when there is one value", () => {
    expect(annualizedVolatility(momentsOf([2, 2, 2]))).toBe(0);
    expect(annualizedVolatility(momentsOf([2]))).toBeUndefined();
  });
});

describe("realizedVolatility", () => {
  it("is the root of the summed squares, mean and all", () => {
    expect(realizedVolatility([0.03, -0.04])).toBeCloseTo(0.05, 15);
    expect(realizedVolatility([0.01, 0.01, 0.01, 0.01])).toBeCloseTo(0.02, 15);
  });

  it("is undefined without returns, and finite or undefined for any", () => {
    expect(realizedVolatility([])).toBeUndefined();
    expect(realizedVolatility(new Array(200_000).fill(1))).toBeCloseTo(Math.sqrt(200_000), 9);
  });
});
