/**
 * Goal: one seed is one log, to the byte, and every line of it is true to the contract and to itself.
 * Method: runs are compared as text, read back with the product's own parser, and added up independently.
 */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { BrawlerEvent } from "../../../lib/core/events/event.ts";
import type { SimulatedLine } from "../../../lib/core/simulator/event-writer.ts";
import {
  INSTRUMENT_NAMES,
  instrumentProfile,
} from "../../../lib/core/simulator/instrument-profile.ts";
import {
  HISTORY_GRID_US,
  resumeSimulation,
  type SimulationState,
  simulate,
} from "../../../lib/core/simulator/simulation.ts";
import type { DurationUs } from "../../../lib/core/units.ts";
import {
  byInstrument,
  type EventOf,
  firstDifference,
  HOUR,
  hash,
  hours,
  linesOf,
  lots,
  ofType,
  parsed,
  START,
  value,
} from "./run.ts";

function bare(lines: Iterable<SimulatedLine>): readonly string[] {
  return Array.from(lines, ({ line }) => line);
}

/** Signed quantity of a trade, in lots. */
function signedLots(trade: EventOf<"trade">): number {
  const { lot } = instrumentProfile(trade.instrument);
  return (trade.side === "buy" ? 1 : -1) * lots(trade.quantity, lot.decimals);
}

/** Position in lots after all trades before `time`. */
function positionBefore(trades: readonly EventOf<"trade">[], time: number): number {
  return trades
    .filter((trade) => trade.time < time)
    .reduce((sum, each) => sum + signedLots(each), 0);
}

/** What a quote is known to offer: its price, and the quantity not yet filled. */
type Offers = Map<string, { price: number; left: number }>;

function follow(offers: Offers, event: EventOf<"quote">): void {
  if (event.price === undefined || event.quantity === undefined) return;
  const known = offers.get(event.quoteId);
  if (event.action === "placed") {
    offers.set(event.quoteId, { price: value(event.price), left: value(event.quantity) });
  } else if (event.action === "replaced" && known !== undefined) {
    known.price = value(event.price);
  }
}

/** What each maker trade of one instrument left of its quote; the price must be the quote's. */
function remainders(events: readonly BrawlerEvent[]): readonly number[] {
  const offers: Offers = new Map();
  const left: number[] = [];
  for (const event of events) {
    if (event.type === "quote") follow(offers, event);
    if (event.type !== "trade" || event.quoteId === undefined) continue;
    const offer = offers.get(event.quoteId) ?? { price: Number.NaN, left: Number.NaN };
    expect(value(event.price)).toBe(offer.price);
    offer.left -= value(event.quantity);
    left.push(offer.left);
  }
  return left;
}

function travel(state: SimulationState): SimulationState {
  return JSON.parse(JSON.stringify(state)) as SimulationState;
}

describe("simulate", () => {
  it("writes the pinned log of a day for seed 42", () => {
    const lines = linesOf({ durationUs: hours(24) });
    expect(lines.length).toBeGreaterThan(500_000);
    expect(hash(lines)).toBe("91973b16f19747de");
  });

  it("writes the same bytes again for the same seed, and others for another", () => {
    const once = hash(linesOf({ durationUs: hours(0.2) }));
    expect(hash(linesOf({ durationUs: hours(0.2) }))).toBe(once);
    expect(hash(linesOf({ durationUs: hours(0.2), seed: 43 }))).not.toBe(once);
  });

  it("writes the same lines for an instrument whichever others are there", () => {
    const among = linesOf().filter(({ instrument }) => instrument === "ETH-PERP");
    const alone = linesOf({ instruments: ["ETH-PERP"] });
    const beside = linesOf({ instruments: ["LINK-PERP", "ETH-PERP", "ETH-SPOT"] });
    expect(firstDifference(bare(alone), bare(among))).toBeUndefined();
    const picked = beside.filter(({ instrument }) => instrument === "ETH-PERP");
    expect(firstDifference(bare(picked), bare(among))).toBeUndefined();
  });

  it("is the same however its instruments are shared out among workers", () => {
    const run = { durationUs: hours(0.5), scenario: "data-faults,vol-spike@5m" };
    const whole = linesOf(run);
    for (const workers of [2, 3, 8]) {
      const shares = Array.from({ length: workers }, (_, worker) =>
        linesOf({
          ...run,
          instruments: INSTRUMENT_NAMES.filter((_name, i) => i % workers === worker),
        }),
      );
      const rank = ({ instrument }: SimulatedLine) => INSTRUMENT_NAMES.indexOf(instrument);
      const merged = shares.flat().sort((a, b) => a.time - b.time || rank(a) - rank(b));
      expect(firstDifference(bare(merged), bare(whole))).toBeUndefined();
    }
  });

  it("is a prefix of any longer run", () => {
    const long = bare(linesOf({ durationUs: hours(1) }));
    const short = bare(linesOf({ durationUs: hours(0.37) }));
    expect(firstDifference(long.slice(0, short.length), short)).toBeUndefined();
  });

  it("gives lines in order of time, ties in the order of the instruments", () => {
    const lines = linesOf();
    const rank = (name = "") => INSTRUMENT_NAMES.indexOf(name);
    const disordered = lines.filter(({ time, instrument }, i) => {
      const before = lines[i - 1];
      if (before === undefined || time > before.time) return false;
      return time < before.time || rank(instrument) < rank(before.instrument);
    });
    expect(disordered).toEqual([]);
    expect(lines[0]?.time).toBe(START);
    expect(lines.at(-1)?.time).toBeLessThan(START + HOUR);
  });

  it("refuses an unknown instrument, scenario, or one instrument twice, and says what there is", () => {
    const of = (options: object) => () => simulate({ seed: 1, from: START, ...options });
    expect(of({ instruments: ["XYZ"] })).toThrow(/"XYZ".*BTC-PERP, ETH-PERP/);
    expect(of({ scenario: "doom" })).toThrow(/"doom".*normal, null, calm/);
    expect(of({ instruments: ["BTC-PERP", "BTC-PERP"] })).toThrow(/once/);
  });
});

