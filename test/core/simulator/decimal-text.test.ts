import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDecimal } from "../../../lib/core/events/decimal.ts";
import { divideHalfEven, fixedText, shortText } from "../../../lib/core/simulator/decimal-text.ts";

describe("fixedText", () => {
  it.each([
    [674_125, 1, "67412.5"],
    [5, 3, "0.005"],
    [-5, 3, "-0.005"],
    [120, 0, "120"],
    [0, 2, "0.00"],
  ])("writes %s · 10^-%s as %s", (mantissa, decimals, text) => {
    expect(fixedText(mantissa, decimals)).toBe(text);
  });
});

describe("shortText", () => {
  it.each([
    [120n, 2, "1.2"],
    [-50n, 6, "-0.00005"],
    [0n, 8, "0"],
    [123_456_789_012_345_678_901n, 12, "123456789.012345678901"],
    [-123_456_789_012_345_678_900n, 2, "-1234567890123456789"],
  ])("writes %s · 10^-%s as %s", (mantissa, decimals, text) => {
    expect(shortText(mantissa, decimals)).toBe(text);
  });

  it("is read back as the same number", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 12 }), (mantissa, decimals) => {
        const read = parseDecimal(shortText(mantissa, decimals));
        if (typeof read === "string") throw new Error(read);
        const scale = 10n ** BigInt(decimals - read.decimals);
        expect(BigInt(read.mantissa) * scale).toBe(BigInt(mantissa));
      }),
    );
  });
});

describe("divideHalfEven", () => {
  it.each([
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-5n, 2n, -2n],
    [-7n, 2n, -4n],
    [8n, 3n, 3n],
    [-8n, 3n, -3n],
  ])("rounds %s / %s to %s", (numerator, denominator, quotient) => {
    expect(divideHalfEven(numerator, denominator)).toBe(quotient);
  });
});
