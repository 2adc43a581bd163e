/** Goal: what is asked for is what is planted, and what cannot be planted is refused in words. */
import { describe, expect, it } from "vitest";
import { USUAL } from "../../../lib/core/simulator/scenario.ts";
import {
  plannedChange,
  plannedEffects,
  plannedFaults,
  plannedTruth,
  planScenarios,
  requireInstruments,
} from "../../../lib/core/simulator/scenario-plan.ts";
import { simulate } from "../../../lib/core/simulator/simulation.ts";
import { DAY, firstDifference, HOUR, hours, linesOf, START } from "./run.ts";

const MINUTE = HOUR / 60;
const DAY_SPAN = { from: START, to: START + DAY };

function windowsOf(text: string) {
  return plannedTruth(planScenarios(text, START), DAY_SPAN).map(({ windows }) =>
    windows.map(({ from, to }) => [(from - START) / MINUTE, (to - START) / MINUTE]),
  );
}

describe("planScenarios", () => {
  it.each([
    {
      text: "vol-spike",
      windows: [
        [
          [10, 40],
          [370, 400],
          [730, 760],
          [1_090, 1_120],
        ],
      ],
    },
    { text: "vol-spike@2h", windows: [[[120, 150]]] },
    { text: "vol-spike@2h+10m", windows: [[[120, 130]]] },
    { text: "vol-spike+10m", windows: [[[10, 20]]] },
    { text: "toxic-flow@1h, calm+30m", windows: [[[60, 1_440]], [[0, 30]]] },
    { text: "vol-spike@1h+5m,vol-spike@2h+5m", windows: [[[60, 65]], [[120, 125]]] },
    { text: "normal", windows: [] },
  ])("plants $text at $windows minutes", ({ text, windows }) => {
    expect(windowsOf(text)).toEqual(windows);
  });

  it.each([
    { text: "doom", says: /unknown scenario "doom"; there are normal, null, calm/ },
    { text: "calm@", says: /cannot read scenario "calm@"/ },
    { text: "calm@2x", says: /2x is no duration such as 90s/ },
    { text: "calm@1h+0s", says: /would last no time at all/ },
    { text: "null@1h", says: /null holds for the whole run/ },
    { text: "normal,calm", says: /normal plants nothing/ },
    { text: "null,vol-spike", says: /null and vol-spike cannot go together/ },
    { text: "calm,calm@2h", says: /calm is named twice for the same time/ },
    { text: "data-faults,busts", says: /data-faults holds busts already/ },
  ])("refuses $text", ({ text, says }) => {
    expect(() => planScenarios(text, START)).toThrow(says);
  });

  it("asks for the instruments without which nothing would show", () => {
    const plan = planScenarios("calm,lead-lag", START);
    expect(() => requireInstruments(plan, ["ETH-PERP", "SOL-PERP"])).toThrow(
      /lead-lag needs BTC-PERP and ETH-PERP; not simulated: BTC-PERP/,
    );
    const of = () =>
      simulate({ seed: 1, from: START, scenario: "cointegrated-pair", instruments: ["BTC-PERP"] });
    expect(of).toThrow(/SOL-PERP/);
  });
});

describe("scenarios together", () => {
  const plan = planScenarios("calm,vol-spike@1h+1h,toxic-flow@90m,late@2h+1h", START);

  it("multiply factors and add additions, each in its own time", () => {
    const at = (minutes: number) => plannedEffects(plan, START + minutes * MINUTE);
    expect(at(30)).toMatchObject({ volatility: 0.5, arrivals: 0.7, informed: 0.5, spread: 1 });
    expect(at(60)).toMatchObject({ volatility: 2.5, arrivals: 1.4, informed: 0.5, spread: 3 });
    expect(at(95)).toMatchObject({ volatility: 2.5, informed: 1, impact: 2 });
    expect(at(120)).toMatchObject({ volatility: 0.5, informed: 1, impact: 2, spread: 1 });
    expect(plannedEffects(planScenarios("busts@1h", START), START)).toBe(USUAL);
  });

  it("change at every edge of a window, but for how lines are delivered", () => {
    const changes: number[] = [];
    for (let time: number = START; ; ) {
      time = plannedChange(plan, time);
      if (time > START + DAY) break;
      changes.push((time - START) / MINUTE);
    }
    expect(changes).toEqual([60, 90, 120]);
  });

  it("deliver wrongly only inside the window of the fault", () => {
    const at = (minutes: number) => plannedFaults(plan, START + minutes * MINUTE);
    expect(at(119)).toBeUndefined();
    expect(at(120)).toMatchObject({ late: 0.005 });
    expect(at(180)).toBeUndefined();
    const options = { instruments: ["ETH-PERP"], durationUs: hours(1) };
    const clean = linesOf(options).map(({ line }) => line);
    const doubled = linesOf({ ...options, scenario: "duplicates@10m+20m" }).map(({ line }) => line);
    const before = 300;
    expect(doubled.length).toBeGreaterThan(clean.length);
    expect(firstDifference(doubled.slice(0, before), clean.slice(0, before))).toBeUndefined();
    expect(clean[before]).toContain('"type"');
    expect(new Set(doubled)).toEqual(new Set(clean));
  });

  it("leave every draw as it was where they do not act", () => {
    const options = { instruments: ["SOL-PERP"], durationUs: hours(2) };
    const usual = linesOf(options).map(({ line }) => line);
    const spiked = linesOf({ ...options, scenario: "vol-spike@1h+10m,busts@1h" });
    const before = spiked.filter(({ time }) => time < START + HOUR).map(({ line }) => line);
    expect(firstDifference(before, usual.slice(0, before.length))).toBeUndefined();
  });
});

describe("the truth of a run", () => {
  const simulation = simulate({
    seed: 3,
    from: START,
    durationUs: hours(6),
    instruments: ["SOL-PERP", "LINK-PERP"],
    scenario: "flash-crash@1h,size-experiment,reorders",
  });
  const lines = [...simulation];
  const truth = simulation.truth();

  it("says what was planted, when, how strongly, and how it goes on", () => {
    expect(truth).toMatchObject({ seed: 3, from: START, to: START + 6 * HOUR });
    const [crash, sizes, reorders] = truth.planted;
    expect(crash?.windows).toEqual([{ from: START + HOUR, to: START + 6 * HOUR }]);
    expect(crash?.course[0]).toMatchObject({
      afterUs: 3 * MINUTE,
      effects: { spread: 8, volatility: 3 },
    });
    expect(crash?.course[0]?.effects.priceShiftBps).toBeCloseTo(-800 + 1, -1);
    expect(sizes).toMatchObject({ effects: { sizeImpactBps: 1.5 }, course: [], faults: {} });
    expect(reorders).toMatchObject({ effects: {}, faults: { reorders: 0.02 } });
    expect(truth.pair).toMatchObject({ follower: "LINK-PERP", halfLifeMinutes: 120 });
  });

  it("counts the trades whose outcome was known", () => {
    for (const { instrument, maker, taker } of truth.instruments) {
      const told = lines.filter((each) => each.instrument === instrument);
      const trades = told.filter(({ line }) => line.startsWith('{"type":"trade"')).length;
      expect(maker.trades + taker.trades).toBe(trades);
      expect(maker.moves.map(({ horizonUs }) => horizonUs / 1e6)).toEqual([1, 5, 10, 30, 60, 300]);
    }
  });
});
