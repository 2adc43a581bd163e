import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inventoryFigures, timeAverage } from "../../../lib/core/metrics/inventory.ts";
import { figuresFrom } from "../../fold.ts";

const START = 1_758_300_000_000_000;

describe("inventoryFigures", () => {
  it("is the time-weighted average and the most ever held", () => {
    const area = { units: 69_000_000n, decimals: 0 };
    expect(inventoryFigures(area, { units: 2n, decimals: 0 }, 60_000_000)).toEqual({
      averageAbsolute: "1.15",
      maximumAbsolute: "2",
    });
  });

  it("rounds the average to 12 decimals, ties to even", () => {
    expect(timeAverage({ units: 1n, decimals: 0 }, 3)).toBe("0.333333333333");
    expect(timeAverage({ units: 5n, decimals: 13 }, 1)).toBe("0");
    expect(timeAverage({ units: 15n, decimals: 13 }, 1)).toBe("0.000000000002");
  });

  it("is 0 in an empty window", () => {
    expect(timeAverage({ units: 5n, decimals: 0 }, 0)).toBe("0");
  });
});

describe("the inventory of a window", () => {
  const at = (second: number, sequence: number, event: object) => ({
    ...{ instrument: "X", time: START + second * 1_000_000, sequence },
    ...event,
  });
  const trade = (side: string, quantity: string) => ({
    ...{ type: "trade", tradeId: `${side}${quantity}`, side, quantity, price: "100" },
    ...{ liquidity: "maker", fee: "0" },
  });

  it("weighs by time, counts shorts as long, and a trade told late from its own time", async () => {
    const lines = [
      at(0, 1, { type: "reference", bid: "99", ask: "101" }),
      at(10, 2, trade("buy", "2")),
      at(30, 3, trade("sell", "5")),
      at(35, 4, { type: "heartbeat" }),
      at(20, 5, trade("buy", "1")),
      at(40, 6, { type: "heartbeat" }),
    ];
    const { inventory } = await figuresFrom(lines);
    // 0 for 10 s, 2 for 10 s, 3 for 10 s, 2 short for 10 s, and the last microsecond.
    expect(Number(inventory.averageAbsolute)).toBeCloseTo(70 / 40, 6);
    expect(inventory.maximumAbsolute).toBe("3");
  });

  it("begins with what was held before it", async () => {
    const lines = [
      at(0, 1, trade("buy", "2")),
      at(20, 2, trade("sell", "1")),
      at(30, 3, { type: "heartbeat" }),
    ];
    const span = { kind: "range", from: START + 10_000_000, to: START + 30_000_000 } as const;
    const { inventory } = await figuresFrom(lines, { span });
    expect(inventory).toEqual({ averageAbsolute: "1.5", maximumAbsolute: "2" });
  });
});

interface ToldTrade {
  readonly time: number;
  readonly lots: number;
}

/** The most ever held of these, by their own times. */
function mostHeld(trades: readonly ToldTrade[]): number {
  let [held, most] = [0, 0];
  for (const { lots } of trades.toSorted((a, b) => a.time - b.time)) {
    held += lots;
    most = Math.max(most, Math.abs(held));
  }
  return most;
}

describe("the most held, when trades are told late", () => {
  const told = fc.array(
    fc.record({
      gap: fc.integer({ min: 0, max: 20 }),
      lots: fc.integer({ min: -9, max: 9 }).filter((lots) => lots !== 0),
      lateBy: fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 0, max: 60 })),
    }),
    { minLength: 1, maxLength: 20 },
  );

  it("is never below what was held, nor above what was held by all that was told at some time", async () => {
    await fc.assert(
      fc.asyncProperty(told, async (draws) => {
        let clock = 100;
        const trades = draws.map(({ gap, lots, lateBy }): ToldTrade => {
          clock += gap;
          return { time: START + (clock - lateBy) * 1_000_000, lots };
        });
        const reference = { type: "reference", instrument: "X", time: START, sequence: 1 };
        const lines = trades.map(({ time, lots }, index) => ({
          ...{ type: "trade", instrument: "X", time, sequence: index + 2, tradeId: `T${index}` },
          ...{ side: lots > 0 ? "buy" : "sell", quantity: String(Math.abs(lots)), price: "100" },
          ...{ liquidity: "maker", fee: "0" },
        }));
        const { inventory } = await figuresFrom([
          { ...reference, bid: "99", ask: "101" },
          ...lines,
        ]);
        const most = Number(inventory.maximumAbsolute);
        const shown = trades.map((_, index) => mostHeld(trades.slice(0, index + 1)));
        expect(most).toBeGreaterThanOrEqual(mostHeld(trades));
        expect(most).toBeLessThanOrEqual(Math.max(...shown));
      }),
      { numRuns: 200 },
    );
  });

  it("counts what a late trade raises between two trades of one instant", async () => {
    const tell = (second: number, sequence: number, side: string) => ({
      ...{ type: "trade", instrument: "X", time: START + second * 1_000_000, sequence },
      ...{ tradeId: `T${sequence}`, side, quantity: "1", price: "100" },
      ...{ liquidity: "maker", fee: "0" },
    });
    const { inventory } = await figuresFrom([
      tell(1, 1, "buy"),
      tell(1, 2, "sell"),
      tell(0, 3, "buy"),
    ]);
    expect(inventory.maximumAbsolute).toBe("2");
  });

  it("is kept where a trade of before disproves it", async () => {
    const tell = (second: number, sequence: number, side: string, quantity: string) => ({
      ...{ type: "trade", instrument: "X", time: START + second * 1_000_000, sequence },
      ...{ tradeId: `T${sequence}`, side, quantity, price: "100", liquidity: "maker", fee: "0" },
    });
    const lines = [tell(0, 1, "buy", "1"), tell(60, 2, "buy", "4"), tell(30, 3, "sell", "3")];
    const { inventory } = await figuresFrom(lines);
    expect(inventory.maximumAbsolute).toBe("5");
  });
});
