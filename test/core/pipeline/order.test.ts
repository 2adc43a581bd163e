/** What becomes of each delivered event: applied once in order, repeated, waited for, or set aside with a reason. */
import { describe, expect, it } from "vitest";
import { book, type Feed, finish, HEARTBEAT, newFeed, SECOND, START, tell, trade } from "./feed.ts";

/** Heartbeats of these sequences, each a millisecond after the one before it in order. */
function beats(feed: Feed, sequences: readonly number[]): string[] {
  return sequences.map((sequence) => tell(feed, sequence, sequence / 1000, HEARTBEAT));
}

function balance({ state }: Feed) {
  const { events, applied, duplicates, quarantined } = state.counters;
  return events - applied - duplicates - quarantined - state.buffer.size;
}

describe("an event in order", () => {
  it("is applied, and is a duplicate ever after", () => {
    const feed = newFeed();
    expect(beats(feed, [1, 2, 2, 1, 3])).toEqual([
      "applied",
      "applied",
      "duplicate",
      "duplicate",
      "applied",
    ]);
    expect(feed.state.counters).toMatchObject({ events: 5, applied: 3, duplicates: 2, gaps: 0 });
  });

  it("conflicts with another of its sequence: the first stands", () => {
    const feed = newFeed();
    tell(feed, 1, 0, book(99, 101));
    expect(tell(feed, 1, 0, book(98, 101))).toBe("sequence-conflict");
    expect(tell(feed, 1, 0, { ...book("99.0", "101.00"), receivedTime: START })).toBe("duplicate");
    expect(feed.state.mid).toBe(200);
  });

  it("is too old to compare after 256 sequences: then it is a duplicate", () => {
    const feed = newFeed();
    tell(feed, 1, 0, book(99, 101));
    for (let sequence = 2; sequence <= 256; sequence += 1) tell(feed, sequence, 1, HEARTBEAT);
    expect(tell(feed, 1, 0, book(98, 101))).toBe("sequence-conflict");
    tell(feed, 257, 1, HEARTBEAT);
    expect(tell(feed, 1, 0, book(98, 101))).toBe("duplicate");
  });
});

