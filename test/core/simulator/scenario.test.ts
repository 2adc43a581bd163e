/**
 * Goal: every scenario plants what it says, when it says, and nothing else.
 * Method: the same seed with and without it; the difference has the promised sign, and size where one is stated.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BrawlerEvent } from "../../../lib/core/events/event.ts";
import { instrumentProfile } from "../../../lib/core/simulator/instrument-profile.ts";
import {
  effectsAt,
  nextChange,
  plantedWindows,
  scenarioByName,
  scenarioList,
  USUAL,
} from "../../../lib/core/simulator/scenario.ts";
import { type EpochUs, MINUTE_US } from "../../../lib/core/units.ts";
import { DAY, type EventOf, HOUR, hours, linesOf, ofType, parsed, START, value } from "./run.ts";

const MINUTE = 60_000_000;
const NAMES = scenarioList().map(({ name }) => name);

function window(name: string, days = 3) {
  const span = { from: START, to: (START + days * DAY) as EpochUs };
  return plantedWindows(scenarioByName(name), START, span);
}

function runOf(scenario: string, days = 4, instruments = ["SOL-PERP"]): readonly BrawlerEvent[] {
  const durationUs = hours(24 * days);
  return parsed(linesOf({ scenario, durationUs, instruments, gridUs: MINUTE_US, seed: 11 }));
}

/** Events of one kind inside the planted windows, and outside of them. */
function split<Kind extends "reference" | "trade" | "quote">(name: string, type: Kind, days = 4) {
  const windows = window(name, days);
  const all = ofType(runOf(name, days), type);
  const isIn = ({ time }: BrawlerEvent) =>
    windows.some(({ from, to }) => time >= from && time < to);
  return { inside: all.filter(isIn), outside: all.filter((event) => !isIn(event)), windows };
}

