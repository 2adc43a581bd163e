import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { neweyWest } from "../../../lib/core/stats/newey-west.ts";
import { isClose } from "./close-to.ts";
import { present } from "./present.ts";
import { value } from "./samples.ts";

/** V by its definition, autocovariance after autocovariance. */
function longRunVariance(errors: readonly number[], lag: number): number {
  const n = errors.length;
  let variance = 0;
  for (let l = 0; l <= lag; l += 1) {
    let covariance = 0;
    for (let i = 0; i + l < n; i += 1) covariance += present(errors[i]) * present(errors[i + l]);
    variance += (l === 0 ? 1 : 2) * (1 - l / (lag + 1)) * (covariance / n);
  }
  return variance;
}

const series = fc.array(value, { minLength: 2, maxLength: 60 });

describe("neweyWest", () => {
  it.each([
    { lag: 1, t: 4.0089186286863665 },
    { lag: 0, t: 4.743416490252569 },
  ])("gives [1, 2, 3, 4, 5] t = $t with lag $lag", ({ lag, t }) => {
    expect(present(neweyWest([1, 2, 3, 4, 5], lag)).t).toBeCloseTo(t, 12);
  });

  it("puts the interval 1.959964 standard errors around the mean", () => {
    const { mean, standardError, interval } = present(neweyWest([1, 2, 3, 4, 5], 1));
    expect(standardError).toBeCloseTo(Math.sqrt(2.8 / 5), 12);
    expect(present(interval)[0]).toBeCloseTo(mean - 1.959964 * standardError, 12);
    expect(present(interval)[1]).toBeCloseTo(mean + 1.959964 * standardError, 12);
  });

  it("is the definition, whatever the lag", () => {
    fc.assert(
      fc.property(series, fc.nat(70), (values, lag) => {
        const n = values.length;
        const mean = values.reduce((sum, x) => sum + x, 0) / n;
        const used = Math.min(lag, n - 1);
        const variance = longRunVariance(
          values.map((x) => x - mean),
          used,
        );
        const scale = Math.max(...values.map(Math.abs)) ** 2;
        fc.pre(variance > 1e-6 * scale);
        const estimate = present(neweyWest(values, lag));
        expect(estimate.lag).toBe(used);
        expect(isClose(estimate.mean, mean, 1e-9, Math.sqrt(scale))).toBe(true);
        expect(isClose(estimate.standardError, Math.sqrt(variance / n), 1e-6)).toBe(true);
      }),
    );
  });

  it("knows a weighted mean by the delta method, equal weights changing nothing", () => {
    fc.assert(
      fc.property(
        series,
        fc.nat(10),
        fc.double({ min: 0.1, max: 9, noNaN: true }),
        (xs, lag, w) => {
          const plain = present(neweyWest(xs, lag));
          const weighted = present(neweyWest(xs, lag, new Array(xs.length).fill(w)));
          expect(isClose(weighted.mean, plain.mean, 1e-9, 1e6)).toBe(true);
          expect(isClose(weighted.standardError, plain.standardError, 1e-6, 1e-6)).toBe(true);
        },
      ),
    );
    const estimate = present(neweyWest([1, 2, 4], 0, [1, 1, 2]));
    const errors = [1 - 2.75, 2 - 2.75, 2 * (4 - 2.75)];
    expect(estimate.mean).toBe(2.75);
    expect(estimate.standardError).toBeCloseTo(Math.hypot(...errors) / 4, 12);
  });

  it("does not see the unit, and mirrors with the sign", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 3, maxLength: 30 }), fc.nat(5), (xs, lag) => {
        const t = present(neweyWest(xs, lag)).t;
        const other = present(
          neweyWest(
            xs.map((x) => -8 * x),
            lag,
          ),
        ).t;
        if (t === undefined) expect(other).toBeUndefined();
        else expect(other).toBeCloseTo(-t, 9);
      }),
    );
  });

  it.each([
    { values: [], when: "there are no values" },
    { values: [4], when: "there is one value" },
  ])("is undefined when $when", ({ values }) => {
    expect(neweyWest(values, 3)).toBeUndefined();
  });

  it("is undefined when nothing has weight, and refuses a negative lag", () => {
    expect(neweyWest([1, 2], 0, [0, 0])).toBeUndefined();
    expect(() => neweyWest([1, 2], -1)).toThrow(RangeError);
  });

  it("claims no certainty from equal values", () => {
    const estimate = present(neweyWest([0.1, 0.1, 0.1, 0.1], 2));
    expect(estimate).toMatchObject({ standardError: 0, t: undefined, interval: undefined });
    expect(estimate.mean).toBeCloseTo(0.1, 15);
  });
});
