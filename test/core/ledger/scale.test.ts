import { describe, expect, it } from "vitest";
import { parseDecimal } from "../../../lib/core/events/decimal.ts";
import type { Decimal } from "../../../lib/core/events/event.ts";
import { formatExact } from "../../../lib/core/ledger/exact.ts";
import {
  cashUnits,
  ledgerPrice,
  lotsToExact,
  makeScale,
  moneyToExact,
  moneyToNumber,
  netToExact,
  notionalNumber,
  priceToExact,
  quantityToExact,
  scaleDecimal,
} from "../../../lib/core/ledger/scale.ts";

function decimal(text: string): Decimal {
  const parsed = parseDecimal(text);
  if (typeof parsed === "string") throw new Error(`no decimal: ${text}`);
  return parsed;
}

const linear = makeScale(1, 3, { inverse: false, multiplier: decimal("1") });
const tenfold = makeScale(1, 3, { inverse: false, multiplier: decimal("10") });
const inverse = makeScale(1, 0, { inverse: true, multiplier: decimal("100") });

describe("scaleDecimal", () => {
  it.each([
    { text: "67412.5", decimals: 1, expected: 674_125 },
    { text: "67412.5", decimals: 3, expected: 67_412_500 },
    { text: "-0.001", decimals: 3, expected: -1 },
    { text: "0", decimals: 12, expected: 0 },
    { text: "67412.55", decimals: 1, expected: undefined },
    { text: "90071992547410", decimals: 2, expected: undefined },
    { text: "1000000000000", decimals: 3, expected: 1e15 },
  ])("reads $text at $decimals decimals as $expected", ({ text, decimals, expected }) => {
    expect(scaleDecimal(decimal(text), decimals)).toBe(expected);
  });
});

describe("a linear scale", () => {
  it("counts money in half-ticks × lots × multiplier", () => {
    // 2.5 contracts at 100.15: a half-tick is 0.05, a lot 0.001.
    expect(formatExact(moneyToExact(linear, 2500n * 2003n))).toBe("250.375");
    expect(formatExact(moneyToExact(tenfold, 2500n * 2003n))).toBe("2503.75");
    expect(moneyToNumber(linear, 2500 * 2003)).toBe(250.375);
  });

  it("keeps a mid between two ticks", () => {
    expect(formatExact(priceToExact(linear, 2003))).toBe("100.15");
    expect(ledgerPrice(linear, 2003)).toBe(2003n);
  });

  it("states quantities in base units", () => {
    expect(formatExact(quantityToExact(tenfold, 2500n))).toBe("25");
    expect(formatExact(lotsToExact(tenfold, 2500n))).toBe("2.5");
  });

  it("holds money and cash in one net unit", () => {
    const money = 2500n * 2003n;
    const net = money * linear.netPerMoney - (cashUnits(decimal("0.000000000001")) ?? 0n);
    expect(formatExact(netToExact(linear, net))).toBe("250.374999999999");
  });
});

describe("an inverse scale", () => {
  it("runs on φ(p) = −v · 10¹⁶ / p, rounded half to even", () => {
    expect(ledgerPrice(inverse, 2 * 100_000)).toBe(-(10n ** 14n));
    // 100 / 30,000.5 = 0.00333327777870368827…
    expect(ledgerPrice(inverse, 2 * 300_005)).toBe(-33_332_777_787_037n);
    expect(ledgerPrice(inverse, 2 * 300_000)).toBe(-33_333_333_333_333n);
  });

  it("has notional in coin, and states quantities in contracts", () => {
    expect(notionalNumber(inverse, 50, 2 * 100_000)).toBe(0.5);
    expect(formatExact(quantityToExact(inverse, 50n))).toBe("50");
  });
});

describe("cashUnits", () => {
  it.each([
    { text: "0.000000000001", expected: 1n },
    { text: "-12.5", expected: -12_500_000_000_000n },
    { text: "0.0000000000001", expected: undefined },
  ])("reads $text as $expected of 10⁻¹²", ({ text, expected }) => {
    expect(cashUnits(decimal(text))).toBe(expected);
  });
});
