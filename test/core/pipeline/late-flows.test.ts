/** Flows for buckets that have closed: additive rows, each written by one event alone. */
import { describe, expect, it } from "vitest";
import { clearDirty, dirtyRows } from "../../../lib/core/pipeline/rows.ts";
import { decodeCore } from "../../../lib/core/rollup/core-text.ts";
import { type Feed, newFeed, tell } from "./feed.ts";

const TERMS = { base: "B", quote: "USD", settle: "USD", kind: "perp", contract: "linear" };
const LOTS = { multiplier: "1", tick: "0.01", lot: "0.001" };

function begin(): Feed {
  const feed = newFeed();
  tell(feed, 1, 0, { type: "instrument", ...TERMS, ...LOTS });
  tell(feed, 2, 0, { type: "reference", bid: "99.99", ask: "100.01" });
  return feed;
}

const trade = (tradeId: string) => ({
  type: "trade",
  tradeId,
  side: "buy",
  price: "100",
  quantity: "1",
  liquidity: "maker",
  fee: "0",
});
const reference = (bid: string, ask: string) => ({ type: "reference", bid, ask });

describe("an additive row", () => {
  it("keeps what an earlier reference moved when another moves the same trade after a roll", () => {
    const feed = begin();
    const stored = new Map<string, string>();
    const flush = () => {
      for (const row of dirtyRows(feed.state, 1).rollups) {
        if (row.resolution === "5s" && row.part.startsWith("core")) {
          stored.set(`${row.bucket} ${row.part}`, row.value);
        }
      }
      clearDirty(feed.state);
    };
    // The prices come late: the bucket of the trade closes twice before its pre-trade mid is known for good.
    tell(feed, 3, 4, trade("t1"));
    tell(feed, 4, 6, {
      type: "quote",
      quoteId: "q",
      action: "placed",
      side: "buy",
      price: "99",
      quantity: "1",
    });
    flush();
    tell(feed, 5, 2, reference("100.09", "100.11"));
    tell(feed, 6, 11, { type: "quote", quoteId: "q", action: "cancelled", side: "buy" });
    flush();
    tell(feed, 7, 3, reference("100.19", "100.21"));
    tell(feed, 8, 16, reference("100.19", "100.21"));
    flush();
    const parts = [...stored.values()].map((value) => decodeCore(value).part);
    const sum = (field: "spread" | "inventory" | "gross") =>
      parts.reduce((total, part) => total + part[field], 0n);
    // Bought at 100 with the mid at 100.20: 0.20, in half-ticks of a cent times lots of a thousandth.
    expect(sum("spread")).toBe(40_000n);
    expect(sum("spread") + sum("inventory")).toBe(sum("gross"));
  });

  it("is closed by the next event, so that a clock set back does not fill the state", () => {
    const feed = begin();
    tell(feed, 3, 7_200, reference("99.99", "100.01"));
    for (let sequence = 4; sequence < 500; sequence += 1) {
      tell(feed, sequence, sequence, trade(`t${sequence}`));
      dirtyRows(feed.state, 1);
      clearDirty(feed.state);
    }
    expect(feed.state.lateCores.size).toBeLessThanOrEqual(4);
    expect(feed.state.markouts.size).toBeLessThanOrEqual(80);
  });
});
