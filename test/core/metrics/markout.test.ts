import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { feeBps, impactBps, markoutBps } from "../../../lib/core/metrics/markout.ts";

const side = fc.constantFrom("buy" as const, "sell" as const);
const halfTicks = fc.integer({ min: 10_000, max: 20_000_000 });
const near = (price: number) => fc.integer({ min: -500, max: 500 }).map((d) => price + d);
const trade = halfTicks.chain((preTradeMid) =>
  fc.record({ side, price: near(preTradeMid), preTradeMid: fc.constant(preTradeMid) }),
);

describe("markoutBps", () => {
  it.each([
    { side: "buy", mid: 101, expected: 100, when: "we bought and the mid rose" },
    { side: "buy", mid: 99, expected: -100, when: "we bought and the mid fell" },
    { side: "sell", mid: 99, expected: 100, when: "we sold and the mid fell" },
    { side: "sell", mid: 101, expected: -100, when: "we sold and the mid rose" },
    { side: "sell", mid: 100, expected: 0, when: "the mid did not move" },
  ] as const)("is $expected bps when $when", ({ side: ours, mid, expected }) => {
    const bps = markoutBps({ side: ours, price: 100, preTradeMid: 100 }, mid);
    expect(bps).toBeCloseTo(expected, 12);
  });

  // Maker buy of 2 at 99.98, mid 100, 99.99 after 5 s, rebate half a basis point of the notional.
  it("is 2 bps of edge less 1 of impact, and 1.4999 after the rebate, in the worked example", () => {
    const worked = { side: "buy", price: 99.98, preTradeMid: 100 } as const;
    const fee = -0.5e-4 * 2 * 99.98;
    expect(markoutBps(worked, 100)).toBeCloseTo(2, 9);
    expect(impactBps(worked, 99.99)).toBeCloseTo(-1, 9);
    expect(markoutBps(worked, 99.99)).toBeCloseTo(1, 9);
    expect((markoutBps(worked, 99.99) ?? 0) - (feeBps(fee, 2 * 100) ?? 0)).toBeCloseTo(1.4999, 9);
  });

  it("is edge plus impact, whatever the prices", () => {
    fc.assert(
      fc.property(trade, halfTicks, (one, mid) => {
        const edge = markoutBps(one, one.preTradeMid) ?? Number.NaN;
        const whole = markoutBps(one, mid) ?? Number.NaN;
        const impact = impactBps(one, mid) ?? Number.NaN;
        expect(Math.abs(edge + impact - whole)).toBeLessThanOrEqual(1e-9 * Math.abs(whole) + 1e-9);
      }),
    );
  });

  it("is the opposite for who stood on the other side", () => {
    fc.assert(
      fc.property(trade, halfTicks, (one, mid) => {
        const other = { ...one, side: one.side === "buy" ? ("sell" as const) : ("buy" as const) };
        expect((markoutBps(one, mid) ?? 0) + (markoutBps(other, mid) ?? 0)).toBe(0);
      }),
    );
  });

  it("is the same when every price is a thousand times as high", () => {
    fc.assert(
      fc.property(trade, halfTicks, (one, mid) => {
        const scaled = { ...one, price: one.price * 1000, preTradeMid: one.preTradeMid * 1000 };
        expect(markoutBps(scaled, mid * 1000)).toBeCloseTo(markoutBps(one, mid) ?? 0, 6);
      }),
    );
  });

  it.each([
    { preTradeMid: 0, mid: 100 },
    { preTradeMid: 100, mid: 0 },
    { preTradeMid: -1, mid: 100 },
    { preTradeMid: Number.NaN, mid: 100 },
  ])("is undefined for a mid of $mid after one of $preTradeMid", ({ preTradeMid, mid }) => {
    expect(markoutBps({ side: "buy", price: 100, preTradeMid }, mid)).toBeUndefined();
    expect(impactBps({ side: "buy", price: 100, preTradeMid }, mid)).toBeUndefined();
  });
});

describe("feeBps", () => {
  it("is positive when we pay, and undefined of nothing", () => {
    expect(feeBps(0.02, 200)).toBeCloseTo(1, 12);
    expect(feeBps(-0.02, 200)).toBeCloseTo(-1, 12);
    expect(feeBps(0.02, 0)).toBeUndefined();
  });
});
