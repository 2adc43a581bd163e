import { describe, expect, it } from "vitest";
import { hitRateFigures, type QuoteOutcomes } from "../../../lib/core/metrics/hit-rate.ts";
import { figuresFrom, type Line } from "../../fold.ts";

const NONE: QuoteOutcomes = {
  closed: 0,
  filled: 0,
  full: 0,
  cancelledUnfilled: 0,
  rejected: 0,
  open: 0,
  quotedQuantity: 0,
  filledQuantity: 0,
};
const START = 1_758_300_000_000_000;

describe("hitRateFigures", () => {
  // 10 quotes of 1: 2 filled, 1 filled to 0.4 and cancelled, 5 cancelled, 2 still open.
  it("is 37.5 % in the worked example, 30 % by quantity", () => {
    const worked = { ...NONE, closed: 8, filled: 3, full: 2, cancelledUnfilled: 5, open: 2 };
    const figures = hitRateFigures({ ...worked, quotedQuantity: 8, filledQuantity: 2.4 });
    expect(figures).toMatchObject({ value: 0.375, n: 8, status: "ok", closed: 8, open: 2 });
    expect(figures.byQuantity).toBeCloseTo(0.3, 12);
    expect([figures.fullFill, figures.cancelledUnfilled]).toEqual([0.25, 0.625]);
  });

  it.each([
    { filled: 3, closed: 10, low: 0.1078, high: 0.6032 },
    { filled: 0, closed: 10, low: 0, high: 0.2775 },
    { filled: 10, closed: 10, low: 0.7225, high: 1 },
  ])("lies between $low and $high with $filled of $closed", ({ filled, closed, low, high }) => {
    const [from = 0, to = 0] = hitRateFigures({ ...NONE, filled, closed }).interval ?? [];
    expect(from).toBeCloseTo(low, 4);
    expect(to).toBeCloseTo(high, 4);
  });

  it("is null, not 0, when nothing has closed", () => {
    const figures = hitRateFigures({ ...NONE, open: 3, rejected: 1 });
    expect(figures).toMatchObject({ value: null, interval: null, status: "empty", rejected: 1 });
    expect([figures.byQuantity, figures.fullFill]).toEqual([null, null]);
  });

  it("never passes 1, however much an overfill brought", () => {
    const over = { ...NONE, closed: 1, filled: 1, full: 1, quotedQuantity: 1, filledQuantity: 1.5 };
    expect(hitRateFigures(over).byQuantity).toBe(1);
  });
});

/** Events of one instrument, a second apart. */
function told(...events: readonly Readonly<Record<string, unknown>>[]): Line[] {
  return events.map((event, index) => {
    return { instrument: "X", time: START + index * 1_000_000, sequence: index + 1, ...event };
  });
}

const quote = (action: string, quantity?: string, price = "100") => ({
  type: "quote",
  quoteId: "q",
  side: "buy",
  action,
  ...(quantity === undefined ? {} : { price, quantity }),
});
const fill = (tradeId: string, quantity: string, time = 0) => ({
  ...{ type: "trade", tradeId, quoteId: "q", side: "buy", price: "100", quantity },
  ...{ liquidity: "maker", fee: "0", ...(time === 0 ? {} : { time: START + time * 1_000_000 }) },
});

describe("the hit rate of a quote's life", () => {
  it.each([
    {
      when: "a fill races the cancel",
      events: [quote("placed", "1"), quote("cancelled"), fill("a", "0.4")],
      chain: [1, 1, 0.4],
      version: [1, 1, 0.4],
    },
    {
      when: "the fill comes more than 60 s after the end",
      events: [quote("placed", "1"), quote("cancelled"), fill("a", "0.4", 62)],
      chain: [1, 0, 0],
      version: [1, 0, 0],
    },
    {
      when: "the fill comes 60 s after the end",
      events: [quote("placed", "1"), quote("cancelled"), fill("a", "0.4", 61)],
      chain: [1, 1, 0.4],
      version: [1, 1, 0.4],
    },
    {
      when: "a new price starts a version",
      events: [
        quote("placed", "1"),
        fill("a", "0.5"),
        quote("replaced", "1", "101"),
        quote("cancelled"),
      ],
      chain: [1, 1, 0.5],
      version: [2, 1, 1 / 3],
    },
    {
      when: "less quantity at the same price is the same version",
      events: [quote("placed", "2"), quote("replaced", "1"), quote("expired")],
      chain: [1, 0, 0],
      version: [1, 0, 0],
    },
    {
      when: "it is amended after it was filled",
      events: [
        quote("placed", "1"),
        fill("a", "1"),
        quote("replaced", "3"),
        fill("b", "1"),
        quote("cancelled"),
      ],
      chain: [1, 1, 2 / 3],
      version: [2, 2, 2 / 3],
    },
    {
      when: "an amendment leaves nothing to fill",
      events: [quote("placed", "2"), fill("a", "1"), quote("replaced", "1", "101")],
      chain: [1, 1, 1],
      version: [1, 1, 0.5],
    },
    {
      when: "a cancel is rejected and the quote lives on",
      events: [quote("placed", "1"), quote("rejected"), fill("a", "1")],
      chain: [1, 1, 1],
      version: [1, 1, 1],
    },
    {
      when: "the id is used again after the end",
      events: [quote("placed", "1"), quote("cancelled"), quote("placed", "1"), fill("a", "1")],
      chain: [2, 1, 0.5],
      version: [2, 1, 0.5],
    },
    {
      when: "it is overfilled",
      events: [quote("placed", "1"), fill("a", "1.5")],
      chain: [1, 1, 1],
      version: [1, 1, 1],
    },
  ])("counts [closed, filled, by quantity] $chain, versions $version when $when", async (row) => {
    const { hitRate } = await figuresFrom(told(...row.events));
    const counted = [hitRate, hitRate.byVersion].map((h) => [h.closed, h.filled, h.byQuantity]);
    expect(counted.map((each) => each.slice(0, 2))).toEqual(
      [row.chain, row.version].map((each) => each.slice(0, 2)),
    );
    expect(counted[0]?.[2]).toBeCloseTo(row.chain[2] ?? 0, 12);
    expect(counted[1]?.[2]).toBeCloseTo(row.version[2] ?? 0, 12);
    expect(hitRate.rejected).toBe(0);
  });

  it("counts a rejected quote outside every ratio", async () => {
    const { hitRate } = await figuresFrom(told(quote("rejected", "1")));
    expect(hitRate).toMatchObject({ closed: 0, rejected: 1, open: 0, value: null });
  });

  it("knows nothing of a fill whose quote was never told", async () => {
    const { hitRate, trades } = await figuresFrom(told(fill("a", "1")));
    expect([hitRate.closed, trades.count]).toEqual([0, 1]);
  });
});
