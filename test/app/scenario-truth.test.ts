/**
 * Goal: what a scenario plants is seen by the figure that it was made for. Method: the simulated log goes through the
 * real replay; the report is judged by the truth file of the run, beside the same seed with nothing planted.
 */
import { describe, expect, it } from "vitest";
import { parseEvent } from "../../lib/core/events/parse.ts";
import type { PerformanceMetrics, Report } from "../../lib/core/metrics/performance-metrics.ts";
import type { TradeRow } from "../../lib/core/rollup/row.ts";
import { instrumentProfile } from "../../lib/core/simulator/instrument-profile.ts";
import { HISTORY_GRID_US, simulate } from "../../lib/core/simulator/simulation.ts";
import type { SimulationTruth } from "../../lib/core/simulator/simulation-truth.ts";
import { engleGranger } from "../../lib/core/stats/engle-granger.ts";
import type { Ticks } from "../../lib/core/stats/hayashi-yoshida.ts";
import { laggedCorrelation, leadLagRatio } from "../../lib/core/stats/lead-lag.ts";
import { mackinnonCritical } from "../../lib/core/stats/mackinnon.ts";
import { momentsOf, standardDeviation } from "../../lib/core/stats/moments.ts";
import { twoProportionZ } from "../../lib/core/stats/two-proportion.ts";
import {
  DAY_US,
  type DurationUs,
  epochUs,
  HOUR_US,
  MINUTE_US,
  SECOND_US,
} from "../../lib/core/units.ts";
import { folded, onlyInstrument } from "../fold.ts";

const FROM = epochUs(1_767_225_600_000_000);

interface Span {
  readonly from: number;
  readonly to: number;
}

interface Run {
  readonly days: number;
  readonly instruments?: readonly string[];
  readonly seed?: number;
  readonly gridUs?: DurationUs;
  /** Spans are reported of all instruments together, not of the first. */
  readonly isPooled?: boolean;
}

interface Told {
  readonly truth: SimulationTruth;
  readonly report: Report;
  readonly all: PerformanceMetrics;
  /** One per span that was asked for. */
  readonly within: readonly PerformanceMetrics[];
  readonly events: number;
}

function logOf(scenario: string, run: Run) {
  const { days, instruments = ["BTC-PERP"], seed = 5, gridUs = HISTORY_GRID_US } = run;
  const durationUs = (days * DAY_US) as DurationUs;
  const simulation = simulate({ seed, from: FROM, durationUs, instruments, gridUs, scenario });
  const lines = Array.from(simulation, ({ line }) => line);
  return { lines, truth: simulation.truth() };
}

/** @param spans to report; the windows of what was planted unless given */
async function told(scenario: string, run: Run, spans?: readonly Span[]): Promise<Told> {
  const { instruments = ["BTC-PERP"] } = run;
  const { lines, truth } = logOf(scenario, run);
  return folded(lines, async ({ report }) => {
    const whole = await report();
    const [first = ""] = instruments;
    const within: PerformanceMetrics[] = [];
    for (const { from, to } of spans ?? truth.planted[0]?.windows ?? []) {
      const span = { kind: "range", from, to } as const;
      const part = await report(run.isPooled ? { span } : { span, instruments: [first] });
      within.push(run.isPooled ? part.portfolio : onlyInstrument(part));
    }
    const all = whole.instruments[first];
    if (all === undefined) throw new Error("nothing was told");
    return { truth, report: whole, all, within, events: lines.length };
  });
}

/** With and without the scenario, reported over the windows in which it acts. */
async function pairOf(scenario: string, run: Run) {
  const planted = await told(scenario, run);
  const usual = await told("normal", run, planted.truth.planted[0]?.windows);
  return { planted, usual };
}

/** Mean maker markout over several windows, and the standard deviation of one trade's. */
function markout(parts: readonly PerformanceMetrics[], horizon: string) {
  let [n, sum, squares] = [0, 0, 0];
  for (const { markouts } of parts) {
    const figure = markouts.maker[horizon];
    if (figure === undefined || figure.value === null) continue;
    n += figure.n;
    sum += figure.n * figure.value;
    squares += figure.n * ((figure.sd ?? 0) ** 2 + figure.value ** 2);
  }
  const mean = sum / n;
  const sd = Math.sqrt(squares / n - mean * mean);
  return { n, mean, sd, error: sd / Math.sqrt(n) };
}

function trades(parts: readonly PerformanceMetrics[]): number {
  return parts.reduce((sum, each) => sum + each.trades.count, 0);
}

