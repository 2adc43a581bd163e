import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { median, quantile, quantiles, sorted } from "../../../lib/core/stats/quantile.ts";
import { isClose } from "./close-to.ts";
import { present } from "./present.ts";
import { sample } from "./samples.ts";

describe("quantile", () => {
  it.each([
    { values: [1, 2, 3, 4], p: 0.05, expected: 1.15 },
    { values: [1, 2, 3, 4], p: 0.25, expected: 1.75 },
    { values: [1, 2, 3, 4], p: 0.95, expected: 3.85 },
    { values: [4, 1, 3, 2], p: 0.5, expected: 2.5 },
    { values: [-50, -30, -20, -10, 0, 5, 10, 15, 20, 60], p: 0.1, expected: -32 },
    { values: [7], p: 0.9, expected: 7 },
    { values: [3, 3, 3], p: 0.37, expected: 3 },
  ])("is $expected at level $p of $values", ({ values, p, expected }) => {
    expect(quantile(sorted(values), p)).toBeCloseTo(expected, 12);
  });

  it("puts the thirds of 1…10 at 4 and 7", () => {
    const sample = sorted([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(quantile(sample, 1 / 3)).toBeCloseTo(4, 12);
    expect(quantile(sample, 2 / 3)).toBeCloseTo(7, 12);
  });

  it("is the outermost value at 0 and 1, grows with the level, and mirrors with the sign", () => {
    fc.assert(
      fc.property(
        sample.filter((values) => values.length > 0),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, p, q) => {
          const ascending = sorted(values);
          expect(quantile(ascending, 0)).toBe(Math.min(...ascending));
          expect(quantile(ascending, 1)).toBe(Math.max(...ascending));
          const [low, high] = [Math.min(p, q), Math.max(p, q)];
          const scale = 1e-12 * Math.max(1, ...values.map(Math.abs));
          expect(present(quantile(ascending, low))).toBeLessThanOrEqual(
            present(quantile(ascending, high)) + scale,
          );
          const mirrored = present(quantile(sorted(values.map((x) => -x)), 1 - p));
          expect(isClose(-mirrored, present(quantile(ascending, p)), 1e-9, 1e6)).toBe(true);
        },
      ),
    );
  });

  it("is undefined for an empty sample", () => {
    expect(quantile(sorted([]), 0.5)).toBeUndefined();
    expect(quantiles(sorted([]), [0.5])).toBeUndefined();
    expect(median(sorted([]))).toBeUndefined();
  });

  it("stays finite between the largest numbers there are", () => {
    const sample = sorted([Number.MAX_VALUE, -Number.MAX_VALUE]);
    expect(median(sample)).toBe(0);
  });

  it.each([-0.01, 1.01, Number.NaN])("refuses the level %s", (p) => {
    expect(() => quantile(sorted([1]), p)).toThrow(RangeError);
    expect(() => quantiles(sorted([1]), [0.5, p])).toThrow(RangeError);
  });
});

describe("quantiles", () => {
  it("answers in the order asked", () => {
    expect(quantiles(sorted([1, 2, 3, 4]), [0.75, 0.5])).toEqual(Float64Array.of(3.25, 2.5));
  });
});

describe("sorted", () => {
  it("leaves its argument alone", () => {
    const values = [3, 1, 2];
    expect([...sorted(values)]).toEqual([1, 2, 3]);
    expect(values).toEqual([3, 1, 2]);
  });

  it.each([Number.NaN, Infinity, -Infinity])("refuses %s", (value) => {
    expect(() => sorted([1, value, 2])).toThrow(RangeError);
  });
});
