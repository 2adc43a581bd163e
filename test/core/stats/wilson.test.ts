import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wilsonInterval } from "../../../lib/core/stats/wilson.ts";
import { present } from "./present.ts";

describe("wilsonInterval", () => {
  it.each([
    { k: 3, n: 10, low: 0.10779126740630099, high: 0.6032218525388546 },
    { k: 0, n: 10, low: 0, high: 0.2775327998628892 },
    { k: 10, n: 10, low: 0.7224672001371107, high: 1 },
  ])("of $k in $n is [$low, $high]", ({ k, n, low, high }) => {
    const interval = present(wilsonInterval(k, n));
    expect(interval[0]).toBeCloseTo(low, 12);
    expect(interval[1]).toBeCloseTo(high, 12);
  });

  it("holds the share, stays in [0, 1], has a width, and mirrors when wins and losses swap", () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), (wins, losses) => {
        fc.pre(wins + losses > 0);
        const n = wins + losses;
        const [low, high] = present(wilsonInterval(wins, n));
        const [otherLow, otherHigh] = present(wilsonInterval(losses, n));
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThan(high);
        expect(wins / n).toBeGreaterThanOrEqual(low);
        expect(wins / n).toBeLessThanOrEqual(high);
        expect(1 - otherHigh).toBeCloseTo(low, 12);
        expect(1 - otherLow).toBeCloseTo(high, 12);
      }),
    );
  });

  it("is undefined without trials", () => {
    expect(wilsonInterval(0, 0)).toBeUndefined();
  });

  it("refuses more successes than trials", () => {
    expect(() => wilsonInterval(3, 2)).toThrow(RangeError);
    expect(() => wilsonInterval(-1, 2)).toThrow(RangeError);
    expect(() => wilsonInterval(0, Infinity)).toThrow(RangeError);
  });
});
