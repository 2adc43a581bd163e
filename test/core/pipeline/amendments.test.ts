/** Busts and corrections as they are told live; folding again with them known is held to in `test/app/`. */
import { describe, expect, it } from "vitest";
import { dirtyRows } from "../../../lib/core/pipeline/rows.ts";
import { book, type Feed, HEARTBEAT, newFeed, tell, trade, tradesOf } from "./feed.ts";

type Told = Parameters<typeof tell>[3];

const bust = (tradeId: string) => ({ type: "bust", tradeId });
const correction = (tradeId: string, fields: object) => ({
  ...{ type: "correction", tradeId },
  ...fields,
});

function started(feed = newFeed()): Feed {
  tell(feed, 1, 0, book("99", "101"));
  tell(feed, 2, 1, trade("a", "buy", { quantity: "2", price: "99.5", fee: "0.5" }));
  tell(feed, 3, 2, trade("b", "sell", { quantity: "1", price: "100.5" }));
  return feed;
}

/** Position, cash + Q·mid, fees and trades: what stands whatever the window. */
function standing({ state }: Feed) {
  const { position, cash, mid, scale, fees, trades } = state;
  const worth = Number(cash + BigInt(position) * BigInt(mid)) * Number(scale.moneyNumerator);
  const lots = position / 10 ** scale.quantityDecimals;
  return { lots, worth: worth / 10 ** scale.moneyDecimals, fees: Number(fees) / 1e12, trades };
}

describe("a bust", () => {
  it("takes position, cash, fee and count back at once, and asks for the history to be told again", () => {
    const feed = started();
    expect(standing(feed)).toEqual({ lots: 1, worth: 1.5, fees: 0.5, trades: 2 });
    expect(tell(feed, 4, 3, bust("a"))).toBe("applied");
    expect(standing(feed)).toEqual({ lots: -1, worth: 0.5, fees: 0, trades: 1 });
    expect(feed.state.restating).toBe(true);
  });

  it("of a trade that is no longer held takes it from what is stored of it", () => {
    const stored = tradesOf(started());
    const feed = newFeed({ stored });
    tell(feed, 1, 0, book("99", "101"));
    tell(feed, 2, 1, trade("c", "buy", { price: "100.0" }));
    expect(tell(feed, 3, 2, bust("a"))).toBe("applied");
    expect(standing(feed)).toMatchObject({ lots: -1, fees: -0.5 });
  });

  it.each([
    { when: "nobody knows the trade", amendments: [bust("x")], expected: ["unknown-trade"] },
    {
      when: "it is the second",
      amendments: [bust("a"), bust("a")],
      expected: ["applied", "unknown-trade"],
    },
    {
      when: "a correction follows it",
      amendments: [bust("a"), correction("a", { price: "99" })],
      expected: ["applied", "correction-after-bust"],
    },
  ])("is $expected when $when", ({ amendments, expected }) => {
    const feed = started();
    const words = amendments.map((amendment, index) => tell(feed, 4 + index, 3, amendment));
    expect(words).toEqual(expected);
  });
});

describe("a correction", () => {
  it.each([
    { fields: { price: "98.5" }, lots: 1, worth: 3.5, fees: 0.5 },
    { fields: { quantity: "3" }, lots: 2, worth: 2, fees: 0.5 },
    { fields: { fee: "-0.25" }, lots: 1, worth: 1.5, fees: -0.25 },
    { fields: { side: "sell" }, lots: -3, worth: -0.5, fees: 0.5 },
    { fields: { side: "sell", price: "100.25", quantity: "1" }, lots: -2, worth: 0.75, fees: 0.5 },
  ])("to $fields makes it $lots lots worth $worth", ({ fields, ...expected }) => {
    const feed = started();
    expect(tell(feed, 4, 3, correction("a", fields))).toBe("applied");
    expect(standing(feed)).toEqual({ ...expected, trades: 2 });
  });

  it("adds to one before it, and a bust takes all of it back", () => {
    const feed = started();
    tell(feed, 4, 3, correction("a", { price: "98.5" }));
    tell(feed, 5, 3, correction("a", { quantity: "3", fee: "1" }));
    expect(standing(feed)).toEqual({ lots: 2, worth: 5, fees: 1, trades: 2 });
    tell(feed, 6, 3, bust("a"));
    expect(standing(feed)).toEqual({ lots: -1, worth: 0.5, fees: 0, trades: 1 });
  });

  it.each([
    { when: "a rate told", fields: { feeCurrency: "BNB", feeRate: "600" }, fees: 0.6, after: 1.2 },
    { when: "no rate", fields: { feeCurrency: "BNB" }, fees: 0, after: 0 },
    { when: "the base currency", fields: { feeCurrency: "SOL" }, fees: 0.1, after: 0.2 },
  ])("to a fee has $when, and a bust takes it back", ({ fields, fees, after }) => {
    const feed = newFeed();
    const terms = { base: "SOL", quote: "USD", settle: "USD", kind: "spot", contract: "linear" };
    const sizes = { multiplier: "1", tick: "0.1", lot: "0.1" };
    tell(feed, 1, 0, { type: "instrument", ...terms, ...sizes });
    tell(feed, 2, 1, trade("a", "buy", { fee: "0.001", ...fields }));
    const owed = () => Number(feed.state.open.feesUnconverted["BNB"] ?? 0n) / 1e12;
    expect([standing(feed).fees, owed()]).toEqual([fees, fields.feeRate || fees > 0 ? 0 : 0.001]);
    tell(feed, 3, 2, correction("a", { fee: "0.002" }));
    expect([standing(feed).fees, owed()]).toEqual([after, fields.feeRate || fees > 0 ? 0 : 0.002]);
    tell(feed, 4, 3, bust("a"));
    expect([standing(feed).fees, owed(), standing(feed).lots]).toEqual([0, 0, 0]);
  });

  it("leaves nothing over: the residual of what is stored stays 0", () => {
    const feed = started();
    tell(feed, 4, 3, correction("a", { price: "98.25", quantity: "2.5" }));
    tell(feed, 5, 4, book("103", "104"));
    tell(feed, 6, 4, HEARTBEAT);
    dirtyRows(feed.state, 1);
    const { gross, spread, inventory } = feed.state.open;
    expect(gross).toBe(spread + inventory);
  });
});

