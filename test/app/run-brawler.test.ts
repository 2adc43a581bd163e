import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EmbeddedStore, openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { loadStates } from "../../lib/app/committed-state.ts";
import { type BrawlerOptions, runBrawler } from "../../lib/app/run-brawler.ts";
import { simulate } from "../../lib/core/simulator/simulation.ts";
import { type DurationUs, type EpochUs, MINUTE_US, SECOND_US } from "../../lib/core/units.ts";
import type { EventSink, OutgoingLine } from "../../lib/ports/event-sink.ts";

const START = 1_767_225_600_000_000;
const INSTRUMENTS = ["BTC-PERP", "SOL-PERP"];

describe("runBrawler", () => {
  let store: EmbeddedStore;
  let now: number;
  let told: string[];
  let failAfter: number;

  const sink: EventSink = {
    publish: async (lines: readonly OutgoingLine[]) => {
      if (told.length + lines.length > failAfter) throw new Error("the stream is gone");
      told.push(...lines.map(({ line }) => line));
      return { acknowledged: lines.length, refused: [] };
    },
    close: async () => {},
  };
  const run = (seconds: number, options: Partial<BrawlerOptions> = {}) =>
    runBrawler(
      {
        state: store.state,
        sink,
        clock: { now: () => now as EpochUs },
        wait: async (us) => {
          now += us;
        },
      },
      {
        seed: 7,
        scenario: "normal",
        instruments: INSTRUMENTS,
        endsAt: (now + seconds * SECOND_US) as EpochUs,
        ...options,
      },
    );
  /** What one endless run would have told by now. */
  const wholeMarket = () => {
    const from = START as EpochUs;
    const durationUs = (now - START) as DurationUs;
    const lines = simulate({ seed: 7, from, instruments: INSTRUMENTS, durationUs });
    return [...lines].map(({ line }) => line);
  };

  beforeEach(() => {
    store = openEmbedded({ temporary: true });
    now = START;
    told = [];
    failAfter = Number.POSITIVE_INFINITY;
  });
  afterEach(() => store.close());

  it("tells over many runs what one run would have told, without a seam", async () => {
    for (let minute = 0; minute < 5; minute += 1) {
      expect((await run(58)).saved).toBe(true);
      now = START + (minute + 1) * MINUTE_US;
    }
    await run(10);
    const market = wholeMarket();
    expect(told.length).toBeGreaterThan(200);
    expect(told).toEqual(market.slice(0, told.length));
    expect(told.length).toBeGreaterThan(market.length - 100);
  });

  it("makes up for the minutes in which nobody ran", async () => {
    await run(58);
    now = START + 20 * MINUTE_US;
    await run(30);
    expect(told).toEqual(wholeMarket().slice(0, told.length));
  });

  it("tells the same again after a run that died, so that each line counts once", async () => {
    await run(58);
    const before = told.length;
    failAfter = before + 20;
    now = START + MINUTE_US;
    await expect(run(58)).rejects.toThrow("the stream is gone");
    failAfter = Number.POSITIVE_INFINITY;
    const died = told.slice(before);
    await run(58);
    expect(told.slice(before + died.length).slice(0, died.length)).toEqual(died);
  });

  it("saves once when two runs overlap", async () => {
    await run(58);
    now = START + MINUTE_US;
    const both = await Promise.all([run(20), run(20)]);
    expect(both.filter(({ saved }) => saved)).toHaveLength(1);
  });

  it("is no instrument: a report does not see what it keeps", async () => {
    await run(20);
    expect(await store.state.keys()).toHaveLength(1);
    expect(await loadStates(store)).toEqual([]);
  });

  it("names what there is when a scenario is unknown", async () => {
    await expect(run(20, { scenario: "boom" })).rejects.toThrow("boom");
  });
});
