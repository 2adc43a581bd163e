import { describe, expect, it } from "vitest";
import { drawdownFigures } from "../../../lib/core/metrics/drawdown.ts";
import { figuresFrom, type Line } from "../../fold.ts";

const START = 1_758_300_000_000_000;

describe("drawdownFigures", () => {
  it("has the window's start for a peak that no event made", () => {
    const amount = { units: 15n, decimals: 1 };
    const path = {
      amount,
      peakTime: null,
      troughTime: 7,
      recoveredTime: null,
      resolution: "event",
    };
    expect(drawdownFigures(path, 5)).toEqual({
      amount: "1.5",
      peakTime: 5,
      troughTime: 7,
      recoveredTime: null,
      resolution: "event",
    });
  });

  it("has no times where nothing fell", () => {
    const amount = { units: 0n, decimals: 3 };
    const path = { amount, peakTime: 3, troughTime: 4, recoveredTime: 5, resolution: "1m" };
    expect(drawdownFigures(path, 1)).toMatchObject({
      amount: "0",
      peakTime: null,
      troughTime: null,
    });
  });
});

/** Net PnL through these levels: one long, and the mid moves. */
function walk(levels: readonly number[], stepUs: number): Line[] {
  const trade = { type: "trade", tradeId: "t", side: "buy", price: "20000", quantity: "1" };
  const events = [
    { type: "reference", time: START, bid: "19999", ask: "20001" },
    { ...trade, time: START, liquidity: "maker", fee: "0" },
    ...levels.map((level, index) => ({
      type: "reference",
      time: START + (index + 1) * stepUs,
      bid: String(19_999 + level),
      ask: String(20_001 + level),
    })),
  ];
  return events.map((event, index) => ({ ...event, instrument: "X", sequence: index + 1 }));
}

describe("the drawdown of a window", () => {
  const MINUTE = 60_000_000;

  it.each([
    { when: "it only rises", levels: [1, 2, 3], amount: "0", times: [null, null, null] },
    { when: "it only falls", levels: [-1, -2], amount: "2", times: [0, 2, null] },
    { when: "the second fall is deeper", levels: [5, 3, 9, 2, 9], amount: "7", times: [3, 4, 5] },
    { when: "a peak is reached twice", levels: [5, 5, 1, 5], amount: "4", times: [1, 3, 4] },
    { when: "it never comes back", levels: [9, 0, 8], amount: "9", times: [1, 2, null] },
    // 1000, 1000, 500, 1000, 11000, 10000: 1000 at the end, though 500 was half of everything.
    {
      when: "money decides",
      levels: [0, -500, 0, 10_000, 9000],
      amount: "1000",
      times: [4, 5, null],
    },
  ])("is $amount when $when", async ({ levels, amount, times }) => {
    for (const step of [1_000, 1_000_000, MINUTE]) {
      const { drawdown } = await figuresFrom(walk(levels, step));
      expect(drawdown.amount).toBe(amount);
      const told = [drawdown.peakTime, drawdown.troughTime, drawdown.recoveredTime];
      expect(told).toEqual(times.map((at) => (at === null ? null : START + at * step)));
    }
  });
});
