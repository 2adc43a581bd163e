import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantile, sorted } from "../../../lib/core/stats/quantile.ts";
import { tailMean } from "../../../lib/core/stats/tail-mean.ts";
import { sample } from "./samples.ts";

const days = sorted([-50, -30, -20, -10, 0, 5, 10, 15, 20, 60]);

describe("tailMean", () => {
  it("of ten days is −50 at 10 %, beyond the quantile of −32", () => {
    expect(quantile(days, 0.1)).toBeCloseTo(-32, 12);
    expect(tailMean(days, 0.1)).toBe(-50);
    expect(tailMean(days, 0.25)).toBeCloseTo(-100 / 3, 12);
  });

  it("is the least value at 0, the mean at 1, and never above the quantile", () => {
    expect(tailMean(days, 0)).toBe(-50);
    expect(tailMean(days, 1)).toBe(0);
    expect(tailMean(sorted([]), 0.1)).toBeUndefined();
    fc.assert(
      fc.property(sample, fc.double({ min: 0, max: 1, noNaN: true }), (values, p) => {
        const ascending = sorted(values);
        const mean = tailMean(ascending, p);
        const limit = quantile(ascending, p);
        expect(mean === undefined).toBe(limit === undefined);
        if (mean !== undefined) expect(mean).toBeLessThanOrEqual((limit ?? 0) + 1e-9);
      }),
    );
  });
});