describe("resumeSimulation", () => {
  const run = { instruments: ["BTC-PERP", "SOL-PERP", "ETH-SPOT"], scenario: "data-faults" };

  it("goes on after any line as if it had never stopped", () => {
    const whole = linesOf({ ...run, durationUs: hours(0.5) }).map(({ line }) => line);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length }), (stop) => {
        const first = simulate({ seed: 42, from: START, ...run });
        const lines = Array.from({ length: stop }, () => first.next()?.line);
        const second = resumeSimulation(travel(first.export()), {
          scenario: run.scenario,
          scenarioFrom: START,
        });
        while (lines.length < whole.length) lines.push(second.next()?.line);
        expect(firstDifference(lines, whole)).toBeUndefined();
      }),
      { numRuns: 8 },
    );
  });

  it("goes on after a coarse history that ended in the middle of a block", () => {
    const grid = { gridUs: HISTORY_GRID_US };
    const whole = bare(linesOf({ ...grid, durationUs: hours(60) }));
    const first = simulate({
      seed: 42,
      from: START,
      ...grid,
      durationUs: (31.41 * HOUR) as DurationUs,
    });
    const head = bare(first);
    const rest = resumeSimulation(travel(first.export()), {
      ...grid,
      durationUs: (hours(60) - 31.41 * HOUR) as DurationUs,
    });
    expect(firstDifference([...head, ...bare(rest)], whole)).toBeUndefined();
  });

  it("joins a coarse history and a fine run without a seam in sequence, time or price", () => {
    const history = simulate({
      seed: 42,
      from: START,
      gridUs: HISTORY_GRID_US,
      durationUs: hours(12),
    });
    const before = parsed(history);
    const after = parsed(resumeSimulation(travel(history.export()), { durationUs: hours(0.5) }));
    const earlier = byInstrument(before);
    for (const [name, events] of byInstrument(after)) {
      const last = earlier.get(name)?.at(-1);
      expect(events[0]?.sequence).toBe((last?.sequence ?? 0) + 1);
      expect(events[0]?.time).toBeGreaterThanOrEqual(last?.time ?? 0);
      const told = ofType(earlier.get(name) ?? [], "reference").at(-1);
      const next = ofType(events, "reference")[0];
      if (told === undefined || next === undefined) throw new Error(`${name} tells no market`);
      expect(Math.abs(value(next.bid) / value(told.bid) - 1)).toBeLessThan(0.01);
    }
    expect(byInstrument(after).size).toBe(8);
  });
});

