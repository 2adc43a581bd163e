/** When a markout settles, against which mid, and what is said of a trade that has none. */
import { describe, expect, it } from "vitest";
import { book, type Feed, HEARTBEAT, newFeed, START, tell, trade, tradesOf } from "./feed.ts";

interface Told {
  readonly preTradeMid: string | null;
  readonly markouts: Readonly<Record<string, { status: string; mid: string | null }>>;
}

function told(feed: Feed, tradeId = "a"): Told {
  return tradesOf(feed)[tradeId] as unknown as Told;
}

/** Status and mid at a horizon, in two words. */
function at(feed: Feed, label: string, tradeId = "a"): string {
  const markout = told(feed, tradeId).markouts[label];
  return `${markout?.status} ${markout?.mid}`;
}

describe("a markout", () => {
  it("waits while the watermark is at its horizon, and settles once when it is past", () => {
    const feed = newFeed();
    tell(feed, 1, 0, book(99, 101));
    tell(feed, 2, 10, trade("a", "buy"));
    tell(feed, 3, 11, book(100, 102));
    expect(at(feed, "1s")).toBe("pending null");
    tell(feed, 4, 11.000001, HEARTBEAT);
    expect(at(feed, "1s")).toBe("ok 101");
    expect(at(feed, "5s")).toBe("pending null");
    tell(feed, 5, 20, book(110, 112));
    expect([at(feed, "1s"), at(feed, "5s")]).toEqual(["ok 101", "ok 101"]);
  });

  it("takes the last mid at or before its horizon, of several at one instant the last", () => {
    const feed = newFeed();
    tell(feed, 1, 0, book(99, 101));
    tell(feed, 2, 0.5, trade("a", "buy"));
    tell(feed, 3, 1.5, book(103, 105));
    tell(feed, 4, 1.5, book(105, 107));
    tell(feed, 5, 1.500001, book(150, 160));
    expect(at(feed, "1s")).toBe("ok 106");
  });

  it("of 0 s is the edge: it settles when the watermark is at the trade", () => {
    const feed = newFeed();
    tell(feed, 1, 0, book(99, 101));
    tell(feed, 2, 5, trade("a", "buy"));
    expect(at(feed, "0s")).toBe("pending null");
    tell(feed, 3, 5, book(103, 105));
    expect([at(feed, "0s"), told(feed).preTradeMid]).toEqual(["ok 100", "100"]);
  });

  it("takes a newer mid before the trade that is told after it", () => {
    const feed = newFeed();
    tell(feed, 1, 0, book(99, 101));
    tell(feed, 2, 5, trade("a", "buy"));
    tell(feed, 3, 4, book(101, 103));
    tell(feed, 4, 6, book(120, 122));
    expect([told(feed).preTradeMid, at(feed, "0s")]).toEqual(["102", "ok 102"]);
    expect(feed.state.open.spread + feed.state.open.inventory).toBeGreaterThan(0n);
  });

  it.each([
    { second: 60, status: "ok", when: "the mid is 60 s old at the trade" },
    { second: 60.000001, status: "stale", when: "it is a microsecond older" },
  ])("is $status when $when", ({ second, status }) => {
    const feed = newFeed();
    tell(feed, 1, 0, book(99, 101));
    tell(feed, 2, second, trade("a", "buy"));
    tell(feed, 3, second + 0.5, book(99, 101));
    tell(feed, 4, second + 2, HEARTBEAT);
    expect([at(feed, "0s"), at(feed, "1s")]).toEqual([`${status} 100`, `${status} 100`]);
  });

  it("is stale when the mid is too old at the horizon only, and fresh while heartbeats come", () => {
    const feed = newFeed();
    tell(feed, 1, 0, book(99, 101));
    tell(feed, 2, 1, trade("a", "buy"));
    tell(feed, 3, 500, HEARTBEAT);
    expect([at(feed, "1m"), at(feed, "5m")]).toEqual(["stale 100", "stale 100"]);
    expect(at(feed, "30s")).toBe("ok 100");
    const alive = newFeed();
    tell(alive, 1, 0, book(99, 101));
    tell(alive, 2, 1, trade("a", "buy"));
    for (let beat = 1; beat <= 8; beat += 1) tell(alive, 2 + beat, beat * 50, HEARTBEAT);
    expect([at(alive, "1m"), at(alive, "5m")]).toEqual(["ok 100", "ok 100"]);
  });

  it("is missing without any mid before the trade, and the edge is 0", () => {
    const feed = newFeed();
    tell(feed, 1, 0, trade("a", "buy", { price: "90" }));
    tell(feed, 2, 1, book(99, 101));
    tell(feed, 3, 3, HEARTBEAT);
    expect([at(feed, "0s"), at(feed, "1s")]).toEqual(["missing null", "missing null"]);
    expect([feed.state.open.spread, told(feed).preTradeMid]).toEqual([0n, null]);
  });

  it("is missing at horizons that had passed when the trade was told", () => {
    const feed = newFeed();
    tell(feed, 1, 0, book(99, 101));
    tell(feed, 2, 8, book(103, 105));
    tell(feed, 3, 2, trade("a", "buy"));
    expect([at(feed, "0s"), at(feed, "1s"), at(feed, "5s")]).toEqual([
      "ok 100",
      "missing null",
      "missing null",
    ]);
    tell(feed, 4, 13, HEARTBEAT);
    expect(at(feed, "10s")).toBe("ok 104");
  });

  it("is none of a liquidation's, which is in the ledger all the same", () => {
    const feed = newFeed();
    tell(feed, 1, 0, book(99, 101));
    tell(feed, 2, 0, trade("a", "sell", { execution: "liquidation" }));
    tell(feed, 3, 400, HEARTBEAT);
    expect(feed.state.position).toBe(-1);
    for (const { parts } of feed.state.markouts.values()) {
      for (const { maker } of parts) expect([maker.pending, maker.moments.n]).toEqual([0, 0]);
    }
  });
});

