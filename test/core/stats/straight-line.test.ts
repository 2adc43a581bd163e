import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { straightLine } from "../../../lib/core/stats/straight-line.ts";
import { present } from "./present.ts";

const x = [1, 2, 3, 4, 5];
const y = [2.1, 3.9, 6.2, 7.8, 10.1];

describe("straightLine", () => {
  it("of the worked pair has slope 1.99 ± .0597 from .05", () => {
    const line = present(straightLine(x, y));
    expect(line.slope).toBeCloseTo(1.99, 12);
    expect(line.intercept).toBeCloseTo(0.05, 12);
    expect(line.slopeError).toBeCloseTo(0.0597, 4);
  });

  it("takes a weight as so many equal points", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 5, maxLength: 5 }), (w) => {
        const weighted = present(straightLine(x, y, w));
        const repeated = <T>(values: readonly T[]) =>
          values.flatMap((value, i) => new Array<T>(present(w[i])).fill(value));
        const plain = present(straightLine(repeated(x), repeated(y)));
        expect(weighted.slope).toBeCloseTo(plain.slope, 10);
        expect(weighted.intercept).toBeCloseTo(plain.intercept, 10);
      }),
    );
  });

  it("has no error through two points, and none at all without two different x", () => {
    expect(straightLine([0, 1], [1, 3])).toEqual({
      slope: 2,
      intercept: 1,
      slopeError: undefined,
      interceptError: undefined,
    });
    expect(straightLine([1], [1])).toBeUndefined();
    expect(straightLine([2, 2, 2], [1, 2, 3])).toBeUndefined();
    expect(straightLine([1, 2], [1, 2], [0, 0])).toBeUndefined();
  });
});
