import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareDecimals,
  decimalFromNumber,
  formatDecimal,
  parseDecimal,
} from "../../../lib/core/events/decimal.ts";
import type { Decimal } from "../../../lib/core/events/event.ts";
import { decimalText } from "./wire.ts";

const anyDecimal = decimalText({ signed: true });

function parsed(text: string): Decimal {
  const decimal = parseDecimal(text);
  if (typeof decimal === "string") throw new Error(`${text} is ${decimal}`);
  return decimal;
}

describe("parseDecimal", () => {
  it.each([
    { text: "67412.5", mantissa: 674125, decimals: 1, when: "a price" },
    { text: "0", mantissa: 0, decimals: 0, when: "zero" },
    { text: "-0", mantissa: 0, decimals: 0, when: "a minus before zero" },
    { text: "-0.000", mantissa: 0, decimals: 0, when: "a minus before a long zero" },
    { text: "1.500", mantissa: 15, decimals: 1, when: "zeros end the fraction" },
    { text: "100", mantissa: 100, decimals: 0, when: "zeros end a whole number" },
    { text: "100.00", mantissa: 100, decimals: 0, when: "the fraction is only zeros" },
    { text: "-0.0125", mantissa: -125, decimals: 4, when: "a rebate" },
    { text: "0.000000001", mantissa: 1, decimals: 9, when: "a price of 1e-9" },
    { text: "1000000000000", mantissa: 1e12, decimals: 0, when: "a quantity of 1e12" },
    { text: "9007199254740991", mantissa: 9007199254740991, decimals: 0, when: "2^53 − 1" },
    { text: "0.9007199254740991", mantissa: 9007199254740991, decimals: 16, when: "its digits" },
    { text: "0.000000000000000001", mantissa: 1, decimals: 18, when: "18 decimals" },
    { text: `1.${"0".repeat(60)}`, mantissa: 1, decimals: 0, when: "more zeros than digits fit" },
  ])("reads $text as $mantissa · 10^-$decimals: $when", ({ text, mantissa, decimals }) => {
    expect(parseDecimal(text)).toStrictEqual({ mantissa, decimals });
  });

  it.each([
    "",
    " ",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e3",
    "1E3",
    "1e-9",
    "0x10",
    "+1",
    "--1",
    "-",
    ".",
    ".5",
    "5.",
    "-.5",
    "1.2.3",
    "1,000",
    "1_000",
    " 1",
    "1 ",
    "1\n",
    "00",
    "007",
    "-01",
    "٣",
    "１",
    "1.5a",
    "null",
    "0b1",
    `${"1".repeat(65)}`,
    `0.${"0".repeat(63)}`,
  ])("refuses %j as bad-decimal", (text) => {
    expect(parseDecimal(text)).toBe("bad-decimal");
  });

  it.each([
    "9007199254740992",
    "-9007199254740992",
    "9007199254740993",
    "9999999999999999",
    "12345678901234567",
    "0.12345678901234567",
    "90071992547409.92",
    `${"9".repeat(64)}`,
  ])("refuses %s as unsafe-number", (text) => {
    expect(parseDecimal(text)).toBe("unsafe-number");
  });

  it("refuses a nineteenth decimal as too-fine", () => {
    expect(parseDecimal("0.0000000000000000001")).toBe("too-fine");
  });

  it("gives every amount one form, whatever zeros end it", () => {
    fc.assert(
      fc.property(anyDecimal, (text) => {
        const { mantissa, decimals } = parsed(text);
        expect(Number.isSafeInteger(mantissa)).toBe(true);
        expect(Object.is(mantissa, -0)).toBe(false);
        expect(decimals === 0 || mantissa % 10 !== 0).toBe(true);
        const [whole = "", fraction = ""] = text.split(".");
        const scaled = BigInt(whole + fraction) * 10n ** BigInt(decimals);
        expect(BigInt(mantissa) * 10n ** BigInt(fraction.length)).toBe(scaled);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("decimalFromNumber", () => {
  it.each([
    { value: 67412.5, mantissa: 674125, decimals: 1 },
    { value: 0.1, mantissa: 1, decimals: 1 },
    { value: -0, mantissa: 0, decimals: 0 },
    { value: -2.5, mantissa: -25, decimals: 1 },
    { value: 0.000001, mantissa: 1, decimals: 6 },
    { value: 999_999_999_999_999, mantissa: 999_999_999_999_999, decimals: 0 },
    { value: 0.123456789012345, mantissa: 123456789012345, decimals: 15 },
  ])("reads $value as its shortest form", ({ value, mantissa, decimals }) => {
    expect(decimalFromNumber(value)).toStrictEqual({ mantissa, decimals });
  });

  it.each([1e-7, 1e21, 1e308, 5e-324, 1e15, 2 ** 53, 0.1 + 0.2, 1234567.123456789])(
    "refuses %d as unsafe-number",
    (value) => {
      expect(decimalFromNumber(value)).toBe("unsafe-number");
    },
  );

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "refuses %d as bad-decimal",
    (value) => {
      expect(decimalFromNumber(value)).toBe("bad-decimal");
    },
  );

  it("agrees with parseDecimal on the shortest form, or refuses", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const decimal = decimalFromNumber(value);
        if (typeof decimal === "string") return;
        expect(decimal).toStrictEqual(parseDecimal(String(value)));
        expect(Number(formatDecimal(decimal))).toBe(value + 0);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("formatDecimal", () => {
  it.each([
    { mantissa: 674125, decimals: 1, text: "67412.5" },
    { mantissa: -125, decimals: 4, text: "-0.0125" },
    { mantissa: 1, decimals: 18, text: "0.000000000000000001" },
    { mantissa: 9007199254740991, decimals: 0, text: "9007199254740991" },
    { mantissa: 0, decimals: 0, text: "0" },
    { mantissa: -0, decimals: 0, text: "0" },
    { mantissa: 0, decimals: 3, text: "0" },
    { mantissa: -1500, decimals: 2, text: "-15" },
    { mantissa: 1510, decimals: 2, text: "15.1" },
  ])("writes $mantissa · 10^-$decimals as $text", ({ mantissa, decimals, text }) => {
    expect(formatDecimal({ mantissa, decimals })).toBe(text);
  });

  it("is undone by parseDecimal", () => {
    fc.assert(
      fc.property(anyDecimal, (text) => {
        const decimal = parsed(text);
        expect(parseDecimal(formatDecimal(decimal))).toStrictEqual(decimal);
      }),
    );
  });
});

describe("compareDecimals", () => {
  it.each([
    { a: "1", b: "0.999999999999999", sign: 1 },
    { a: "0.1", b: "0.10", sign: 0 },
    { a: "-1", b: "0.5", sign: -1 },
    { a: "-0.5", b: "-0.25", sign: -1 },
    { a: "9007199254740991", b: "0.000000000000000001", sign: 1 },
    { a: "900719925474099.1", b: "900719925474099.0", sign: 1 },
    { a: "0", b: "-0.00", sign: 0 },
  ])("orders $a and $b: $sign", ({ a, b, sign }) => {
    expect(Math.sign(compareDecimals(parsed(a), parsed(b)))).toBe(sign);
    expect(Math.sign(compareDecimals(parsed(b), parsed(a)))).toBe(0 - sign);
  });

  it("orders as the amounts in 10^-18 do", () => {
    const units = ({ mantissa, decimals }: Decimal) =>
      BigInt(mantissa) * 10n ** BigInt(18 - decimals);
    fc.assert(
      fc.property(anyDecimal, anyDecimal, (first, second) => {
        const [a, b] = [parsed(first), parsed(second)];
        const difference = units(a) - units(b);
        const sign = difference === 0n ? 0 : difference > 0n ? 1 : -1;
        expect(Math.sign(compareDecimals(a, b))).toBe(sign);
      }),
      { numRuns: 2_000 },
    );
  });
});