describe("every line", () => {
  let events: readonly BrawlerEvent[];
  let groups: ReadonlyMap<string, readonly BrawlerEvent[]>;

  beforeAll(() => {
    events = parsed(linesOf({ gridUs: HISTORY_GRID_US, durationUs: hours(72) }));
    groups = byInstrument(events);
  });

  it("is an event to the product's parser, and every kind of a calm day is there", () => {
    const kinds = new Set(events.map(({ type }) => type));
    expect([...kinds].sort()).toEqual([
      "funding",
      "heartbeat",
      "instrument",
      "quote",
      "reference",
      "trade",
    ]);
    expect(groups.size).toBe(8);
  });

  it("is numbered gaplessly from 1, the instrument's own line first, and never goes back in time", () => {
    for (const group of groups.values()) {
      expect(group[0]?.type).toBe("instrument");
      expect(group.every(({ sequence }, i) => sequence === i + 1)).toBe(true);
      expect(group.every(({ time }, i) => time >= (group[i - 1]?.time ?? 0))).toBe(true);
    }
  });

  it("tells a market with 0 < bid < ask, on the tick", () => {
    for (const reference of ofType(events, "reference")) {
      expect(value(reference.bid)).toBeGreaterThan(0);
      expect(value(reference.bid)).toBeLessThan(value(reference.ask));
    }
    for (const { instrument, bid } of ofType(events, "reference").slice(0, 5_000)) {
      const { tick } = instrumentProfile(instrument);
      expect(lots(bid, tick.decimals) % tick.mantissa).toBe(0);
    }
  });

  it("tells the market just before each trade, and at its horizons unless it stood still", () => {
    for (const [name, group] of groups) {
      const trades = ofType(group, "trade");
      expect(trades.length, name).toBeGreaterThan(50);
      const told = ofType(group, "reference").map(({ time }) => time as number);
      const instants = new Set(told);
      const fresh = trades.filter(({ time }) => {
        const before = told.findLast((each) => each < time) ?? 0;
        return time - before <= 61_000_000;
      });
      expect(fresh.length, name).toBeGreaterThan(0.9 * trades.length);
      const atFiveMinutes = trades.filter(({ time }) => instants.has(time + 300_000_000));
      expect(atFiveMinutes.length, name).toBeGreaterThan(0.5 * trades.length);
    }
  });

  it("keeps the position within the limit that the instrument's line states", () => {
    for (const [name, group] of groups) {
      const { lot, quoting } = instrumentProfile(name);
      let position = 0;
      for (const trade of ofType(group, "trade")) {
        const told = trade.positionBefore;
        if (told !== undefined) expect(lots(told, lot.decimals)).toBe(position);
        position += signedLots(trade);
        expect(Math.abs(position)).toBeLessThanOrEqual(quoting.positionLimitLots);
      }
    }
  });

  it("charges tier × notional, exactly where that is finite and to 10⁻¹² where it is not", () => {
    for (const trade of ofType(events, "trade")) {
      const profile = instrumentProfile(trade.instrument);
      const tier = profile.tiers[profile.tier];
      const rate = (trade.liquidity === "maker" ? tier?.makerE6 : tier?.takerE6) ?? Number.NaN;
      const quantity = BigInt(trade.quantity.mantissa) * BigInt(profile.multiplier.mantissa);
      const feeE12 = BigInt(trade.fee.mantissa) * 10n ** BigInt(12 - trade.fee.decimals);
      const price = BigInt(trade.price.mantissa);
      if (profile.contract === "inverse") {
        const exact = quantity * BigInt(rate) * 10n ** BigInt(6 + trade.price.decimals);
        const error = 2n * (feeE12 * price - exact);
        expect(error <= price && error >= -price).toBe(true);
      } else {
        const scale = 6 - trade.price.decimals - trade.quantity.decimals;
        expect(feeE12).toBe(price * quantity * BigInt(rate) * 10n ** BigInt(scale));
      }
    }
  });

  it("fills each quote at its price and never for more than it offered", () => {
    const left = [...groups.values()].flatMap(remainders);
    expect(Math.min(...left)).toBeGreaterThan(-1e-9);
    const complete = left.filter((each) => each < 1e-9).length;
    expect(complete).toBeGreaterThan(0.2 * left.length);
    expect(complete).toBeLessThan(0.95 * left.length);
  });

  it("has every step of a quote's life, and trades that race a cancel", () => {
    const quotes = ofType(events, "quote");
    const actions = new Set(quotes.map(({ action }) => action));
    expect([...actions].sort()).toEqual(["cancelled", "expired", "placed", "rejected", "replaced"]);
    const cancels = quotes.filter(({ action }) => action === "cancelled");
    const ends = new Map(cancels.map((each) => [`${each.instrument} ${each.quoteId}`, each.time]));
    const races = ofType(events, "trade").filter(({ instrument, quoteId, time }) => {
      const end = ends.get(`${instrument} ${quoteId}`) ?? time;
      return time > end && time < end + 10_000;
    });
    expect(races.length).toBeGreaterThan(0);
  });

  it("takes now and then, against no quote", () => {
    const takers = ofType(events, "trade").filter(({ liquidity }) => liquidity === "taker");
    expect(takers.length).toBeGreaterThan(8);
    expect(takers.every(({ quoteId }) => quoteId === undefined)).toBe(true);
  });

  it("funds perpetuals at every multiple of their interval, and spot never", () => {
    for (const [name, group] of groups) {
      const { fundingMinutes, paysFundingInCash } = instrumentProfile(name);
      const payments = ofType(group, "funding");
      const expected = fundingMinutes === undefined ? 0 : (72 * 60) / fundingMinutes - 1;
      expect(payments.length).toBe(expected);
      for (const { time, intervalMinutes, payment } of payments) {
        expect(time % (intervalMinutes * 60_000_000)).toBe(0);
        expect(payment !== undefined).toBe(paysFundingInCash);
      }
    }
  });

  it("pays −position × mark × rate, on the position of trades before the funding time", () => {
    const paid = ofType(events, "funding").filter(({ instrument }) => instrument !== "BTC-INV");
    const compared = paid.filter(({ instrument, time, rate, payment, mark }) => {
      if (payment === undefined || mark === undefined) return false;
      const { lot } = instrumentProfile(instrument);
      const trades = ofType(groups.get(instrument) ?? [], "trade");
      const position = positionBefore(trades, time) / 10 ** lot.decimals;
      const exact = -position * value(rate) * value(mark);
      expect(Math.abs(value(payment) - exact)).toBeLessThan(6e-9 + Math.abs(exact) * 1e-12);
      return position !== 0;
    });
    expect(compared.length).toBeGreaterThan(20);
  });
});
