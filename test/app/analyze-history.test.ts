/**
 * Goal: a planted trend of a daily figure is told, with its slope, of the instrument and of the portfolio; what does not
 * change is not; and a run that finds nothing new writes nothing.
 */
import { describe, expect, it } from "vitest";
import { analyzeHistory, readTrends } from "../../lib/app/analyze-history.ts";
import { DAY_US, type EpochUs, HOUR_US, MINUTE_US } from "../../lib/core/units.ts";
import { DEFAULTS, type Folded, folded } from "../fold.ts";

const START = Date.UTC(2026, 5, 1) * 1_000;
const DAYS = 20;

/** A day: the mid stands at 100; we buy and sell one, each `edge` away from it. */
function day(instrument: string, at: number, edge: number) {
  const start = START + at * DAY_US;
  const reference = (time: number) => ({ type: "reference", time, bid: "99.9", ask: "100.1" });
  const trade = (time: number, side: "buy" | "sell") => ({
    type: "trade",
    time,
    tradeId: `${instrument}-${time}`,
    side,
    liquidity: "maker",
    price: (side === "buy" ? 100 - edge : 100 + edge).toFixed(2),
    quantity: "1",
    fee: "0",
  });
  const events: object[] = [];
  for (let time = start; time < start + DAY_US; time += HOUR_US) events.push(reference(time));
  events.push(trade(start + 23 * HOUR_US + MINUTE_US, "buy"));
  events.push(trade(start + 23 * HOUR_US + 2 * MINUTE_US, "sell"));
  return events;
}

/** `edge` by day; the first day is not whole to the analysis, as the day of the first event never is. */
function market(instrument: string, days: number, edge: (day: number) => number) {
  const events = Array.from({ length: days }, (_, at) => day(instrument, at, edge(at))).flat();
  const end = { type: "reference", time: START + days * DAY_US, bid: "99.9", ask: "100.1" };
  return [...events, end].map((event, index) => ({ ...event, instrument, sequence: index + 1 }));
}

const growing = (days = DAYS) => [
  ...market("UP", days, (at) => 0.1 + 0.05 * at),
  ...market("FLAT", days, () => 0.2),
];

const run = ({ store }: Folded, now = 1) =>
  analyzeHistory({ ...store, clock: { now: () => now as EpochUs } }, DEFAULTS);

describe("the past as a whole", () => {
  it("tells a planted trend with its slope, of the instrument and of the portfolio", () =>
    folded(growing(), async (fold) => {
      const outcome = await run(fold);
      expect(outcome.written).toBe(3);
      const [whole, flat, up] = await readTrends(fold.store.analyses);
      expect([whole, flat, up].map((one) => one?.instrument)).toEqual([null, "FLAT", "UP"]);
      expect(up).toMatchObject({ from: START + DAY_US, to: START + DAYS * DAY_US, days: DAYS - 1 });
      for (const record of [whole, up]) {
        const spread = record?.trends["pnl.spread"];
        expect(spread).toMatchObject({ direction: "rising", status: "ok", n: DAYS - 1, tau: 1 });
        expect(spread?.slope).toBeCloseTo(2 * 0.05, 9);
        expect(spread?.q).toBeLessThanOrEqual(0.05);
        expect(spread?.q).toBeGreaterThanOrEqual(spread?.p ?? 1);
      }
      expect(flat?.trends["pnl.spread"]).toMatchObject({
        status: "zero-variance",
        direction: null,
        slope: null,
      });
      expect(up?.trends["hit-rate.rate"]).toMatchObject({ status: "insufficient", n: 0 });
    }));

  it("writes nothing where it has nothing new to say, and anew when a day has come", () =>
    folded(growing(), async (fold) => {
      await run(fold);
      expect(await run(fold, 2)).toMatchObject({ written: 0 });
      await folded(growing(DAYS + 1), async ({ store }) => {
        const ports = { ...store, analyses: fold.store.analyses };
        const clock = { now: () => 3 as EpochUs };
        expect(await analyzeHistory({ ...ports, clock }, DEFAULTS)).toMatchObject({ written: 3 });
      });
      const [whole] = await readTrends(fold.store.analyses);
      expect(whole).toMatchObject({ to: START + (DAYS + 1) * DAY_US, days: DAYS });
    }));

  it("says that it is too early", () =>
    folded(growing(5), async (fold) => {
      await run(fold);
      const [whole] = await readTrends(fold.store.analyses);
      expect(whole?.trends["pnl.net"]).toMatchObject({ status: "insufficient", n: 4, q: null });
    }));

  it("has nothing to say of nothing", () =>
    folded([], async (fold) => {
      expect(await run(fold)).toEqual({ written: 0, found: 0 });
      expect(await readTrends(fold.store.analyses)).toEqual([]);
    }));
});
