import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addToSum,
  emptySum,
  mergeSums,
  sumOf,
  totalOf,
} from "../../../lib/core/stats/compensated-sum.ts";

/** Quarters of a tick over fifteen decades: BigInt knows their exact sum. */
const exact = fc.array(
  fc.tuple(fc.bigInt({ min: -999n, max: 999n }), fc.integer({ min: 0, max: 12 })),
  { maxLength: 50 },
);

describe("sumOf", () => {
  it.each([
    { values: [1, 1e100, 1, -1e100], expected: 2, when: "large values cancel" },
    { values: new Array(10).fill(0.1), expected: 1, when: "tenths are added" },
    { values: [], expected: 0, when: "there is nothing to add" },
  ])("is $expected when $when", ({ values, expected }) => {
    expect(sumOf(values)).toBe(expected);
  });

  it("loses no digit to cancellation", () => {
    fc.assert(
      fc.property(exact, (terms) => {
        const values = terms.map(([mantissa, exponent]) => mantissa * 10n ** BigInt(exponent));
        const sum = values.reduce((total, value) => total + value, 0n);
        const cancelling = [...values, ...values.map((value) => -value), 3n];
        expect(sumOf(values.map(Number))).toBe(Number(sum));
        expect(sumOf(cancelling.map(Number))).toBe(3);
      }),
    );
  });

  it.each([Number.NaN, Infinity])("refuses %s", (value) => {
    expect(() => addToSum(emptySum(), value)).toThrow(RangeError);
  });
});

describe("mergeSums", () => {
  it("keeps both compensations", () => {
    const [a, b] = [emptySum(), emptySum()];
    for (const value of [1, 1e100]) addToSum(a, value);
    for (const value of [1, -1e100]) addToSum(b, value);
    expect(totalOf(mergeSums(a, b))).toBe(2);
    expect(mergeSums(a, emptySum())).toEqual(a);
  });
});