describe("what is told of a trade in the wrong order, across a gap that was given up", () => {
  /** Sequence 4 was given up; 5 comes, then 4 after all. */
  function crossed(five: Told, four: Told): { feed: Feed; words: readonly string[] } {
    const feed = started();
    feed.state.holes.push({ first: 4, last: 4 });
    feed.state.nextSequence = 5;
    return { feed, words: [tell(feed, 5, 4, five), tell(feed, 4, 3, four)] };
  }
  const inOrder = (...told: readonly Told[]) => {
    const feed = started();
    for (const [index, one] of told.entries()) tell(feed, 4 + index, 3 + index, one);
    return standing(feed);
  };
  const price = correction("a", { price: "98.5" });
  const other = correction("a", { price: "97.5", quantity: "3" });

  it.each([
    { name: "a bust and one before it", five: bust("a"), four: bust("a"), meant: [bust("a")] },
    { name: "a bust and a correction before it", five: bust("a"), four: price, meant: [bust("a")] },
    { name: "two corrections", five: price, four: other, meant: [other, price] },
  ])("comes to the same: $name", ({ five, four, meant }) => {
    const { feed, words } = crossed(five, four);
    expect(words).toEqual(["applied", "applied"]);
    expect(standing(feed)).toEqual(inOrder(...meant));
  });

  it("is all of it known to a fold that is told the amendments, and no more than that", () => {
    const { feed } = crossed(price, other);
    const amendment = feed.state.amendments.get("a");
    expect(amendment).toMatchObject({ sequence: 5, earlier: [4] });
    const again = newFeed();
    if (amendment !== undefined) again.state.amendments.set("a", amendment);
    again.state.foreknown.add("a");
    started(again);
    tell(again, 4, 3, other);
    tell(again, 5, 4, price);
    expect(standing(again)).toEqual(standing(feed));
    expect(again.state.restating).toBe(false);
    tell(again, 6, 5, correction("a", { fee: "0.1" }));
    expect(again.state.restating).toBe(true);
  });

  it("is taken where a fold knows a later correction, and not the one before", () => {
    const feed = newFeed();
    const fields = { price: { mantissa: 985, decimals: 1 } };
    feed.state.amendments.set("a", { kind: "correction", sequence: 5, fields });
    feed.state.foreknown.add("a");
    started(feed);
    tell(feed, 4, 3, correction("a", { fee: "0.1" }));
    tell(feed, 5, 4, price);
    expect(standing(feed)).toEqual(inOrder(correction("a", { fee: "0.1" }), price));
  });
});

describe("a trade whose correction was known when the fold began", () => {
  /** As an archive is folded again: the trade, then its correction, which is in it already. */
  function foldedAgain(): Feed {
    const feed = newFeed();
    const fields = { price: { mantissa: 985, decimals: 1 } };
    feed.state.amendments.set("a", { kind: "correction", sequence: 4, fields });
    feed.state.foreknown.add("a");
    started(feed);
    tell(feed, 4, 3, correction("a", { price: "98.5" }));
    return feed;
  }

  it("is right from the start, and its correction changes nothing more", () => {
    const feed = foldedAgain();
    expect(standing(feed)).toEqual({ lots: 1, worth: 3.5, fees: 0.5, trades: 2 });
    expect(feed.state.restating).toBe(false);
  });

  it("is taken back by a bust that was not known", () => {
    const feed = foldedAgain();
    expect(tell(feed, 5, 4, bust("a"))).toBe("applied");
    expect(standing(feed)).toEqual({ lots: -1, worth: 0.5, fees: 0, trades: 1 });
    expect(feed.state.restating).toBe(true);
  });
});