describe("the report shows", { timeout: 180_000 }, () => {
  it("calm: markouts spread half as far", async () => {
    const { planted, usual } = await pairOf("calm", { days: 4 });
    const ratio = markout([planted.all], "1m").sd / markout([usual.all], "1m").sd;
    expect(ratio).toBeGreaterThan(0.35);
    expect(ratio).toBeLessThan(0.7);
  });

  it("toxic-flow: the 30 s markout falls as far as the truth says", async () => {
    const { planted, usual } = await pairOf("toxic-flow", { days: 5 });
    const [toxic, plain] = [markout(planted.within, "30s"), markout(usual.within, "30s")];
    const bound = (each: Told) =>
      each.truth.instruments[0]?.maker.moves.find(({ horizonUs }) => horizonUs === 30e6)?.bps ?? 0;
    const expected = bound(planted) - bound(usual);
    expect(expected).toBeLessThan(-1.5);
    expect(toxic.mean - plain.mean).toBeLessThan(-1.2);
    const edges = markout(planted.within, "0s").mean - markout(usual.within, "0s").mean;
    const error = Math.hypot(toxic.error, plain.error);
    expect(Math.abs(toxic.mean - plain.mean - edges - expected)).toBeLessThan(3 * error + 0.1);
  });

  it("toxic-hour: the hour's 30 s markout is worse than the same hour's without it", async () => {
    const instruments = ["BTC-PERP", "ETH-PERP", "BTC-INV", "ETH-SPOT"];
    const run = { days: 12, instruments, isPooled: true };
    const { planted, usual } = await pairOf("toxic-hour", run);
    expect(planted.within).toHaveLength(12);
    const [toxic, plain] = [markout(planted.within, "30s"), markout(usual.within, "30s")];
    const error = Math.hypot(toxic.error, plain.error);
    expect(toxic.mean - plain.mean).toBeLessThan(-2 * error);
  });

  it.each([
    { scenario: "vol-spike", low: 2.5, high: 9 },
    { scenario: "stress", low: 3, high: 13 },
    { scenario: "vol-regimes", low: 1.7, high: 3.5 },
  ])("$scenario: markouts spread $low to $high times as far in its windows", async (each) => {
    const { planted, usual } = await pairOf(each.scenario, { days: 6 });
    const ratio = markout(planted.within, "30s").sd / markout(usual.within, "30s").sd;
    expect(ratio).toBeGreaterThan(each.low);
    expect(ratio).toBeLessThan(each.high);
  });

  it("flash-crash: the mark is 6.5 to 9.5 % lower after three minutes", async () => {
    const run = { days: 0.5, gridUs: MINUTE_US };
    const crash = await told("flash-crash@6h", run);
    const onset = crash.truth.planted[0]?.windows[0]?.from ?? 0;
    const spans = [onset - MINUTE_US, onset + 4 * MINUTE_US].map((to) => ({ from: FROM, to }));
    const [before, after] = (await told("flash-crash@6h", run, spans)).within;
    const move = Math.log(Number(after?.position?.mark) / Number(before?.position?.mark));
    expect(move).toBeLessThan(-0.065);
    expect(move).toBeGreaterThan(-0.095);
  });

  it("liquidity-drought: quotes trade less often in its windows", async () => {
    const { planted, usual } = await pairOf("liquidity-drought", { days: 6 });
    expect(trades(usual.within)).toBeGreaterThan(150);
    expect(trades(planted.within) / trades(usual.within)).toBeLessThan(0.8);
  });

  it("feed-outage: no quote stands on both sides while the feed is silent", async () => {
    const { planted, usual } = await pairOf("feed-outage", { days: 2 });
    const uptime = (parts: readonly PerformanceMetrics[]) =>
      parts.reduce((sum, { quoting }) => sum + (quoting.twoSidedUptime ?? 0), 0) / parts.length;
    expect(uptime(usual.within)).toBeGreaterThan(0.1);
    expect(uptime(planted.within)).toBeLessThan(0.5 * uptime(usual.within));
  });

  it("inventory-run: the position runs to the limit that the truth names", async () => {
    const { planted, usual } = await pairOf("inventory-run", { days: 3 });
    const { lot } = instrumentProfile("BTC-PERP");
    const lots = planted.truth.instruments[0]?.positionLimitLots ?? 0;
    const limit = (lots * lot.mantissa) / 10 ** lot.decimals;
    const largest = ({ all }: Told) => Number(all.inventory.maximumAbsolute);
    expect(largest(planted)).toBeGreaterThan(0.9 * limit);
    expect(largest(planted)).toBeLessThanOrEqual(limit);
    expect(largest(usual)).toBeLessThan(0.9 * limit);
  });

  it("hit-rate-drop: the hit rate falls by 10 to 40 %, beyond chance", async () => {
    const { planted, usual } = await pairOf("hit-rate-drop", { days: 8 });
    const counts = ({ all }: Told) => ({ successes: all.hitRate.filled, n: all.hitRate.closed });
    expect(twoProportionZ(counts(planted), counts(usual))).toBeLessThan(-3);
    const ratio = (planted.all.hitRate.value ?? 1) / (usual.all.hitRate.value ?? 1);
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(0.9);
  });

  it("markout-drift: around the 15th day the 1 min markout is 1.5 bps worse", async () => {
    const last = [{ from: FROM + 12 * DAY_US, to: FROM + 18 * DAY_US }];
    const planted = await told("markout-drift", { days: 18 }, last);
    const usual = await told("normal", { days: 18 }, last);
    const late = planted.truth.planted[0]?.course.find(({ afterUs }) => afterUs === 30 * DAY_US);
    expect(late?.effects.adverseBps).toBeCloseTo(3, 9);
    const [worse, plain] = [markout(planted.within, "1m"), markout(usual.within, "1m")];
    const error = Math.hypot(worse.error, plain.error);
    expect(worse.mean - plain.mean).toBeLessThan(-2 * error);
    expect(Math.abs(worse.mean - plain.mean + 1.5)).toBeLessThan(3 * error);
  });

  it("fee-tier-switch: maker trades pay one tier more from the first hour on, to the digit", async () => {
    const spans = [
      { from: FROM, to: FROM + HOUR_US },
      { from: FROM + HOUR_US, to: FROM + 2 * DAY_US },
    ];
    const { within } = await told("fee-tier-switch", { days: 2 }, spans);
    const { tiers, tier } = instrumentProfile("BTC-PERP");
    const fees = within.map(({ markouts }) => {
      const { value = 0, net = 0 } = markouts.maker["0s"] ?? {};
      return (value ?? 0) - (net ?? 0);
    });
    expect(fees[0]).toBeCloseTo((tiers[tier]?.makerE6 ?? 0) / 100, 2);
    expect(fees[1]).toBeCloseTo((tiers[tier - 1]?.makerE6 ?? 0) / 100, 2);
  });

  it("funding-spike: funding is −position × mark × 0.75 % more at each of its funding times", async () => {
    const spans = [8, 16].map((hour) => ({ from: FROM, to: FROM + hour * HOUR_US }));
    const planted = await told("funding-spike", { days: 1 }, spans);
    const usual = await told("normal", { days: 1 }, spans);
    const expected = planted.within
      .map(({ position }) => -Number(position?.quantity) * Number(position?.mark) * 0.0075)
      .reduce((sum, each) => sum + each, 0);
    const difference = Number(planted.all.pnl.funding) - Number(usual.all.pnl.funding);
    expect(Math.abs(expected)).toBeGreaterThan(0.01);
    expect(difference / expected).toBeGreaterThan(0.97);
    expect(difference / expected).toBeLessThan(1.03);
  });

  it("size-experiment: large trades mark out worse, so the weighted mean is below the plain one", async () => {
    const { all } = await told("null,size-experiment", { days: 10, instruments: ["ETH-PERP"] });
    const { value, weighted } = all.markouts.maker["30s"] ?? {};
    // 1.5 bps times what the weights add to the mean root of the size: about 0.6.
    expect((weighted ?? 0) - (value ?? 0)).toBeLessThan(-0.2);
    expect((weighted ?? 0) - (value ?? 0)).toBeGreaterThan(-1.4);
  });

  it("clock-skew: three seconds late, the edge has lost what the market took back in three seconds", async () => {
    const { planted, usual } = await pairOf("clock-skew", { days: 2, gridUs: SECOND_US });
    const [late, plain] = [markout([planted.all], "0s"), markout([usual.all], "0s")];
    const moves = usual.truth.instruments[0]?.maker.moves ?? [];
    const within = (seconds: number) =>
      moves.find(({ horizonUs }) => horizonUs === seconds * 1e6)?.bps ?? Number.NaN;
    expect(late.mean - plain.mean).toBeLessThan(within(1) + 0.2);
    expect(late.mean - plain.mean).toBeGreaterThan(within(5) - 0.2);
  });

  it("cointegrated-pair: Engle and Granger's test finds the pair, its β and its half-life", async () => {
    const instruments = ["LINK-PERP", "SOL-PERP"];
    const hours = Array.from({ length: 5 * 24 }, (_, hour) => FROM + (hour + 1) * HOUR_US);
    const spans = hours.map((to) => ({ from: to - HOUR_US, to }));
    const marks = async (names: readonly string[]) => {
      const run = { days: 5, instruments: names };
      const { within, truth } = await told("cointegrated-pair", run, spans);
      return { truth, logs: within.map(({ position }) => Math.log(Number(position?.mark))) };
    };
    const follower = await marks(instruments);
    const leader = await marks(instruments.toReversed());
    const { pair } = follower.truth;
    expect([pair.follower, pair.leader]).toEqual(instruments);
    const test = engleGranger(follower.logs, leader.logs);
    expect(test?.t).toBeLessThan(mackinnonCritical(2, test?.n ?? 0)[1]);
    // Each of the two prices has what its own takers moved, for hours, in it: 5 days tell β to a quarter.
    expect(Math.abs((test?.beta ?? 0) - pair.beta)).toBeLessThan(0.3);
    expect((test?.halfLife ?? 0) * 60).toBeGreaterThan(pair.halfLifeMinutes / 2);
    expect((test?.halfLife ?? 0) * 60).toBeLessThan(pair.halfLifeMinutes * 2);
  });
});

