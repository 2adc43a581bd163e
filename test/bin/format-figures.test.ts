import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  absent,
  decimalsFor,
  formatBytes,
  formatDecimal,
  formatNumber,
  formatShare,
} from "../../bin/format-figures.ts";

describe("formatDecimal", () => {
  it.each([
    { exact: "1234567.891", decimals: 2, text: "1,234,567.89" },
    { exact: "-1234.5", decimals: 2, text: "−1,234.50" },
    { exact: "-0.004", decimals: 2, text: "0.00" },
    { exact: "0.125", decimals: 2, text: "0.12" },
    { exact: "0.135", decimals: 2, text: "0.14" },
    { exact: "0.1250001", decimals: 2, text: "0.13" },
    { exact: "999.999", decimals: 2, text: "1,000.00" },
    { exact: "-999.5", decimals: 0, text: "−1,000" },
    {
      exact: "12345678901234567890.12",
      decimals: undefined,
      text: "12,345,678,901,234,567,890.12",
    },
    { exact: "0.000000000001", decimals: undefined, text: "0.000000000001" },
  ])("writes $exact with $decimals decimals as $text", ({ exact, decimals, text }) => {
    expect(formatDecimal(exact, decimals)).toBe(text);
  });

  it("never moves an amount by more than half of its last shown digit", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.integer({ min: 0, max: 12 }),
        (mantissa, decimals) => {
          const exact = asDecimal(mantissa, 12);
          const shown = formatDecimal(exact, decimals).replaceAll(",", "").replace("−", "-");
          const [whole = "0", fraction = ""] = shown.split(".");
          const back = BigInt(whole + fraction) * 10n ** BigInt(12 - decimals);
          const off = back > mantissa ? back - mantissa : mantissa - back;
          expect(2n * off <= 10n ** BigInt(12 - decimals)).toBe(true);
        },
      ),
    );
  });
});

function asDecimal(mantissa: bigint, decimals: number): string {
  const digits = String(mantissa < 0n ? -mantissa : mantissa).padStart(decimals + 1, "0");
  return `${mantissa < 0n ? "-" : ""}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

describe("decimalsFor", () => {
  it.each([
    { amounts: ["1234.5678", "0.1"], decimals: 2, when: "the largest is in the thousands" },
    { amounts: ["0.00123456789"], decimals: 8, when: "all are tiny" },
    { amounts: ["12"], decimals: 2, when: "they have no decimals" },
    { amounts: [], decimals: 2, when: "there are none" },
    { amounts: ["1.23456"], decimals: 5, when: "the amounts have no more" },
  ])("is $decimals when $when", ({ amounts, decimals }) => {
    expect(decimalsFor(amounts)).toBe(decimals);
  });
});

describe("other figures", () => {
  it("are shown with a real minus, as percent, and with a reason where there are none", () => {
    expect(formatNumber(-0.856, 2)).toBe("−0.86");
    expect(formatShare(0.375)).toBe("37.5 %");
    expect(absent("pending")).toBe("– pending");
  });

  it.each([
    { bytes: 0, text: "0 B" },
    { bytes: 999, text: "999 B" },
    { bytes: 1_400, text: "1.4 kB" },
    { bytes: 84_300_000_000, text: "84.3 GB" },
    { bytes: 123_000_000, text: "123 MB" },
  ])("counts $bytes bytes as $text", ({ bytes, text }) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