function spreadBps({ bid, ask }: EventOf<"reference">): number {
  return ((value(ask) - value(bid)) / value(bid)) * 10_000;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

/** Root mean square of the mid's moves between references a minute or less apart, per root minute. */
function volatilityBps(references: readonly EventOf<"reference">[]): number {
  let squares = 0;
  let minutes = 0;
  references.forEach((reference, i) => {
    const before = references[i - 1];
    const gap = reference.time - (before?.time ?? 0);
    if (before === undefined || gap > 61_000_000) return;
    squares += Math.log(value(reference.bid) / value(before.bid)) ** 2;
    minutes += gap / MINUTE;
  });
  return Math.sqrt(squares / minutes) * 10_000;
}

/** Mean markout of maker trades after a minute, in bps. */
function markoutBps(events: readonly BrawlerEvent[]): number {
  const references = ofType(events, "reference");
  const makers = ofType(events, "trade").filter(({ liquidity }) => liquidity === "maker");
  let next = 0;
  const markouts = makers.map((trade) => {
    while ((references[next]?.time ?? Infinity) <= trade.time + MINUTE) next++;
    const after = references[next - 1];
    if (after === undefined) return 0;
    const mid = (value(after.bid) + value(after.ask)) / 2;
    return ((trade.side === "buy" ? 1 : -1) * (mid - value(trade.price)) * 10_000) / mid;
  });
  return mean(markouts);
}

function hitRate(events: readonly BrawlerEvent[]): number {
  const filled = new Set(ofType(events, "trade").map(({ quoteId }) => quoteId));
  const placed = ofType(events, "quote").filter(({ action }) => action === "placed");
  return placed.filter(({ quoteId }) => filled.has(quoteId)).length / placed.length;
}

function largestPosition(events: readonly BrawlerEvent[]): number {
  let position = 0;
  let largest = 0;
  for (const { side, quantity } of ofType(events, "trade")) {
    position += (side === "buy" ? 1 : -1) * value(quantity);
    largest = Math.max(largest, Math.abs(position));
  }
  return largest;
}

describe("scenarioList", () => {
  it("holds every scenario that is promised, each with a name and a line about it", () => {
    expect(NAMES).toEqual(
      expect.arrayContaining(
        "normal null calm toxic-flow vol-spike flash-crash liquidity-drought feed-outage inventory-run hit-rate-drop markout-drift fee-tier-switch funding-spike duplicates reorders late busts corrections gaps".split(
          " ",
        ),
      ),
    );
    expect(new Set(NAMES).size).toBe(NAMES.length);
    for (const { description } of scenarioList()) expect(description.length).toBeGreaterThan(20);
  });
});

describe("plantedWindows", () => {
  it("are 30 minutes every six hours for vol-spike, from ten minutes after the anchor on", () => {
    const windows = window("vol-spike", 1);
    expect(windows.map(({ from, to }) => [from - START, to - from])).toEqual(
      [0, 6, 12, 18].map((hour) => [hour * HOUR + 10 * MINUTE, 30 * MINUTE]),
    );
  });

  it("start at the anchor's midnight where the hour of the day is meant", () => {
    const anchor = (START + 5 * HOUR) as EpochUs;
    const span = { from: anchor, to: (START + 2 * DAY) as EpochUs };
    const [first] = plantedWindows(scenarioByName("toxic-hour"), anchor, span);
    expect(first?.from).toBe(START + DAY + 2 * HOUR);
  });

  it("hold exactly the times at which the effects are not the usual ones", () => {
    const names = NAMES.filter((name) => !["normal", "null", "markout-drift"].includes(name));
    const property = fc.property(
      fc.constantFrom(...names),
      fc.integer({ min: 0, max: 3 * DAY - 1 }),
      (name, elapsed) => {
        const scenario = scenarioByName(name);
        const isPlain = scenario.effects(HOUR) === USUAL || scenario.faults !== undefined;
        const time = START + elapsed;
        const isIn = window(name).some(({ from, to }) => time >= from && time < to);
        const effects = effectsAt(scenario, START, time);
        if (!isPlain) expect(effects !== USUAL).toBe(isIn);
        expect(nextChange(scenario, START, time)).toBeGreaterThan(time);
      },
    );
    fc.assert(property);
  });
});

describe("effects on the market", () => {
  const normal = runOf("normal");

  it.each([
    ["vol-spike", 3.5, 5.5],
    ["vol-regimes", 1.9, 2.8],
    ["stress", 4.5, 8],
  ])("%s multiplies the volatility in its windows by %s to %s", (name, low, high) => {
    const { inside, windows } = split(name, "reference", 8);
    expect(windows.length).toBeGreaterThan(3);
    const isIn = ({ time }: BrawlerEvent) =>
      windows.some(({ from, to }) => time >= from && time < to);
    const usual = ofType(runOf("normal", 8), "reference").filter(isIn);
    const ratio = volatilityBps(inside) / volatilityBps(usual);
    expect(ratio).toBeGreaterThan(low);
    expect(ratio).toBeLessThan(high);
  });

  it("calm halves the volatility", () => {
    const ratio =
      volatilityBps(ofType(runOf("calm"), "reference")) /
      volatilityBps(ofType(normal, "reference"));
    expect(ratio).toBeGreaterThan(0.4);
    expect(ratio).toBeLessThan(0.6);
  });

  it("liquidity-drought widens the spread about five times and thins the book", () => {
    const { inside, outside } = split("liquidity-drought", "reference");
    const ratio = mean(inside.map(spreadBps)) / mean(outside.map(spreadBps));
    expect(ratio).toBeGreaterThan(3);
    expect(ratio).toBeLessThan(7);
    const depth = (each: EventOf<"reference">) =>
      value(each.bidQuantity ?? { mantissa: 0, decimals: 0 });
    expect(mean(inside.map(depth))).toBeLessThan(0.4 * mean(outside.map(depth)));
  });

  it("flash-crash takes 8 % in three minutes, half of it back within half an hour", () => {
    const [planted] = window("flash-crash");
    if (planted === undefined) throw new Error("no window");
    const at = (events: readonly BrawlerEvent[], after: number) =>
      value(
        ofType(events, "reference").findLast(({ time }) => time <= planted.from + after)?.bid ?? {
          mantissa: 0,
          decimals: 0,
        },
      );
    const crash = runOf("flash-crash", 1, ["BTC-PERP"]);
    const usual = runOf("normal", 1, ["BTC-PERP"]);
    const move = (after: number) =>
      Math.log(at(crash, after) / at(crash, -MINUTE)) -
      Math.log(at(usual, after) / at(usual, -MINUTE));
    expect(move(4 * MINUTE)).toBeLessThan(-0.065);
    expect(move(4 * MINUTE)).toBeGreaterThan(-0.095);
    expect(move(35 * MINUTE)).toBeLessThan(-0.02);
    expect(move(35 * MINUTE)).toBeGreaterThan(-0.06);
  });

  it("feed-outage silences the market for its 90 seconds, and our quotes are pulled", () => {
    const events = runOf("feed-outage");
    const windows = window("feed-outage", 4);
    const isIn = (time: number) => windows.some(({ from, to }) => time > from && time < to);
    const alive = events.filter(({ type }) => type === "reference" || type === "heartbeat");
    expect(alive.filter(({ time }) => isIn(time))).toEqual([]);
    const pulled = ofType(events, "quote").filter(({ reason }) => reason === "no-feed");
    expect(pulled.length).toBeGreaterThan(5);
  });

  it("funding-spike pays 0.75 % more in its windows", () => {
    const rates = ofType(runOf("funding-spike"), "funding").map(({ rate }) => value(rate));
    const usual = ofType(normal, "funding").map(({ rate }) => value(rate));
    expect(rates.length).toBe(usual.length);
    expect((rates[0] ?? 0) - (usual[0] ?? 0)).toBeGreaterThan(0.006);
    expect((rates[0] ?? 0) - (usual[0] ?? 0)).toBeLessThan(0.0085);
    expect(Math.abs((rates[4] ?? 0) - (usual[4] ?? 0))).toBeLessThan(1e-9);
  });
});

describe("effects on the maker", () => {
  const DAYS = 12;
  const normal = runOf("normal", DAYS);

  it("toxic-flow turns the markout after a minute negative", () => {
    expect(markoutBps(normal)).toBeGreaterThan(-0.5);
    expect(markoutBps(runOf("toxic-flow", DAYS))).toBeLessThan(markoutBps(normal) - 1.5);
  });

  it("toxic-counterparty makes C7's trades worse than everybody else's", () => {
    const events = runOf("toxic-counterparty", 30);
    const of = (isToxic: boolean) =>
      events.filter((each) => each.type !== "trade" || (each.counterparty === "C7") === isToxic);
    expect(markoutBps(of(true))).toBeLessThan(markoutBps(of(false)) - 0.5);
  });

  it("hit-rate-drop fills fewer quotes, by 10 to 40 %", () => {
    const ratio = hitRate(runOf("hit-rate-drop", DAYS)) / hitRate(normal);
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(0.9);
  });

  it("markout-drift worsens the markout, day by day", () => {
    const late = (events: readonly BrawlerEvent[]) =>
      events.filter(({ time }) => time > START + 20 * DAY);
    const drift = markoutBps(late(runOf("markout-drift", 40)));
    expect(drift).toBeLessThan(markoutBps(late(runOf("normal", 40))) - 1);
  });

  it("inventory-run drives the position to its limit and no further", () => {
    const limit = value({
      mantissa: instrumentProfile("SOL-PERP").quoting.positionLimitLots,
      decimals: 1,
    });
    expect(largestPosition(runOf("inventory-run", DAYS))).toBeGreaterThan(0.9 * limit);
    expect(largestPosition(runOf("inventory-run", DAYS))).toBeLessThanOrEqual(limit + 1e-9);
    expect(largestPosition(normal)).toBeLessThan(0.9 * limit);
  });

  it("fee-tier-switch charges the next worse tier from the first hour on", () => {
    const { tiers, tier } = instrumentProfile("SOL-PERP");
    const makers = ofType(runOf("fee-tier-switch"), "trade").filter(
      ({ liquidity }) => liquidity === "maker",
    );
    const onset = START + HOUR;
    for (const { time, fee, price, quantity } of makers) {
      const rate = tiers[time < onset ? tier : tier - 1]?.makerE6 ?? Number.NaN;
      expect(value(fee)).toBeCloseTo((value(price) * value(quantity) * rate) / 1e6, 9);
    }
    expect(makers.length).toBeGreaterThan(100);
  });

  it("size-experiment makes large trades worse than small ones", () => {
    const events = runOf("size-experiment", 40);
    const usual = instrumentProfile("SOL-PERP").quoting.quoteLots / 10;
    const of = (isLarge: boolean) =>
      events.filter(
        (each) => each.type !== "trade" || value(each.quantity) > 1.4 * usual === isLarge,
      );
    expect(markoutBps(of(true))).toBeLessThan(markoutBps(of(false)));
  });
});

describe("faults of the delivery", () => {
  const options = { durationUs: hours(24 * 3), gridUs: MINUTE_US, instruments: ["ETH-PERP"] };
  const clean = linesOf(options).map(({ line }) => line);

  it("duplicates delivers one line in a hundred twice, and every line once", () => {
    const told = linesOf({ ...options, scenario: "duplicates" }).map(({ line }) => line);
    const extra = told.length - new Set(told).size;
    expect(extra / clean.length).toBeGreaterThan(0.006);
    expect(extra / clean.length).toBeLessThan(0.014);
    expect(new Set(told)).toEqual(new Set(clean));
  });

  it.each([
    ["reorders", 0.01, 0.03, 3_000_000],
    ["late", 0.003, 0.008, 600_000_000],
  ] as const)(
    "%s delays between %s and %s of the lines, by at most %s µs",
    (scenario, low, high, most) => {
      const lines = linesOf({ ...options, scenario });
      const delays = lines.map(({ time, line }) => time - (parsed([{ line }])[0]?.time ?? 0));
      const delayed = delays.filter((delay) => delay > 0);
      expect(delayed.length / clean.length).toBeGreaterThan(low);
      expect(delayed.length / clean.length).toBeLessThan(high);
      expect(Math.max(...delayed)).toBeLessThanOrEqual(most);
      expect(lines.every(({ time }, i) => time >= (lines[i - 1]?.time ?? 0))).toBe(true);
    },
  );

  it("gaps loses lines for good, and their sequence numbers with them", () => {
    const told = parsed(linesOf({ ...options, scenario: "gaps" })).map(({ sequence }) => sequence);
    const lost = (told.at(-1) ?? 0) - told.length;
    expect(lost).toBeGreaterThan(0);
    expect(lost / clean.length).toBeLessThan(0.002);
  });

  it("busts and corrections follow their trade by minutes, each trade at most once", () => {
    const run = { ...options, scenario: "data-faults", durationUs: hours(24 * 10) };
    const events = parsed(linesOf(run));
    const times = new Map(ofType(events, "trade").map(({ tradeId, time }) => [tradeId, time]));
    const amended = [...ofType(events, "bust"), ...ofType(events, "correction")];
    const ids = new Set(amended.map(({ tradeId }) => tradeId));
    expect(ids.size).toBeGreaterThan(5);
    for (const { tradeId, time } of amended) {
      expect(time - (times.get(tradeId) ?? Number.NaN)).toBeGreaterThanOrEqual(30_000_000);
      expect(time - (times.get(tradeId) ?? Number.NaN)).toBeLessThanOrEqual(600_000_000);
    }
  });
});