describe("beside the report", { timeout: 180_000 }, () => {
  it("toxic-counterparty: of all trades that are read back, C7's mark out worst at 30 s", async () => {
    const run = { days: 20, instruments: ["BTC-PERP", "ETH-PERP"] };
    const { truth, lines } = logOf("toxic-counterparty", run);
    expect(truth.planted[0]?.effects).toEqual({ toxicImpact: 3 });
    const others = await byCounterparty(lines);
    const toxic = others.get("C7");
    others.delete("C7");
    const means = Array.from(others.values(), ({ mean }) => mean);
    expect(means).toHaveLength(7);
    expect(toxic?.mean).toBeLessThan(Math.min(...means));
    const rest = means.reduce((sum, each) => sum + each, 0) / means.length;
    expect((toxic?.mean ?? 0) - rest).toBeLessThan(-3 * (toxic?.error ?? Infinity));
    const usual = await byCounterparty(logOf("normal", run).lines);
    const plain = usual.get("C7");
    const all = Array.from(usual.values(), ({ mean }) => mean);
    const middle = all.reduce((sum, each) => sum + each, 0) / all.length;
    expect(Math.abs((plain?.mean ?? 9) - middle)).toBeLessThan(3 * (plain?.error ?? 0));
  });

  it.each([
    { scenario: "normal", factor: 1 },
    { scenario: "lead-lag", factor: 4 },
  ])(
    "$scenario: the references of ETH-PERP follow those of BTC-PERP by the truth's lag",
    (each) => {
      const instruments = ["BTC-PERP", "ETH-PERP"];
      const { truth, lines } = logOf(each.scenario, { days: 1, instruments, gridUs: SECOND_US });
      const [btc, eth] = instruments.map((name) => ticksOf(lines, name));
      if (btc === undefined || eth === undefined) throw new Error("two were asked for");
      const lagMs = (truth.instruments[1]?.lagMs ?? Number.NaN) * each.factor;
      expect(truth.planted[0]?.effects.lag ?? 1).toBe(each.factor);
      const lags = Array.from({ length: 17 }, (_, i) => i * 0.25);
      const found = lags.map((lag) => laggedCorrelation(btc, eth, lag) ?? 0);
      const best = lags[found.indexOf(Math.max(...found))] ?? Number.NaN;
      // Told once a second: a lag is seen to within half of one.
      expect(Math.abs(best - lagMs / 1_000)).toBeLessThanOrEqual(0.75);
      expect(leadLagRatio(btc, eth, [1, 2, 3, 4, 5])).toBeGreaterThan(10);
    },
  );
});