describe("a gap", () => {
  it("is waited for, and what waited is applied in order", () => {
    const feed = newFeed();
    expect(beats(feed, [1, 4, 3])).toEqual(["applied", "buffered", "buffered"]);
    expect([feed.state.nextSequence, feed.state.buffer.size]).toEqual([2, 2]);
    expect(beats(feed, [2])).toEqual(["applied"]);
    expect([feed.state.nextSequence, feed.state.buffer.size]).toEqual([5, 0]);
    expect(feed.state.counters).toMatchObject({ applied: 4, gaps: 0, late: 0 });
  });

  it("knows duplicates and conflicts among those that wait", () => {
    const feed = newFeed();
    expect(beats(feed, [3, 3])).toEqual(["buffered", "duplicate"]);
    expect(tell(feed, 3, 9, HEARTBEAT)).toBe("sequence-conflict");
    expect(balance(feed)).toBe(0);
  });

  it.each([
    { second: 29.999999, gaps: 0, next: 2 },
    { second: 30, gaps: 1, next: 5 },
  ])("is given up after 30 s of event time in the buffer, was $second s", ({ second, ...then }) => {
    const feed = newFeed();
    tell(feed, 1, 0, HEARTBEAT);
    tell(feed, 3, 1, HEARTBEAT);
    tell(feed, 4, 1 + second, HEARTBEAT);
    expect(feed.state.counters.gaps).toBe(then.gaps);
    expect(feed.state.nextSequence).toBe(then.next);
  });

  it("is given up when 4,096 events wait", () => {
    const feed = newFeed();
    const waiting = Array.from({ length: 4096 }, (_, index) => index + 2);
    for (const sequence of waiting.slice(0, -1)) tell(feed, sequence, 0, HEARTBEAT);
    expect([feed.state.buffer.size, feed.state.counters.applied]).toEqual([4095, 0]);
    tell(feed, 4097, 0, HEARTBEAT);
    expect([feed.state.buffer.size, feed.state.counters.applied]).toEqual([0, 4096]);
    expect(feed.state.holes).toEqual([{ first: 1, last: 1 }]);
  });

  it("is given up one hole at a time, the smallest first", () => {
    const feed = newFeed();
    tell(feed, 1, 0, HEARTBEAT);
    tell(feed, 3, 0, HEARTBEAT);
    tell(feed, 9, 30, HEARTBEAT);
    expect([feed.state.nextSequence, feed.state.buffer.size]).toEqual([4, 1]);
    expect(feed.state.counters.gaps).toBe(1);
  });

  it("is given up together with the one before it when as much waits behind it too", () => {
    const feed = newFeed();
    tell(feed, 1, 0, HEARTBEAT);
    tell(feed, 3, 0, HEARTBEAT);
    tell(feed, 5, 0, HEARTBEAT);
    tell(feed, 7, 30, HEARTBEAT);
    expect([feed.state.nextSequence, feed.state.buffer.size]).toEqual([6, 1]);
    expect(feed.state.holes).toEqual([
      { first: 2, last: 2 },
      { first: 4, last: 4 },
    ]);
    expect(feed.state.counters.gaps).toBe(2);
  });

  it("is given up at the end of the input", () => {
    const feed = newFeed();
    beats(feed, [2, 5, 9]);
    finish(feed);
    expect(feed.state.counters).toMatchObject({ events: 3, applied: 3, gaps: 3 });
    expect(feed.state.holes).toEqual([
      { first: 1, last: 1 },
      { first: 3, last: 4 },
      { first: 6, last: 8 },
    ]);
  });

  it("may hide the first event in time: the history starts there once it has come", () => {
    const feed = newFeed();
    tell(feed, 2, 10, HEARTBEAT);
    finish(feed);
    expect(feed.state.firstTime).toBe(START + 10 * SECOND);
    tell(feed, 1, 0, trade("T1", "buy"));
    expect(feed.state.firstTime).toBe(START);
  });

  it("tells the reason for what is refused only when it leaves the buffer", () => {
    const feed = newFeed();
    tell(feed, 1, 0, book(99, 101));
    expect(tell(feed, 3, 0, { type: "bust", tradeId: "never" })).toBe("buffered");
    expect(beats(feed, [2])).toEqual(["applied"]);
    expect(feed.setAside).toEqual(["unknown-trade"]);
    expect(balance(feed)).toBe(0);
  });
});

describe("a hole", () => {
  it("is filled late, once, from its middle too", () => {
    const feed = newFeed();
    beats(feed, [1, 6]);
    finish(feed);
    tell(feed, 3, 0, trade("a", "buy"));
    expect(feed.state.holes).toEqual([
      { first: 2, last: 2 },
      { first: 4, last: 5 },
    ]);
    expect([feed.state.position, feed.state.counters.late]).toEqual([1, 1]);
    expect(tell(feed, 3, 0, trade("a", "buy"))).toBe("duplicate");
    expect(tell(feed, 3, 0, trade("b", "buy"))).toBe("sequence-conflict");
    expect(beats(feed, [2, 4, 5])).toEqual(["applied", "applied", "applied"]);
    expect(feed.state.holes).toEqual([]);
  });

  it("counts an old reference out of it as late once, and does not use it", () => {
    const feed = newFeed();
    tell(feed, 1, 0, book(99, 101));
    tell(feed, 3, 5, book(100, 102));
    finish(feed);
    expect(tell(feed, 2, 1, book(50, 52))).toBe("applied");
    expect([feed.state.mid, feed.state.counters.late]).toEqual([202, 1]);
  });

  it("is one of at most 64: the oldest is forgotten, and what was in it is a duplicate", () => {
    const feed = newFeed();
    const odd = Array.from({ length: 66 }, (_, index) => 2 * index + 2);
    for (const sequence of odd) {
      tell(feed, sequence, sequence, HEARTBEAT);
      finish(feed);
    }
    expect(feed.state.holes.length).toBe(64);
    expect(beats(feed, [1, 3, 5])).toEqual(["duplicate", "duplicate", "applied"]);
    expect(feed.state.counters.gaps).toBe(66);
  });

  it("stays one of at most 64 when holes fall apart", () => {
    const feed = newFeed();
    tell(feed, 1000, 0, HEARTBEAT);
    finish(feed);
    for (let sequence = 2; sequence < 900; sequence += 2) tell(feed, sequence, 0, HEARTBEAT);
    expect(feed.state.holes.length).toBeLessThanOrEqual(64);
  });
});

