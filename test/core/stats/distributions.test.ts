/** Goal: p-values and critical values to 1e-12 relative, in both tails. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  chiSquareCdf,
  chiSquareQuantile,
  chiSquareTail,
} from "../../../lib/core/stats/chi-square.ts";
import { fCdf, fQuantile, fTail } from "../../../lib/core/stats/f-distribution.ts";
import { studentTCdf, studentTQuantile, studentTTail } from "../../../lib/core/stats/student-t.ts";
import { isClose } from "./close-to.ts";
import { readGolden } from "./golden.ts";

type Row = readonly [number, number, number, number];

const golden = readGolden<{
  readonly chiSquare: readonly Row[];
  readonly studentT: readonly Row[];
  readonly f: readonly (readonly [number, number, number, number, number])[];
}>("distributions.json");

const probability = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true });
const degrees = fc.double({ min: 0.5, max: 500, noNaN: true });

describe("χ²", () => {
  it("has the published tails, and the points to go with them", () => {
    for (const [x, df, below, above] of golden.chiSquare) {
      expect(isClose(chiSquareCdf(x, df), below, 1e-12, 1e-290)).toBe(true);
      expect(isClose(chiSquareTail(x, df), above, 1e-12, 1e-290)).toBe(true);
      if (below > 1e-200 && above > 0.01) {
        expect(isClose(chiSquareQuantile(below, df), x, 1e-11)).toBe(true);
      }
    }
  });

  it("with two degrees of freedom is e^(−x/2)", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 300, noNaN: true }), (x) => {
        expect(isClose(chiSquareTail(x, 2), Math.exp(-x / 2), 1e-12)).toBe(true);
      }),
    );
  });

  it("is undone by its quantile", () => {
    fc.assert(
      fc.property(probability, degrees, (p, df) => {
        expect(isClose(chiSquareCdf(chiSquareQuantile(p, df), df), p, 1e-11)).toBe(true);
      }),
    );
  });

  it("has nothing below 0 and everything below infinity", () => {
    expect([chiSquareCdf(-1, 3), chiSquareTail(0, 3)]).toEqual([0, 1]);
    expect([chiSquareCdf(Infinity, 3), chiSquareTail(Infinity, 3)]).toEqual([1, 0]);
  });
});

describe("Student's t", () => {
  it("has the published tails on both sides, and the points to go with them", () => {
    for (const [t, df, below, above] of golden.studentT) {
      expect(isClose(studentTCdf(t, df), below, 1e-12)).toBe(true);
      expect(isClose(studentTTail(t, df), above, 1e-12)).toBe(true);
      expect(isClose(studentTCdf(-t, df), above, 1e-12)).toBe(true);
      expect(isClose(studentTQuantile(above, df), -t, 1e-12, 1)).toBe(true);
    }
  });

  it("is undone by its quantile and symmetric", () => {
    fc.assert(
      fc.property(probability, degrees, (p, df) => {
        const t = studentTQuantile(p, df);
        expect(isClose(studentTCdf(t, df), p, 1e-11)).toBe(true);
        expect(isClose(studentTQuantile(1 - p, df), -t, 1e-6, 1e-6)).toBe(true);
      }),
    );
    expect(studentTQuantile(0.5, 7)).toBe(0);
  });

  it("has nothing beyond infinity", () => {
    expect([studentTTail(Infinity, 3), studentTTail(-Infinity, 3)]).toEqual([0, 1]);
    expect([studentTTail(0, 3), studentTTail(1e-200, 3)]).toEqual([0.5, 0.5]);
  });
});

describe("F", () => {
  it("has the published tails, and the points to go with them", () => {
    for (const [x, df1, df2, below, above] of golden.f) {
      expect(isClose(fCdf(x, df1, df2), below, 1e-12)).toBe(true);
      expect(isClose(fTail(x, df1, df2), above, 1e-12, 1e-290)).toBe(true);
      if (above > 0.01) expect(isClose(fQuantile(below, df1, df2), x, 1e-11)).toBe(true);
    }
  });

  it("with one numerator is the square of t", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 30, noNaN: true }), degrees, (t, df) => {
        expect(isClose(fTail(t * t, 1, df), 2 * studentTTail(t, df), 1e-11)).toBe(true);
      }),
    );
  });

  it("has nothing below 0 and everything below infinity", () => {
    expect([fCdf(-1, 2, 3), fCdf(0, 2, 3), fTail(0, 2, 3)]).toEqual([0, 0, 1]);
    expect([fCdf(Infinity, 2, 3), fTail(Infinity, 2, 3)]).toEqual([1, 0]);
  });
});

describe("every distribution", () => {
  it.each([0, -1, Infinity, Number.NaN])("refuses %s degrees of freedom", (df) => {
    expect(() => chiSquareTail(1, df)).toThrow(RangeError);
    expect(() => studentTTail(1, df)).toThrow(RangeError);
    expect(() => fTail(1, df, 2)).toThrow(RangeError);
    expect(() => fTail(1, 2, df)).toThrow(RangeError);
  });

  it.each([0, 1, -0.1, Number.NaN])("refuses the probability %s", (p) => {
    expect(() => chiSquareQuantile(p, 2)).toThrow(RangeError);
    expect(() => studentTQuantile(p, 2)).toThrow(RangeError);
    expect(() => fQuantile(p, 2, 2)).toThrow(RangeError);
  });

  it("refuses a point that is no number", () => {
    expect(() => chiSquareCdf(Number.NaN, 2)).toThrow(RangeError);
    expect(() => studentTCdf(Number.NaN, 2)).toThrow(RangeError);
    expect(() => fCdf(Number.NaN, 2, 2)).toThrow(RangeError);
  });
});
