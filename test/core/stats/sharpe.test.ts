import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { momentsOf } from "../../../lib/core/stats/moments.ts";
import { sharpeRatio } from "../../../lib/core/stats/sharpe.ts";
import { present } from "./present.ts";

describe("sharpeRatio", () => {
  it("of daily PnL [100, −50, 150, 0, 50] is 0.632456 a day and 12.0830 a year", () => {
    const moments = momentsOf([100, -50, 150, 0, 50]);
    expect(sharpeRatio(moments, 1)).toBeCloseTo(50 / Math.sqrt(6250), 12);
    expect(sharpeRatio(moments)).toBeCloseTo(12.083045973594569, 12);
  });

  it.each([
    { values: [0.01, -0.02, 0.015, -0.005, 0.025], expected: 4.48998886412873 },
    { values: [0.01, 0.02, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01], expected: 52.9150262212918 },
  ])("of $values is $expected over 252 days", ({ values, expected }) => {
    expect(sharpeRatio(momentsOf(values), 252)).toBeCloseTo(expected, 8);
  });

  it("falls when days without activity are counted, as they are", () => {
    const active = [0.01, -0.004, 0.008, 0.002];
    const withIdle = [0.01, 0, -0.004, 0, 0.008, 0, 0.002, 0];
    expect(sharpeRatio(momentsOf(withIdle))).toBeLessThan(present(sharpeRatio(momentsOf(active))));
  });

  it("on PnL equals that on returns of constant capital", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 2, maxLength: 90 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        (pnl, capital) => {
          const onPnl = sharpeRatio(momentsOf(pnl));
          const onReturns = sharpeRatio(momentsOf(pnl.map((x) => x / capital)));
          if (onPnl === undefined) expect(onReturns).toBeUndefined();
          else expect(onReturns).toBeCloseTo(onPnl, 8);
        },
      ),
    );
  });

  it.each([
    { values: [], when: "there are no days" },
    { values: [5], when: "there is one day" },
    { values: [0, 0, 0], when: "nothing ever happened" },
    { values: new Array(10).fill(0.01), when: "all days are equal up to rounding" },
  ])("is undefined when $when", ({ values }) => {
    expect(sharpeRatio(momentsOf(values))).toBeUndefined();
  });
});
