import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clusteredInterval } from "../../../lib/core/stats/clustered-interval.ts";
import { momentsOf, standardDeviation } from "../../../lib/core/stats/moments.ts";
import { isClose } from "./close-to.ts";
import { present } from "./present.ts";
import { value } from "./samples.ts";

describe("clusteredInterval", () => {
  it("gives clusters {1, 2}, {3, 4}, {6} the figures of the formula", () => {
    const estimate = present(
      clusteredInterval([
        { weight: 2, sum: 3 },
        { weight: 2, sum: 7 },
        { weight: 1, sum: 6 },
      ]),
    );
    const residuals = [3 - 2 * 3.2, 7 - 2 * 3.2, 6 - 3.2];
    expect(estimate.mean).toBeCloseTo(3.2, 12);
    expect(estimate.standardError).toBeCloseTo((Math.hypot(...residuals) * Math.sqrt(1.5)) / 5, 12);
  });

  it("is the ordinary error of the mean when every value is its own cluster", () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 40 }), (values) => {
        const moments = momentsOf(values);
        const expected = present(standardDeviation(moments)) / Math.sqrt(values.length);
        const told = present(clusteredInterval(values.map((sum) => ({ weight: 1, sum }))));
        const scale = Math.max(1, ...values.map(Math.abs));
        expect(isClose(told.standardError, expected, 1e-7, 1e-5 * scale)).toBe(true);
        expect(isClose(told.mean, moments.mean, 1e-9, scale)).toBe(true);
      }),
    );
  });

  it("does not depend on the order of clusters, nor on empty ones", () => {
    const clusters = [
      { weight: 3, sum: 1.5 },
      { weight: 1, sum: -2 },
      { weight: 4, sum: 9 },
    ];
    const plain = present(clusteredInterval(clusters));
    expect(clusteredInterval(clusters.toReversed())).toEqual(plain);
    expect(clusteredInterval([...clusters, { weight: 0, sum: 0 }])).toEqual(plain);
  });

  it("is undefined for fewer than two clusters", () => {
    expect(clusteredInterval([])).toBeUndefined();
    expect(clusteredInterval([{ weight: 5, sum: 1 }])).toBeUndefined();
  });
});
