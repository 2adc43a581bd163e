/** The points were computed with mpmath at 40 digits. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalCdf, normalQuantile } from "../../../lib/core/stats/normal.ts";
import { isClose } from "./close-to.ts";

describe("normalCdf", () => {
  it.each([
    { x: -37, expected: 5.725571222524577e-300 },
    { x: -10, expected: 7.619853024160525e-24 },
    { x: -6, expected: 9.86587645037698e-10 },
    { x: -5.6568, expected: 7.711064856975537e-9 },
    { x: -3, expected: 0.0013498980316300946 },
    { x: -1.959963984540054, expected: 0.025000000000000015 },
    { x: -0.6745, expected: 0.24999674286369916 },
    { x: -0.5, expected: 0.3085375387259869 },
    { x: 0, expected: 0.5 },
    { x: 0.3, expected: 0.6179114221889527 },
    { x: 0.67448975, expected: 0.7499999999376898 },
    { x: 1, expected: 0.8413447460685429 },
    { x: 2.5, expected: 0.9937903346742238 },
    { x: 6, expected: 0.9999999990134123 },
  ])("is $expected at $x, within 1e-13 relative", ({ x, expected }) => {
    expect(isClose(normalCdf(x), expected, 1e-13)).toBe(true);
  });

  it("is 0 and 1 at the ends, and 1 together with its mirror", () => {
    expect(normalCdf(-Infinity)).toBe(0);
    expect(normalCdf(Infinity)).toBe(1);
    fc.assert(
      fc.property(fc.double({ min: -40, max: 40, noNaN: true }), (x) => {
        expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 14);
      }),
    );
  });
});

describe("normalQuantile", () => {
  it.each([
    { p: 1e-300, expected: -37.0470962993612 },
    { p: 1e-12, expected: -7.034483825301132 },
    { p: 0.001, expected: -3.0902323061678136 },
    { p: 0.025, expected: -1.9599639845400543 },
    { p: 0.0749, expected: -1.4402382675279637 },
    { p: 0.2, expected: -0.8416212335729142 },
    { p: 0.5, expected: 0.0 },
    { p: 0.6, expected: 0.2533471031357998 },
    { p: 0.925, expected: 1.439531470938456 },
    { p: 0.975, expected: 1.9599639845400543 },
    { p: 0.999, expected: 3.0902323061678136 },
  ])("is $expected at $p, within 1e-13", ({ p, expected }) => {
    expect(isClose(normalQuantile(p), expected, 1e-13, 1)).toBe(true);
  });

  it("undoes the distribution function", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 0.999, noNaN: true }), (p) => {
        expect(isClose(normalCdf(normalQuantile(p)), p, 1e-11)).toBe(true);
      }),
    );
  });

  it.each([0, 1, -1, 2, Number.NaN])("refuses the probability %s", (p) => {
    expect(() => normalQuantile(p)).toThrow(RangeError);
  });
});
