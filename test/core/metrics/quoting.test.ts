import { describe, expect, it } from "vitest";
import {
  DISTANCE_SLOTS,
  distanceSlot,
  fillIntensity,
  twoSidedUptime,
} from "../../../lib/core/metrics/quoting.ts";

const slots = (values: Readonly<Record<number, number>>): number[] =>
  Array.from({ length: DISTANCE_SLOTS }, (_, slot) => values[slot] ?? 0);

describe("distanceSlot", () => {
  it.each([
    { side: "buy", price: 100.1, slot: 0, when: "a bid stands through the mid" },
    { side: "buy", price: 100, slot: 1, when: "a bid stands at the mid" },
    { side: "buy", price: 99.98, slot: 4, when: "a bid stands 2 bps below" },
    { side: "buy", price: 90, slot: 7, when: "a bid stands far below" },
    { side: "sell", price: 100.1, slot: 9 + 6, when: "an offer stands 10 bps above" },
  ] as const)("is $slot when $when", ({ side, price, slot }) => {
    expect(distanceSlot(side, price * 100, 100 * 100)).toBe(slot);
  });

  it("has a slot of its own for quotes that stand without a mid", () => {
    expect([distanceSlot("buy", 1, 0), distanceSlot("sell", 1, 0)]).toEqual([8, 17]);
  });
});

describe("fillIntensity", () => {
  it("is trades per second at risk, by side and distance", () => {
    const rows = fillIntensity(slots({ 1: 2, 10: 1 }), slots({ 1: 4_000_000, 10: 10_000_000 }));
    expect(rows).toEqual([
      { side: "buy", fromBps: 0, toBps: 0.5, trades: 2, quoteSeconds: 4, perSecond: 0.5 },
      { side: "sell", fromBps: 0, toBps: 0.5, trades: 1, quoteSeconds: 10, perSecond: 0.1 },
    ]);
  });

  it("gives no rate where nothing was at risk, and leaves out quotes without a mid", () => {
    const rows = fillIntensity(slots({ 0: 1, 8: 5 }), slots({ 8: 1_000_000 }));
    expect(rows).toMatchObject([{ fromBps: null, toBps: 0, trades: 1, perSecond: null }]);
  });
});

describe("twoSidedUptime", () => {
  it("is the share of the window, and nothing for no window", () => {
    expect([twoSidedUptime(30, 120), twoSidedUptime(0, 0)]).toEqual([0.25, null]);
  });
});
