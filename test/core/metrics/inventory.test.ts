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
