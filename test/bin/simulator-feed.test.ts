/**
 * Goal: whatever happens between two starts, a line is told in the same words or not at all. Method: a feed is
 * stopped and killed at random, resumed from what was kept, and its lines are compared by instrument and sequence.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FeedRun, followFeed } from "../../bin/follow-feed.ts";
import { openPacedClock } from "../../bin/paced-clock.ts";
import { type FeedState, SimulatorFeed, type Telling } from "../../bin/simulator-feed.ts";
import { tellInThread } from "../../bin/simulator-thread.ts";
import { HISTORY_GRID_US } from "../../lib/core/simulator/simulation.ts";
import { DAY_US, epochUs, HOUR_US, MINUTE_US, SECOND_US } from "../../lib/core/units.ts";

const FROM = epochUs(1_767_225_600_000_000);
const WORLD = { seed: 42, from: FROM, instruments: ["ETH-PERP", "SOL-PERP"] };
const FINE: Telling = {
  scenario: "normal",
  scenarioFrom: FROM,
  gridUs: SECOND_US,
  endsAt: null,
};

/** A new world, told every second. */
function fineFeed(): SimulatorFeed {
  const feed = SimulatorFeed.begin(WORLD, "normal");
  feed.retell(FINE);
  return feed;
}

const sequenceOf = (line: string): string => {
  const { instrument, sequence } = JSON.parse(line) as { instrument: string; sequence: number };
  return `${instrument} ${sequence}`;
};

/** Fails on the first sequence that is told in other words than before. */
function hear(heard: Map<string, string>, lines: readonly string[]): void {
  for (const line of lines) {
    const key = sequenceOf(line);
    expect(heard.get(key) ?? line).toBe(line);
    heard.set(key, line);
  }
}

/** Every sequence from 1 on was heard. */
function expectGapless(heard: ReadonlyMap<string, string>): void {
  for (const instrument of WORLD.instruments) {
    const count = [...heard.keys()].filter((key) => key.startsWith(`${instrument} `)).length;
    expect(count).toBeGreaterThan(100);
    expect(heard.has(`${instrument} ${count}`)).toBe(true);
  }
}

const asKept = (state: FeedState): FeedState => JSON.parse(JSON.stringify(state)) as FeedState;

describe("SimulatorFeed", () => {
  it("lets nothing leave that a kept state does not allow", () => {
    const feed = fineFeed();
    feed.take(FROM, 1_000);
    expect(feed.take(FROM + HOUR_US, 1_000)).toEqual([]);
    feed.allow(feed.save(FROM + SECOND_US));
    const lines = feed.take(FROM + HOUR_US, 1_000);
    expect(lines.length).toBeGreaterThan(0);
    expect(feed.next).toBeGreaterThan(FROM + SECOND_US);
  });

  it("refuses to change its words where they may have been heard", () => {
    const feed = fineFeed();
    feed.allow(feed.save(FROM + MINUTE_US));
    feed.take(FROM + SECOND_US, 1_000);
    const coarse = { ...FINE, gridUs: HISTORY_GRID_US };
    expect(() => feed.retell(coarse)).toThrow("the telling is settled until");
    feed.take(FROM + MINUTE_US, 1_000_000);
    feed.retell(coarse);
    expect(feed.telling).toEqual(coarse);
  });
});

interface Sitting {
  readonly passesUs: number;
  readonly scenario: string;
  /** Batches until it is killed; without one it ends cleanly when it is live. */
  readonly killedAfter: number | undefined;
  /** A long past is told by a thread of its own. */
  readonly inThread: boolean;
}

/** One start, from `kept` or afresh; returns what the next start finds. */
async function sit(
  kept: FeedState | undefined,
  sitting: Sitting,
  clockAt: number,
  heard: Map<string, string>,
): Promise<FeedState | undefined> {
  const stop = new AbortController();
  let found = kept;
  let batches = 0;
  const run: FeedRun = {
    feed: kept === undefined ? SimulatorFeed.begin(WORLD, "normal") : SimulatorFeed.resume(kept),
    clock: openPacedClock(clockAt, 1, () => 0),
    scenario: { scenario: sitting.scenario, scenarioFrom: epochUs(clockAt) },
    deliver: async (lines) => {
      hear(heard, lines);
      batches += 1;
      if (batches === sitting.killedAfter) throw new Error("killed");
    },
    keep: (state) => {
      found = asKept(state);
    },
    onBehind: (behindUs) => {
      if (behindUs === 0) stop.abort();
    },
    signal: stop.signal,
    ...(sitting.inThread ? { tellAhead: tellInThread } : {}),
  };
  await followFeed(run).catch((error: unknown) => {
    expect(error).toMatchObject({ message: "killed" });
  });
  return found;
}

