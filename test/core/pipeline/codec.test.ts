/**
 * Goal: a state that was written down and read goes on exactly as it would have.
 * Method: fast-check invents streams and a point at which to stop; field for field.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeState,
  encodeState,
  STATE_VERSION,
  StateVersionError,
} from "../../../lib/core/pipeline/codec.ts";
import { clearDirty, dirtyRows } from "../../../lib/core/pipeline/rows.ts";
import { offer } from "../../../lib/core/pipeline/step.ts";
import { linesOf, stream } from "../../arbitraries.ts";
import { eventOf, type Feed, newFeed } from "./feed.ts";

function go(feed: Feed, lines: readonly object[]): void {
  for (const line of lines) offer(feed.state, eventOf({ ...line }), feed.context);
}

/** What a state says; the order of its fields says nothing. */
function meaning({ state }: Feed): unknown {
  return JSON.parse(encodeState(state));
}

/** A snapshot as it stands in a store, with some of it replaced. */
function textOf(part: { v: number; from?: number; state?: object }): string {
  const { from: _, ...rest } = JSON.parse(encodeState(newFeed().state));
  return JSON.stringify({ ...rest, ...part });
}

describe("a state", () => {
  it("that was stored and read back goes on to the same state and rows", () => {
    fc.assert(
      fc.property(stream({ late: true }), fc.nat(), fc.boolean(), (events, pick, clean) => {
        const lines = linesOf(events);
        const stop = pick % lines.length;
        const [plain, resumed] = [newFeed(), newFeed()];
        for (const feed of [plain, resumed]) {
          go(feed, lines.slice(0, stop));
          dirtyRows(feed.state, 1);
          if (clean) clearDirty(feed.state);
        }
        resumed.state = decodeState(encodeState(resumed.state));
        expect(meaning(resumed)).toEqual(meaning(plain));
        for (const feed of [plain, resumed]) go(feed, lines.slice(stop));
        expect(dirtyRows(resumed.state, 2)).toEqual(dirtyRows(plain.state, 2));
        expect(meaning(resumed)).toEqual(meaning(plain));
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    { v: 0, from: 0, when: "the version before the last is gone" },
    {
      v: STATE_VERSION + 1,
      from: STATE_VERSION + 1,
      when: "a newer version asks for its own reader",
    },
  ])("is refused, with what to do, when $when", ({ v, from }) => {
    const text = textOf({ v, from });
    expect(() => decodeState(text)).toThrow(StateVersionError);
    expect(() => decodeState(text)).toThrow(/must be \d+ to \d+, was \d+: rebuild it/);
  });

  it("of any version before is read, and lacks nothing", () => {
    const { faults: _, archived: _archived, ...older } = newFeed().state;
    const state = JSON.parse(encodeState(older as Feed["state"])).state;
    const read = decodeState(textOf({ v: 1, state }));
    expect(meaning({ ...newFeed(), state: read })).toEqual(meaning(newFeed()));
  });

  it("of a newer version that allows it is read, and what is new in it is written back", () => {
    const state = { ...JSON.parse(encodeState(newFeed().state)).state, novelty: 7 };
    const read = decodeState(textOf({ v: STATE_VERSION + 1, from: STATE_VERSION, state }));
    expect(JSON.parse(encodeState(read)).state).toEqual(state);
  });

  it("does not grow with the number of events", () => {
    const feed = newFeed();
    const sizes: number[] = [];
    for (let sequence = 1; sequence <= 6000; sequence += 1) {
      const time = 1_758_300_000_000_000 + sequence * 1_000_000;
      const bid = String(1000 + (sequence % 7));
      const envelope = { instrument: "X", time, sequence };
      const told = { type: "reference", bid, ask: "1010" };
      const trade = { type: "trade", tradeId: `t${sequence}`, side: "buy", price: "1000" };
      const filled = { ...trade, quantity: "1", liquidity: "maker", fee: "0" };
      go(feed, [{ ...envelope, ...(sequence % 10 === 0 ? filled : told) }]);
      if (sequence % 500 !== 0) continue;
      dirtyRows(feed.state, sequence);
      clearDirty(feed.state);
      sizes.push(encodeState(feed.state).length);
    }
    const [early = 0, late = 0] = [sizes[2], sizes.at(-1)];
    expect(late).toBeLessThan(1.2 * early);
  });
});
