/**
 * Goal: a state that was written down and read goes on exactly as it would have.
 * Method: fast-check invents streams and a point at which to stop; field for field.
 */
import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packText } from "../../../lib/adapters/dynamodb/packed-text.ts";
import {
  decodeState,
  encodeState,
  STATE_VERSION,
  StateVersionError,
} from "../../../lib/core/pipeline/codec.ts";
import { encodeNamed } from "../../../lib/core/pipeline/codec-named.ts";
import { clearDirty, dirtyRows } from "../../../lib/core/pipeline/rows.ts";
import { offer } from "../../../lib/core/pipeline/step.ts";
import * as rng from "../../../lib/core/simulator/rng.ts";
import { simulate } from "../../../lib/core/simulator/simulation.ts";
import { type DurationUs, epochUs, HOUR_US, MINUTE_US } from "../../../lib/core/units.ts";
import { linesOf, stream } from "../../arbitraries.ts";
import { olderBody } from "../../simulation/older-version.ts";
import { eventOf, type Feed, newFeed, START } from "./feed.ts";

const HALF_A_DAY_US = (12 * HOUR_US) as DurationUs;
const VERSION_4 = new URL("../../golden/state-version-4.json", import.meta.url);

function go(feed: Feed, lines: readonly object[]): void {
  for (const line of lines) offer(feed.state, eventOf({ ...line }), feed.context);
}

/** What a state says; the order of its fields says nothing. */
function meaning({ state }: Feed): unknown {
  return JSON.parse(encodeState(state));
}

/** A snapshot as it stands in a store, with some of it replaced. */
function textOf(part: { v: number; from: number; novelty?: number }): string {
  const { from: _, ...rest } = JSON.parse(encodeState(newFeed().state));
  return JSON.stringify({ ...rest, ...part });
}

/** 20 minutes of a wandering mid, four references a second, and trades against it. */
function market(tradesPerSecond: number): object[] {
  const random = rng.stream(7, "market");
  const lines: object[] = [];
  const start = 1_758_300_000_000_000;
  let mid = 600_000;
  let nextTrade = 0;
  for (let at = 0; at < 1_200_000_000; at += 250_000) {
    mid += Math.round(rng.normal(random) * 3);
    const time = start + at + Math.floor(rng.uniform(random) * 200_000);
    const envelope = { instrument: "BTC-PERP", time };
    const [bid, ask] = [(mid - 5) / 10, (mid + 5) / 10].map((price) => price.toFixed(1));
    lines.push({ ...envelope, type: "reference", bid, ask });
    for (; nextTrade <= at / 1e6; nextTrade += 1 / tradesPerSecond) {
      const isBuy = rng.uniform(random) < 0.5;
      const lots = 1 + Math.floor(rng.uniform(random) * 20);
      lines.push({
        ...envelope,
        type: "trade",
        tradeId: `T${lines.length}`,
        side: isBuy ? "buy" : "sell",
        price: isBuy ? bid : ask,
        quantity: (lots / 1000).toFixed(3),
        liquidity: rng.uniform(random) < 0.9 ? "maker" : "taker",
        fee: ((lots * mid * 2) / 1e8).toFixed(8),
      });
    }
  }
  return lines.map((line, index) => ({ ...line, sequence: index + 1 }));
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
        expect(encodeState(resumed.state)).toBe(encodeState(plain.state));
        expect(resumed.state).toEqual({ ...plain.state, settings: resumed.state.settings });
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

  it("of version 4, as its program wrote it, is read as what that program had folded", () => {
    const feed = newFeed();
    const lines = market(1 / 20).slice(0, 600);
    go(feed, lines.slice(0, 560));
    dirtyRows(feed.state, 1);
    clearDirty(feed.state);
    go(feed, lines.slice(560));
    const text = encodeState(feed.state);
    expect(encodeState(decodeState(JSON.parse(readFileSync(VERSION_4, "utf8")).text))).toBe(text);
    expect(encodeState(decodeState(olderBody(text)))).toBe(text);
  });

  it("of the first versions, which named and tagged everything, goes on as it would have", () => {
    fc.assert(
      fc.property(stream({ late: true }), fc.nat(), (events, pick) => {
        const lines = linesOf(events);
        const stop = pick % lines.length;
        const feed = newFeed();
        go(feed, lines.slice(0, stop));
        const before = meaning({ ...feed, state: { ...feed.state, lateFlows: 0 } });
        const { state } = JSON.parse(encodeNamed(feed.state));
        const { faults: _, lateFlows: __, archived: ___, ...oldest } = state;
        const text = JSON.stringify({ v: 1, state: oldest });
        const resumed = { ...feed, state: decodeState(text) };
        expect(meaning(resumed)).toEqual(before);
        for (const each of [feed, resumed]) go(each, lines.slice(stop));
        expect(dirtyRows(resumed.state, 2)).toEqual(dirtyRows(feed.state, 2));
      }),
      { numRuns: 50 },
    );
  });

  it("of a newer version that allows it is read, and what is new in it is written back", () => {
    const newer = { v: STATE_VERSION + 1, from: STATE_VERSION, novelty: 7 };
    const read = decodeState(textOf(newer));
    expect(JSON.parse(encodeState(read)).novelty).toBe(7);
  });

  it.each([
    { tradesPerSecond: 1 / 3600, most: 4, when: "trades are rare" },
    { tradesPerSecond: 1 / 3, most: 16, when: "100 trades wait for 6 horizons" },
    { tradesPerSecond: 10, most: 64, when: "ten trades come a second" },
  ])("takes at most $most KB compressed when $when", ({ tradesPerSecond, most }) => {
    const feed = newFeed();
    go(feed, market(tradesPerSecond));
    dirtyRows(feed.state, 1);
    clearDirty(feed.state);
    const { length } = deflateRawSync(encodeState(feed.state));
    expect(feed.state.pending.length).toBeGreaterThanOrEqual(Math.floor(300 * tradesPerSecond));
    expect(length / 1024).toBeLessThan(most);
  });

  it("takes at most 4 KB as DynamoDB keeps it, in the median of half a day of a quiet market", () => {
    const feed = newFeed();
    const sizes: number[] = [];
    let next = START + 5 * MINUTE_US;
    const market = { seed: 42, from: epochUs(START), instruments: ["SOL-PERP"] };
    for (const { time, line } of simulate({ ...market, durationUs: HALF_A_DAY_US })) {
      if (time >= next) {
        dirtyRows(feed.state, 1);
        clearDirty(feed.state);
        sizes.push(packText(encodeState(feed.state)).length);
        next += 5 * MINUTE_US;
      }
      offer(feed.state, eventOf(JSON.parse(line)), feed.context);
    }
    expect(sizes.length).toBe(143);
    expect(sizes.toSorted((a, b) => a - b)[71]).toBeLessThan(4096);
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
