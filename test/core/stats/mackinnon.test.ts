import { describe, expect, it } from "vitest";
import { mackinnonCritical } from "../../../lib/core/stats/mackinnon.ts";

describe("mackinnonCritical", () => {
  it.each([
    { series: 2, T: 100, expected: [-4.0093117, -3.3979133, -3.087134] },
    { series: 2, T: 500, expected: [-3.918477908, -3.348377492, -3.05294328] },
    { series: 2, T: Infinity, expected: [-3.89644, -3.33613, -3.04445] },
    { series: 1, T: Infinity, expected: [-3.43035, -2.86154, -2.56677] },
    { series: 1, T: 100, expected: [-3.497501033, -2.89090644, -2.5824349] },
  ] as const)("for $series series and $T observations are $expected", ({ series, T, expected }) => {
    const told = mackinnonCritical(series, T);
    for (const [i, value] of expected.entries()) expect(told[i]).toBeCloseTo(value, 8);
  });

  it("ask more of two series than of one", () => {
    expect(mackinnonCritical(2, 250)[1]).toBeLessThan(mackinnonCritical(1, 250)[1]);
  });

  it("refuse no observations", () => {
    expect(() => mackinnonCritical(1, 0)).toThrow(RangeError);
  });
});