describe("followFeed", () => {
  it("tells every line in the same words over any sequence of kills, pauses and scenarios", async () => {
    const sitting = fc.record({
      passesUs: fc.oneof(
        fc.integer({ min: SECOND_US, max: MINUTE_US }),
        fc.integer({ min: MINUTE_US, max: 6 * HOUR_US }),
      ),
      scenario: fc.constantFrom("normal", "toxic-flow", "duplicates"),
      killedAfter: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      inThread: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(sitting, { minLength: 1, maxLength: 5 }), async (sittings) => {
        const heard = new Map<string, string>();
        let kept: FeedState | undefined;
        let clockAt = FROM + 3 * HOUR_US;
        for (const each of [...sittings, LAST]) {
          clockAt += each.passesUs;
          kept = await sit(kept, each, clockAt, heard);
        }
        expectGapless(heard);
      }),
      { numRuns: 8 },
    );
  });

  it("tells every instrument in the minute after the past", async () => {
    const heard = new Map<string, string>();
    const betweenGrids = FROM + DAY_US + 2 * MINUTE_US;
    const clockAt = betweenGrids + MINUTE_US;
    const kept = await sit(undefined, LAST, betweenGrids, heard);
    await sit(kept, LAST, clockAt, heard);
    const newest = new Map<string, number>();
    for (const line of heard.values()) {
      const { instrument, time } = JSON.parse(line) as { instrument: string; time: number };
      newest.set(instrument, Math.max(newest.get(instrument) ?? 0, time));
    }
    for (const instrument of WORLD.instruments) {
      expect(clockAt - (newest.get(instrument) ?? 0)).toBeLessThan(15 * SECOND_US);
    }
  });

  it("tells the past more coarsely than the present, which it tells every second", async () => {
    const heard = new Map<string, string>();
    const clockAt = FROM + DAY_US;
    const kept = await sit(undefined, LAST, clockAt, heard);
    const past = heard.size;
    await sit(kept, LAST, clockAt + 5 * MINUTE_US, heard);
    const perMinuteNow = (heard.size - past) / 5;
    expect(perMinuteNow).toBeGreaterThan(3 * (past / (DAY_US / MINUTE_US)));
  });

  it("keeps a scenario's clock over restarts, and starts it anew with another scenario", async () => {
    const heard = new Map<string, string>();
    const first = await sit(undefined, { ...LAST, scenario: "toxic-flow" }, FROM + DAY_US, heard);
    const anchor = first?.telling.scenarioFrom;
    const later = FROM + 2 * DAY_US;
    const again = await sit(first, { ...LAST, scenario: "toxic-flow" }, later, heard);
    expect(again?.telling.scenarioFrom).toBe(anchor);
    const other = await sit(again, LAST, later + HOUR_US, heard);
    expect(other?.telling).toMatchObject({ scenario: "normal", scenarioFrom: later + HOUR_US });
  });
});

const LAST: Sitting = {
  passesUs: MINUTE_US,
  scenario: "normal",
  killedAfter: undefined,
  inThread: false,
};

describe("a past that a thread tells", () => {
  it("is the one that the feed tells itself, to the byte, and ends in the same state", async () => {
    const clockAt = FROM + 3 * DAY_US;
    const [own, threaded] = [new Map<string, string>(), new Map<string, string>()];
    const ownEnd = await sit(undefined, LAST, clockAt, own);
    const threadedEnd = await sit(undefined, { ...LAST, inThread: true }, clockAt, threaded);
    expect(own.size).toBeGreaterThan(10_000);
    expect([...threaded]).toEqual([...own]);
    expect(threadedEnd).toEqual(ownEnd);
  });

  it("can be left in the middle, without a line lost or told twice", async () => {
    const feed = pastFeed();
    const whole = feed.take(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    const told: string[] = [];
    let state = pastFeed().save(0);
    for (let sitting = 0; sitting < 3; sitting += 1) {
      let batches = 0;
      for await (const batch of tellInThread(state, 1_000)) {
        told.push(...batch.lines);
        state = batch.state;
        batches += 1;
        if (batches === 2) break;
      }
    }
    expect(told).toEqual(whole.slice(0, 6_000));
  });

  it("fails as its thread fails", async () => {
    const state = pastFeed().save(0);
    const unknown = { ...state, telling: { ...state.telling, scenario: "unheard-of" } };
    const telling = async () => {
      for await (const _ of tellInThread(unknown, 10)) break;
    };
    await expect(telling()).rejects.toThrow("unknown scenario");
  });
});

/** Two days of the past, all of which may leave. */
function pastFeed(): SimulatorFeed {
  const feed = SimulatorFeed.begin(WORLD, "normal");
  const endsAt = epochUs(FROM + 2 * DAY_US);
  feed.retell({ ...FINE, gridUs: HISTORY_GRID_US, endsAt });
  feed.allow(feed.save(endsAt));
  return feed;
}

describe("a store that stalls", () => {
  it("is waited for, and then told all that it missed", async () => {
    const stop = new AbortController();
    const feed = fineFeed();
    let wall = 0;
    const clock = openPacedClock(FROM, 3_600, () => wall);
    const heard = new Map<string, string>();
    let [open, most, deliveries] = [0, 0, 0];
    await followFeed({
      feed,
      clock,
      scenario: { scenario: "normal", scenarioFrom: FROM },
      deliver: async (lines) => {
        open += 1;
        most = Math.max(most, open);
        hear(heard, lines);
        deliveries += 1;
        await new Promise((resolve) => setTimeout(resolve, 2));
        // Three times, six minutes of the market pass meanwhile, and then no more.
        if (deliveries <= 3) wall += 100_000;
        open -= 1;
      },
      keep: () => {},
      onBehind: (behindUs) => {
        if (wall === 0) wall = 1_000;
        if (behindUs === 0 && deliveries > 3) stop.abort();
      },
      signal: stop.signal,
    });
    expect(most).toBe(1);
    expectGapless(heard);
    expect(feed.next).toBeGreaterThan(clock.now());
    expect(clock.now()).toBeGreaterThanOrEqual(FROM + 300_000 * 3_600);
  });
});