interface StoredTrade {
  readonly liquidity: string;
  readonly counterparty?: string;
  readonly markouts: Readonly<Record<string, { readonly bps: number | null }>>;
}

/** Means and errors of maker markouts at 30 s, as `GET /trades` tells them. */
async function byCounterparty(lines: readonly string[]) {
  const rows = await folded(lines, async ({ store }) => {
    const all: TradeRow[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.metrics.readTrades({
        from: FROM,
        to: epochUs(FROM + 400 * DAY_US),
        order: "asc",
        limit: 1_000,
        ...(cursor === undefined ? {} : { cursor }),
      });
      all.push(...page.rows);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return all;
  });
  const values = new Map<string, number[]>();
  for (const row of rows) {
    const { counterparty, liquidity, markouts } = JSON.parse(row.value) as StoredTrade;
    const bps = markouts["30s"]?.bps ?? undefined;
    if (liquidity !== "maker" || counterparty === undefined || bps === undefined) continue;
    values.set(counterparty, [...(values.get(counterparty) ?? []), bps]);
  }
  return new Map(
    Array.from(values, ([name, own]) => {
      const moments = momentsOf(own);
      const error = (standardDeviation(moments) ?? Infinity) / Math.sqrt(own.length);
      return [name, { mean: moments.mean, error }];
    }),
  );
}

/** Changes of an instrument's mid; seconds. */
function ticksOf(lines: readonly string[], instrument: string): Ticks {
  const [times, values]: [number[], number[]] = [[], []];
  for (const line of lines) {
    const event = parseEvent(line);
    if (!("type" in event) || event.type !== "reference" || event.instrument !== instrument)
      continue;
    const mid = Math.log(
      event.bid.mantissa / 10 ** event.bid.decimals + event.ask.mantissa / 10 ** event.ask.decimals,
    );
    if (mid === values.at(-1)) continue;
    if (event.time / 1e6 === times.at(-1)) values[values.length - 1] = mid;
    else {
      times.push(event.time / 1e6);
      values.push(mid);
    }
  }
  return { times, values };
}

describe("data faults are counted, and leave the figures as they are", () => {
  const run = { days: 1, instruments: ["ETH-PERP"] };

  it.each(["duplicates", "reorders"])("%s", async (scenario) => {
    const faulty = await told(scenario, run);
    const clean = await told("normal", run);
    expect(faulty.report.instruments).toEqual(clean.report.instruments);
    const { duplicates, gaps } = faulty.report.data;
    const rate = faulty.truth.planted[0]?.faults.duplicates ?? 0;
    expect(duplicates).toBe(faulty.events - clean.events);
    expect(Math.abs(duplicates - rate * clean.events)).toBeLessThan(
      1 + 4 * Math.sqrt(rate * clean.events),
    );
    expect(gaps).toBe(0);
  });

  it("late: skipped, remembered, and applied when they come", async () => {
    const faulty = await told("late@1h+20h", run);
    const clean = await told("normal", run);
    expect(faulty.report.data.applied).toBe(clean.report.data.applied);
    expect(faulty.report.data.late).toBeGreaterThan(0);
    expect(faulty.all.trades).toEqual(clean.all.trades);
  });

  it("gaps: every lost line is a hole that stays open", async () => {
    const faulty = await told("gaps@1h+20h", { ...run, days: 2 });
    const clean = await told("normal", { ...run, days: 2 });
    const lost = clean.events - faulty.events;
    expect(lost).toBeGreaterThan(0);
    expect(faulty.report.data.gaps).toBe(lost);
    expect(faulty.report.data.applied).toBe(clean.report.data.applied - lost);
  });

  it("corrections: every trade is counted once, at its last price", async () => {
    const clean = await told("normal", { ...run, days: 3 });
    const corrected = await told("corrections", { ...run, days: 3 });
    const corrections = corrected.events - clean.events;
    expect(corrections).toBeGreaterThan(0);
    expect(corrected.all.trades.count).toBe(clean.all.trades.count);
    expect(corrected.report.data.applied).toBe(clean.report.data.applied + corrections);
    expect(corrected.all.pnl.gross).not.toBe(clean.all.pnl.gross);
    expect(Number(corrected.all.pnl.residual)).toBe(0);
  });

  it("busts: what is busted is gone, and nothing is refused", async () => {
    const busted = await told("busts", { ...run, days: 3 });
    const told3 = busted.truth.instruments[0];
    const written = (told3?.maker.trades ?? 0) + (told3?.taker.trades ?? 0);
    expect(busted.all.trades.count).toBeLessThan(written);
    expect(busted.all.trades.count).toBeGreaterThan(0.97 * written);
    expect(busted.report.data.quarantined).toBe(0);
    expect(Number(busted.all.pnl.residual)).toBe(0);
  });
});
