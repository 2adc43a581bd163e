/**
 * Goal: a quote in a recorded market is filled when a real one would have been, never sooner.
 * Method: a market that stands still, and prints placed around the quotes that the maker puts up in it.
 */
import { describe, expect, it } from "vitest";
import { quoteInto } from "../../../lib/core/simulator/recorded-maker.ts";
import {
  type BookTop,
  type MarketPrint,
  type RecordedMarket,
  recordMarket,
} from "../../../lib/core/simulator/recorded-market.ts";
import { type EventOf, hash, ofType, parsed, value } from "./run.ts";

const SECOND = 1_000_000;
const BID = 1_000;
const ASK = 1_010;
const SHOWN = 50;

const { contract, counts } = recordMarket(
  { name: "X", base: "X", quote: "USD", kind: "perp" },
  [{ time: "0", received: "", bid: "10.00", bidQuantity: "1", ask: "10.11", askQuantity: "1" }],
  [{ time: "1", received: "", price: "10", quantity: "1", side: "B", id: "" }],
);

function still(seconds: number): BookTop[] {
  return Array.from({ length: seconds }, (_, i) => ({
    time: (i + 1) * SECOND,
    bid: BID,
    ask: ASK,
    bidLots: SHOWN,
    askLots: SHOWN,
  }));
}

function market(books: readonly BookTop[], prints: readonly MarketPrint[]): RecordedMarket {
  return { contract, books, prints, counts };
}

function sale(second: number, price: number, lots: number): MarketPrint {
  return { time: (second + 0.5) * SECOND, price, lots, aggressor: -1 };
}

/** The quotes and trades of a run, and its buy quote as it stands at a given second. */
function run(books: readonly BookTop[], prints: readonly MarketPrint[]) {
  const events = parsed(quoteInto(market(books, prints), 5));
  return { events, trades: ofType(events, "trade"), quotes: ofType(events, "quote") };
}

/** Prints that fill nothing, for a market needs some; ours is the third of ten seconds. */
const harmless: MarketPrint = { time: SECOND / 2, price: ASK, lots: 10, aggressor: 1 };

function buyQuote(quotes: readonly EventOf<"quote">[], second: number) {
  const live = quotes.filter(({ side, time }) => side === "buy" && time <= second * SECOND);
  const last = live.at(-1);
  if (last?.price === undefined || last.quantity === undefined) throw new Error("no buy quote");
  return { price: value(last.price) * 100, lots: value(last.quantity) };
}

describe("quoteInto", () => {
  const before = run(still(4), [harmless]);
  const quote = buyQuote(before.quotes, 3);

  it("stands at the touch or behind it, on both sides", () => {
    expect(quote.price).toBeLessThanOrEqual(BID);
    expect(quote.price).toBeGreaterThan(BID - 5);
    expect(new Set(before.quotes.map(({ side }) => side)).size).toBe(2);
    expect(before.trades).toEqual([]);
  });

  it("is filled completely by a print through its price, at its price", () => {
    const { trades } = run(still(4), [harmless, sale(3, quote.price - 1, 1)]);
    expect(trades.length).toBe(1);
    expect(trades[0]).toMatchObject({ side: "buy", liquidity: "maker", time: 3.5 * SECOND });
    expect(value(trades[0]?.price ?? { mantissa: 0, decimals: 0 }) * 100).toBe(quote.price);
    expect(value(trades[0]?.quantity ?? { mantissa: 0, decimals: 0 })).toBe(quote.lots);
  });

  it("waits at its price until the queue before it is through, then is filled in part", () => {
    const short = run(still(4), [harmless, sale(3, quote.price, SHOWN)]);
    expect(short.trades).toEqual([]);
    const over = run(still(4), [harmless, sale(3, quote.price, SHOWN), sale(3, quote.price, 4)]);
    expect(over.trades.map(({ quantity }) => value(quantity))).toEqual([4]);
  });

  it("is not filled by a print short of its price, nor by one from the other side", () => {
    const short = sale(3, quote.price + 1, 1_000);
    const otherSide = { ...sale(3, quote.price, 1_000), aggressor: 1 };
    const unknown = { ...sale(3, quote.price, 1_000), aggressor: 0 };
    expect(run(still(4), [harmless, short, unknown]).trades).toEqual([]);
    expect(
      run(still(4), [harmless, otherSide]).trades.filter(({ side }) => side === "buy"),
    ).toEqual([]);
  });

  it("tells the trade before the book of the same instant", () => {
    const print = { ...sale(3, quote.price - 1, 1), time: 4 * SECOND };
    const { events } = run(
      [...still(3), { ...(still(4)[3] as BookTop), bid: 990 }],
      [harmless, print],
    );
    const at = events.filter(({ time }) => time === 4 * SECOND).map(({ type }) => type);
    expect(at.slice(0, 2)).toEqual(["trade", "reference"]);
  });

  it("pulls its quotes ten seconds after the last book, and sends no heartbeat meanwhile", () => {
    const gap = { ...(still(1)[0] as BookTop), time: 60 * SECOND };
    const { events, quotes } = run([...still(3), gap], [harmless, sale(40, 1, 1)]);
    const pulled = quotes.filter(({ reason }) => reason === "no-feed");
    expect(pulled.map(({ time }) => time)).toEqual([13 * SECOND, 13 * SECOND]);
    const silent = events.filter(({ time }) => time > 13 * SECOND && time < 60 * SECOND);
    expect(silent).toEqual([]);
  });

  it("proves with heartbeats that a market which stands still is alive", () => {
    expect(ofType(before.events, "reference").length).toBe(1);
    expect(ofType(before.events, "heartbeat").length).toBeGreaterThan(0);
  });

  it("is the same bytes for the same seed, other choices for another", () => {
    const prints = Array.from({ length: 30 }, (_, i) => sale(i, BID - (i % 3), 5 + (i % 7)));
    const one = hash(quoteInto(market(still(30), prints), 1));
    expect(hash(quoteInto(market(still(30), prints), 1))).toBe(one);
    expect(hash(quoteInto(market(still(30), prints), 2))).not.toBe(one);
  });
});
