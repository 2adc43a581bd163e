import { describe, expect, it } from "vitest";
import { parseDecimal } from "../../../lib/core/events/decimal.ts";
import type { Decimal } from "../../../lib/core/events/event.ts";
import { formatExact } from "../../../lib/core/ledger/exact.ts";
import { fundingCash } from "../../../lib/core/ledger/funding.ts";
import { cashToExact, makeScale, type Scale } from "../../../lib/core/ledger/scale.ts";

function decimal(text: string): Decimal {
  const parsed = parseDecimal(text);
  if (typeof parsed === "string") throw new Error(`no decimal: ${text}`);
  return parsed;
}

const linear = makeScale(2, 1, { inverse: false, multiplier: decimal("1") });
const inverse = makeScale(0, 0, { inverse: true, multiplier: decimal("100") });

function cash(
  scale: Scale,
  { lots, halfTicks }: { lots: number; halfTicks: number },
  rate: string,
) {
  return formatExact(cashToExact(fundingCash(scale, lots, halfTicks, decimal(rate))));
}

describe("fundingCash", () => {
  it.each([
    { when: "longs pay a positive rate", lots: 10, mark: 1000, rate: "0.001", expected: "-1" },
    { when: "shorts receive it", lots: -10, mark: 1000, rate: "0.001", expected: "1" },
    { when: "longs receive a negative rate", lots: 10, mark: 1000, rate: "-0.001", expected: "1" },
    { when: "1.5 at 60,000 and 0.01 %", lots: 15, mark: 60_000, rate: "0.0001", expected: "-9" },
    { when: "short 30 at 2.77", lots: -300, mark: 2.77, rate: "-0.000008", expected: "-0.0006648" },
    { when: "short 30 at 2.82", lots: -300, mark: 2.82, rate: "0.000097", expected: "0.0082062" },
    { when: "nothing is held", lots: 0, mark: 1000, rate: "0.001", expected: "0" },
    { when: "the rate is 0", lots: 10, mark: 1000, rate: "0", expected: "0" },
  ])("is $expected when $when", ({ lots, mark, rate, expected }) => {
    expect(cash(linear, { lots, halfTicks: Math.round(mark * 200) }, rate)).toBe(expected);
  });

  it("of an inverse contract is in coin: −Q · v / mark · rate", () => {
    // 500 contracts of 100 USD at 50,000 are 1 BTC.
    expect(cash(inverse, { lots: 500, halfTicks: 100_000 }, "0.0001")).toBe("-0.0001");
    expect(cash(inverse, { lots: -500, halfTicks: 100_000 }, "0.0001")).toBe("0.0001");
  });

  it("is rounded half to even at 12 decimals", () => {
    const tiny = makeScale(0, 0, { inverse: false, multiplier: decimal("1") });
    expect(cash(tiny, { lots: -1, halfTicks: 2 }, "0.0000000000005")).toBe("0");
    expect(cash(tiny, { lots: -3, halfTicks: 2 }, "0.0000000000005")).toBe("0.000000000002");
  });
});
