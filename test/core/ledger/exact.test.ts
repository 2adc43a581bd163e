import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addExact,
  changeDecimals,
  divideHalfEven,
  type ExactDecimal,
  exactToNumber,
  formatExact,
  formatUnits,
  multiplyExact,
  negateExact,
  pow10,
} from "../../../lib/core/ledger/exact.ts";

const decimal: fc.Arbitrary<ExactDecimal> = fc.record({
  units: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
  decimals: fc.nat({ max: 20 }),
});

describe("divideHalfEven", () => {
  it.each([
    { numerator: 5n, denominator: 2n, expected: 2n, when: "a tie lies above an even number" },
    { numerator: 7n, denominator: 2n, expected: 4n, when: "a tie lies above an odd number" },
    { numerator: -5n, denominator: 2n, expected: -2n, when: "a negative tie has an even end" },
    { numerator: -7n, denominator: 2n, expected: -4n, when: "a negative tie has an odd end" },
    { numerator: 8n, denominator: 3n, expected: 3n, when: "it is nearer to the next" },
    { numerator: -8n, denominator: 3n, expected: -3n, when: "it is nearer to the next below" },
    { numerator: 7n, denominator: 3n, expected: 2n, when: "it is nearer to the last" },
    { numerator: 1n, denominator: 2n, expected: 0n, when: "it is a half" },
    { numerator: 0n, denominator: 9n, expected: 0n, when: "there is nothing" },
  ])("is $expected for $numerator / $denominator: $when", (row) => {
    expect(divideHalfEven(row.numerator, row.denominator)).toBe(row.expected);
  });

  it("is never further than half a denominator from the truth, and even where it is just that", () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt({ min: 1n, max: 1000n }), (numerator, denominator) => {
        const quotient = divideHalfEven(numerator, denominator);
        const twice = 2n * (numerator - quotient * denominator);
        const off = twice < 0n ? -twice : twice;
        expect(off <= denominator).toBe(true);
        if (off === denominator) expect(quotient % 2n).toBe(0n);
      }),
    );
  });

  it.each([0n, -1n])("refuses the denominator %s", (denominator) => {
    expect(() => divideHalfEven(1n, denominator)).toThrow(RangeError);
  });
});

describe("formatUnits", () => {
  it.each([
    { units: 0n, decimals: 0, text: "0" },
    { units: 0n, decimals: 12, text: "0" },
    { units: -1n, decimals: 12, text: "-0.000000000001" },
    { units: 1200n, decimals: 2, text: "12" },
    { units: -1250n, decimals: 3, text: "-1.25" },
    { units: 7n, decimals: 1, text: "0.7" },
    { units: 100n, decimals: 0, text: "100" },
    { units: 10n ** 30n + 1n, decimals: 15, text: "1000000000000000.000000000000001" },
  ])("writes $units of 10^-$decimals as $text", ({ units, decimals, text }) => {
    expect(formatUnits(units, decimals)).toBe(text);
  });
});

describe("exact decimals", () => {
  it("change their unit without loss when it gets finer, and round half to even when coarser", () => {
    expect(changeDecimals(125n, 2, 5)).toBe(125_000n);
    expect(changeDecimals(125n, 2, 1)).toBe(12n);
    expect(changeDecimals(135n, 2, 1)).toBe(14n);
    expect(changeDecimals(-125n, 2, 1)).toBe(-12n);
  });

  it("form a ring: sums and products in any order are equal, and what is taken away is gone", () => {
    fc.assert(
      fc.property(decimal, decimal, decimal, (a, b, c) => {
        const same = (x: ExactDecimal, y: ExactDecimal) =>
          expect(formatExact(x)).toBe(formatExact(y));
        same(addExact(a, b), addExact(b, a));
        same(addExact(addExact(a, b), c), addExact(a, addExact(b, c)));
        same(multiplyExact(a, addExact(b, c)), addExact(multiplyExact(a, b), multiplyExact(a, c)));
        expect(formatExact(addExact(addExact(a, b), negateExact(b)))).toBe(formatExact(a));
      }),
    );
  });

  it("become the nearest float, that of their text, whatever their size and unit", () => {
    const units = fc.oneof(fc.bigInt(), fc.maxSafeInteger().map(BigInt), fc.constant(2n ** 53n));
    fc.assert(
      fc.property(units, fc.nat({ max: 40 }), (amount, decimals) => {
        const number = exactToNumber({ units: amount, decimals });
        expect(number).toBe(Number(formatUnits(amount, decimals)));
      }),
      { numRuns: 1_000 },
    );
  });

  it("know the powers of ten, in any order of asking", () => {
    expect(pow10(3)).toBe(1000n);
    expect(pow10(40)).toBe(10n ** 40n);
    expect(pow10(0)).toBe(1n);
  });
});
