import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ago,
  axisMoney,
  bps,
  bpsWithUnit,
  clockTime,
  compactCount,
  compactMoney,
  count,
  dayTime,
  duration,
  money,
  moneyColumn,
  percent,
  quantity,
  rowMoney,
  toneOf,
} from "../../dashboard/model/format.ts";

/** Narrow no-break spaces read as plain ones here. */
function plain(text: string): string {
  return text.replaceAll("\u202f", " ");
}

describe("money", () => {
  it.each([
    [4_812, "USD", "+$4,812"],
    [-304, "USD", "−$304"],
    [-304.49, "USD", "−$304"],
    [12.4, "USD", "+$12.40"],
    [0, "USD", "$0.00"],
    [-0.001, "USD", "$0.00"],
    [0.042_1, "BTC", "+0.0421 BTC"],
    [-0.000_038_147, "BTC", "−0.0000381 BTC"],
    [0, "BTC", "0 BTC"],
    [154.768, "USDT", "+$155"],
    [-1_204.5, "EUR", "−1,205 EUR"],
    [100, "EUR", "+100 EUR"],
    [null, "USD", "—"],
  ])("writes %s %s as %s", (value, currency, text) => {
    expect(plain(money(value, currency))).toBe(text);
  });

  it("writes a column in one way: without cents as soon as one figure needs none", () => {
    expect([4_812, -93.73, 0.2, null].map(moneyColumn([4_812, -93.73, 0.2], "USD"))).toEqual([
      "+$4,812",
      "−$94",
      "$0",
      "—",
    ]);
    expect([-93.73, 0.2].map(moneyColumn([-93.73, 0.2], "USD"))).toEqual(["−$93.73", "+$0.20"]);
  });

  it("never shows a signed zero or an ASCII minus, whatever the value", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e12, max: 1e12 }), (value) => {
        const texts = [
          money(value, "USD"),
          money(value, "BTC"),
          compactMoney(value, "USD"),
          bps(value),
          quantity(value),
        ];
        for (const text of texts) {
          expect(text).not.toContain("-");
          expect(text).not.toMatch(/^[+−]\D*[0.,]+\D*$/);
        }
      }),
    );
  });
});

describe("rowMoney", () => {
  it.each([
    [-304.4, "USDT", "−$304"],
    [0.2, "USD", "$0"],
    [-0.001_87, "BTC", "−0.00187"],
    [null, "BTC", "—"],
  ])("writes %s %s as %s", (value, currency, text) => {
    expect(rowMoney(value, currency)).toBe(text);
  });
});

describe("figures", () => {
  it.each([
    [compactMoney(1_820_000, "USD"), "$1.82M"],
    [compactMoney(-304, "USD"), "−$304"],
    [compactMoney(1_234_567, "BTC"), "1.23M BTC"],
    [axisMoney(1_820_000, "USDC"), "$1.82M"],
    [axisMoney(-0.002, "BTC"), "−0.002"],
    [bps(0.42), "+0.42"],
    [bps(-0.004), "0.00"],
    [bpsWithUnit(0.42), "+0.42 bps"],
    [percent(0.541), "54.1 %"],
    [percent(null), "—"],
    [count(8_214), "8,214"],
    [compactCount(9_999), "9,999"],
    [compactCount(12_812), "12.8K"],
    [quantity(-4.2), "−4.2"],
    [quantity(0.012_5), "+0.0125"],
    [quantity(0), "0"],
  ])("writes %j as %j", (text, expected) => {
    expect(plain(text)).toBe(expected);
  });
});

describe("time", () => {
  it.each([
    [0, "0 s"],
    [59.9e6, "59 s"],
    [4 * 60e6, "4 min"],
    [3 * 3.6e9 + 12 * 60e6, "3 h 12 m"],
    [3.6e9, "1 h"],
    [12 * 86.4e9 + 4 * 3.6e9, "12 d 4 h"],
    [-5e6, "0 s"],
  ])("writes %d µs as %s, in two units at most", (us, text) => {
    expect(plain(duration(us))).toBe(text);
    expect(plain(ago(us))).toBe(`${text} ago`);
  });

  it("writes moments in UTC and says so", () => {
    const moment = 1_763_748_125_000_000;
    expect(clockTime(moment)).toBe("18:02:05 UTC");
    expect(dayTime(moment)).toBe("21 Nov 18:02 UTC");
  });
});

describe("toneOf", () => {
  it.each([
    [1, "gain"],
    [-1, "loss"],
    [0, "flat"],
    [0.004, "flat"],
    [null, "flat"],
  ])("of %s is %s", (value, tone) => {
    expect(toneOf(value)).toBe(tone);
  });
});