describe("a reference", () => {
  it.each([
    { name: "locked", bid: "100", ask: "100" },
    { name: "crossed", bid: "100", ask: "99.95" },
    { name: "one-sided", bid: "0", ask: "101" },
  ])("that is $name is applied and counted, and moves neither mid, mark nor watermark", (row) => {
    const feed = newFeed();
    tell(feed, 1, 0, { ...book(99, 101), mark: "100" });
    expect(tell(feed, 2, 1, { ...book(row.bid, row.ask), mark: "500" })).toBe("applied");
    expect(feed.state.counters).toMatchObject({ applied: 2, invalidReferences: 1 });
    const { mid, mark, scale, watermark } = feed.state;
    expect([mid, mark].map((half) => half / 10 ** scale.priceDecimals)).toEqual([200, 200]);
    expect(watermark).toBe(START);
  });

  it("older than the watermark is late and not used; one of the same instant is used", () => {
    const feed = newFeed();
    tell(feed, 1, 5, HEARTBEAT);
    expect(tell(feed, 2, 4.999999, book(99, 101))).toBe("applied");
    expect([feed.state.mid, feed.state.counters.late]).toEqual([0, 1]);
    tell(feed, 3, 5, book(99, 101));
    tell(feed, 4, 5, book(101, 103));
    expect([feed.state.mid, feed.state.counters.late]).toEqual([204, 1]);
    expect(tell(feed, 5, 4, HEARTBEAT)).toBe("applied");
    expect(feed.state.counters.late).toBe(2);
  });
});

describe("funding", () => {
  const funding = { type: "funding", rate: "0.0001", intervalMinutes: 60 };
  const held = (...seconds: readonly number[]) => {
    const feed = newFeed();
    tell(feed, 1, 0, book(999, 1001));
    for (const [index, second] of seconds.entries()) {
      tell(feed, index + 2, second, trade(`t${index}`, "buy"));
    }
    return feed;
  };

  it("is of the position of trades before it; one at its very time comes after it", () => {
    const feed = held(1, 2);
    tell(feed, 4, 2, funding);
    expect(feed.state.funding).toBe(-(10n ** 11n));
  });

  it.each([
    { when: "the venue tells a payment", fields: { payment: "-7.5", mark: "1" }, cash: -7.5 },
    { when: "it tells a mark", fields: { mark: "2000" }, cash: -0.2 },
    { when: "only the mid is known", fields: {}, cash: -0.1 },
  ])("is $cash when $when", ({ fields, cash }) => {
    const feed = held(1);
    tell(feed, 3, 5, { ...funding, ...fields });
    expect(Number(feed.state.funding) / 1e12).toBeCloseTo(cash, 12);
  });

  it("takes the feed's last mark before its mid", () => {
    const feed = held(1);
    tell(feed, 3, 2, { ...book(999, 1001), mark: "3000" });
    tell(feed, 4, 3, book(1999, 2001));
    tell(feed, 5, 4, funding);
    expect(Number(feed.state.funding) / 1e12).toBeCloseTo(-0.3, 12);
  });

  it("is 0 of nothing, and not 0 but unknown without any price", () => {
    const flat = newFeed();
    tell(flat, 1, 0, funding);
    expect([flat.state.funding, flat.state.open.fundingsWithoutMark]).toEqual([0n, 0]);
    const unpriced = newFeed();
    tell(unpriced, 1, 0, trade("a", "buy"));
    tell(unpriced, 2, 1, funding);
    expect([unpriced.state.funding, unpriced.state.open.fundingsWithoutMark]).toEqual([0n, 1]);
  });
});
