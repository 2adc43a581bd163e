import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { feeBps, impactBps, markoutBps } from "../../../lib/core/metrics/markout.ts";

describe("markoutBps", () => {
  it.each([
    { side: "buy", price: 100, mid: 101, expected: 100, when: "we bought and the mid rose" },
    { side: "buy", price: 100, mid: 99, expected: -100, when: "we bought and the mid fell" },
    { side: "sell", price: 100, mid: 99, expected: 100, when: "we sold and the mid fell" },
    { side: "sell", price: 100, mid: 100, expected: 0, when: "the mid did not move" },
  ] as const)("is $expected bps when $when", ({ side, price, mid, expected }) => {
    expect(markoutBps({ side, price, preTradeMid: 100 }, mid)).toBeCloseTo(expected, 9);
  });

  it("gives the worked example: edge 2, impact −1, markout 1, net 1.4999 bps", () => {
    const trade = { side: "buy", price: 99.98, preTradeMid: 100 } as const;
    expect(markoutBps(trade, 100)).toBeCloseTo(2, 9);
    expect(impactBps(trade, 99.99)).toBeCloseTo(-1, 9);
    const gross = markoutBps(trade, 99.99) ?? Number.NaN;
    expect(gross).toBeCloseTo(1, 9);
    expect(gross - (feeBps(-0.009998, 2 * 100) ?? Number.NaN)).toBeCloseTo(1.4999, 9);
  });

  it.each([0, -1])("has no value without a mid before the trade, or after it (%d)", (mid) => {
    expect(markoutBps({ side: "buy", price: 1, preTradeMid: mid }, 1)).toBeUndefined();
    expect(markoutBps({ side: "buy", price: 1, preTradeMid: 1 }, mid)).toBeUndefined();
    expect(feeBps(1, mid)).toBeUndefined();
  });

  const price = fc.integer({ min: 1, max: 1_000_000 });

  it("is edge plus impact", () => {
    fc.assert(
      fc.property(price, price, price, fc.constantFrom("buy", "sell"), (p, m0, mh, side) => {
        const trade = { side, price: p, preTradeMid: m0 } as const;
        const [edge, impact, whole] = [
          markoutBps(trade, m0),
          impactBps(trade, mh),
          markoutBps(trade, mh),
        ];
        const scale = Math.max(1, Math.abs(edge ?? 0), Math.abs(impact ?? 0));
        expect(Math.abs((edge ?? 0) + (impact ?? 0) - (whole ?? 0)) / scale).toBeLessThan(1e-12);
      }),
    );
  });

  it("mirrors: buyer and seller of one trade get opposite markouts", () => {
    fc.assert(
      fc.property(price, price, price, (p, m0, mh) => {
        const bought = markoutBps({ side: "buy", price: p, preTradeMid: m0 }, mh);
        const sold = markoutBps({ side: "sell", price: p, preTradeMid: m0 }, mh);
        expect((bought ?? 1) + (sold ?? 1)).toBe(0);
      }),
    );
  });

  it("does not depend on the unit of the prices", () => {
    fc.assert(
      fc.property(price, price, price, (p, m0, mh) => {
        const one = markoutBps({ side: "buy", price: p, preTradeMid: m0 }, mh) ?? 0;
        const two = markoutBps({ side: "buy", price: p * 8, preTradeMid: m0 * 8 }, mh * 8) ?? 0;
        expect(two).toBe(one);
      }),
    );
  });
});