describe("what the fold sets aside", () => {
  it("is a second producer of the instrument, which uses up no sequence", () => {
    const feed = newFeed();
    tell(feed, 1, 0, HEARTBEAT);
    expect(tell(feed, 2, 0, { ...HEARTBEAT, source: "another" })).toBe("second-source");
    expect(tell(feed, 2, 0, HEARTBEAT)).toBe("applied");
  });

  it("is a time beyond the limit, which uses up no sequence and does not move time", () => {
    const feed = newFeed({ futureLimit: START + 900 * SECOND });
    tell(feed, 1, 0, HEARTBEAT);
    expect(tell(feed, 2, 900.000001, HEARTBEAT)).toBe("future");
    expect(feed.state.newestTime).toBe(START);
    expect(tell(feed, 2, 900, HEARTBEAT)).toBe("applied");
  });

  it("is a trade told again under a new sequence, which is used up", () => {
    const feed = newFeed();
    expect(tell(feed, 1, 0, trade("a", "buy"))).toBe("applied");
    expect(tell(feed, 2, 0, trade("a", "buy"))).toBe("trade-id-conflict");
    expect(tell(feed, 2, 0, trade("a", "buy"))).toBe("duplicate");
    expect(tell(feed, 3, 0, HEARTBEAT)).toBe("applied");
    expect(feed.state.position).toBe(1);
  });

  it("is a second funding of one time", () => {
    const feed = newFeed();
    const funding = { type: "funding", rate: "0.0001", intervalMinutes: 60, payment: "2" };
    expect(tell(feed, 1, 0, funding)).toBe("applied");
    expect(tell(feed, 2, 0, { ...funding, payment: "3" })).toBe("funding-conflict");
    expect(tell(feed, 3, 1, funding)).toBe("applied");
    expect(feed.state.funding).toBe(4n * 10n ** 12n);
  });

  it("is another contract, multiplier or settlement after the first trade; tick and lot may change", () => {
    const feed = newFeed();
    const terms = {
      ...{ type: "instrument", base: "SOL", quote: "USD", settle: "USD", kind: "perp" },
      ...{ contract: "linear", multiplier: "1", tick: "0.1", lot: "0.1" },
    };
    expect(tell(feed, 1, 0, terms)).toBe("applied");
    expect(tell(feed, 2, 0, { ...terms, multiplier: "10" })).toBe("applied");
    tell(feed, 3, 0, trade("a", "buy"));
    expect(tell(feed, 4, 0, terms)).toBe("instrument-conflict");
    const same = { ...terms, multiplier: "10" };
    expect(tell(feed, 5, 0, { ...same, contract: "inverse" })).toBe("instrument-conflict");
    expect(tell(feed, 6, 0, { ...same, settle: "BTC" })).toBe("instrument-conflict");
    expect(tell(feed, 7, 0, { ...same, tick: "0.001", lot: "0.01" })).toBe("applied");
    expect(feed.state.position).toBe(100);
  });

  it("is what leaves the exact range, and the book stays as it was", () => {
    const feed = newFeed();
    tell(feed, 1, 0, trade("a", "buy", { quantity: "0.00000001" }));
    const huge = trade("b", "buy", { quantity: "900000000000" });
    expect(tell(feed, 2, 0, huge)).toBe("out-of-range");
    expect(feed.state.position).toBe(1);
    expect(balance(feed)).toBe(0);
  });
});
