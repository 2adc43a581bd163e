import { describe, expect, it } from "vitest";
import {
  DISTANCE_SLOTS,
  distanceSlot,
  fillIntensity,
  twoSidedUptime,
} from "../../../lib/core/metrics/quoting.ts";

describe("distanceSlot", () => {
  it.each([
    { bps: -1, range: [null, 0] },
    { bps: 0, range: [0, 0.5] },
    { bps: 0.4, range: [0, 0.5] },
    { bps: 0.5, range: [0.5, 1] },
    { bps: 1.9, range: [1, 2] },
    { bps: 5, range: [5, 10] },
    { bps: 19.9, range: [10, 20] },
    { bps: 20, range: [20, null] },
    { bps: 500, range: [20, null] },
  ])("puts a quote $bps bps from the mid into $range, on either side", ({ bps, range }) => {
    for (const side of ["buy", "sell"] as const) {
      // In units of a tenth of a basis point of the mid: exact.
      const mid = 100_000;
      const price = side === "buy" ? mid - bps * 10 : mid + bps * 10;
      const slot = distanceSlot(side, price, mid);
      const fills = Array.from({ length: DISTANCE_SLOTS }, (_, i) => (i === slot ? 1 : 0));
      const [found] = fillIntensity(fills, []);
      expect([found?.fromBps, found?.toBps]).toEqual(range);
      expect(found).toMatchObject({ side, trades: 1, quoteSeconds: 0, perSecond: null });
    }
  });

  it("keeps quotes that stood without a mid out of every distance", () => {
    const risk = new Array<number>(DISTANCE_SLOTS).fill(0);
    risk[distanceSlot("buy", 100, 0)] = 5_000_000;
    risk[distanceSlot("sell", 100, 0)] = 5_000_000;
    expect(fillIntensity([], risk)).toEqual([]);
  });
});

describe("fillIntensity", () => {
  it("is trades per second that quotes stood there, buys and sells apart", () => {
    const [fills, risk] = [0, 0].map(() => new Array<number>(DISTANCE_SLOTS).fill(0));
    const slot = distanceSlot("sell", 100_015, 100_000);
    if (fills === undefined || risk === undefined) throw new Error("two lists were made");
    fills[slot] = 3;
    risk[slot] = 12_000_000;
    const [only, ...others] = fillIntensity(fills, risk);
    expect(others).toEqual([]);
    expect(only).toEqual({
      ...{ side: "sell", fromBps: 1, toBps: 2 },
      ...{ trades: 3, quoteSeconds: 12, perSecond: 0.25 },
    });
  });
});

describe("twoSidedUptime", () => {
  it("is a share of the window, and null of none", () => {
    expect(twoSidedUptime(15, 60)).toBe(0.25);
    expect(twoSidedUptime(0, 0)).toBeNull();
  });
});
