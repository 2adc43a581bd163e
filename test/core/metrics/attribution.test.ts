import { describe, expect, it } from "vitest";
import type { ExactDecimal } from "../../../lib/core/ledger/exact.ts";
import { attribution, averagePrice, pnlFigures } from "../../../lib/core/metrics/attribution.ts";

/** Ten-thousandths. */
const amount = (units: bigint): ExactDecimal => ({ units, decimals: 4 });
const WORKED = {
  spread: amount(3000n),
  inventory: amount(3000n),
  gross: amount(6000n),
  realized: amount(9000n),
  fees: amount(750n),
  funding: amount(101n),
  horizons: [{ label: "5s", adverse: amount(-1000n), unattributed: amount(0n) }],
};
const COMPLETE = { feesUnconverted: {}, hasMid: true, fundingsWithoutMark: 0 };

describe("attribution", () => {
  it("gives the worked example of a position that flips twice: net 0.5351 both ways", () => {
    expect(pnlFigures(attribution(WORKED), COMPLETE)).toMatchObject({
      spread: "0.3",
      inventory: "0.3",
      gross: "0.6",
      net: "0.5351",
      unrealized: "-0.3",
      residual: "0",
      adverseSelection: { "5s": "-0.1" },
      beyond: { "5s": "0.4" },
      status: "ok",
    });
  });

  it("computes the residual: a gross that does not add up shows", () => {
    const wrong = attribution({ ...WORKED, gross: amount(6001n) });
    expect(pnlFigures(wrong, COMPLETE).residual).toBe("0.0001");
  });
});

describe("pnlFigures", () => {
  it.each([
    { gap: { hasMid: false }, absent: ["gross", "net", "inventory", "residual"], when: "no mid" },
    { gap: { fundingsWithoutMark: 1 }, absent: ["net", "funding"], when: "funding has no mark" },
    {
      gap: { feesUnconverted: { BNB: amount(1n) } },
      absent: ["net"],
      when: "a fee has no rate",
    },
  ] as const)("is null, not 0, when $when", ({ gap, absent }) => {
    const figures = pnlFigures(attribution(WORKED), { ...COMPLETE, ...gap });
    expect(figures.status).toBe("no-reference");
    for (const name of absent) expect(figures[name]).toBeNull();
  });

  it("keeps a fee without a rate in its own currency", () => {
    const gaps = { ...COMPLETE, feesUnconverted: { BNB: amount(25n) } };
    expect(pnlFigures(attribution(WORKED), gaps).feesUnconverted).toEqual({ BNB: "0.0025" });
  });
});

describe("averagePrice", () => {
  it.each([
    { total: 2883n, quantity: 29n, expected: "99.413793103448", when: "twelve decimals are kept" },
    { total: -200n, quantity: -2n, expected: "100", when: "we are short" },
  ])("is $expected when $when", ({ total, quantity, expected }) => {
    const whole = (units: bigint) => ({ units, decimals: 0 });
    expect(averagePrice(whole(total), whole(quantity))).toBe(expected);
  });

  it("does not exist without a position", () => {
    expect(averagePrice(amount(1n), amount(0n))).toBeUndefined();
  });
});
