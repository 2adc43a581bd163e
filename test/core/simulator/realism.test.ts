/**
 * Goal: whoever measures the simulated market finds the stylised facts of a real one, and none in the null world.
 * Method: the measurements of `npm run realism`, on two seeds in the place of five. Each seed's
 * median over the eight instruments lies in the fact's own band; of the single instruments 70 % have to.
 */
import { describe, expect, it } from "vitest";
import { correlation, whoLeads } from "../../../bench/realism/cross-facts.ts";
import { holds, judge } from "../../../bench/realism/judge.ts";
import { autocorrelations, meanOf, returnsOf } from "../../../bench/realism/sample.ts";
import { simulatedSamples } from "../../../bench/realism/simulated.ts";
import { excessKurtosis } from "../../../bench/realism/tails.ts";
import { straightLine } from "../../../lib/core/stats/straight-line.ts";

const verdicts = judge([11, 12].map((seed) => simulatedSamples({ seed, days: 14 })));

describe("the usual market", () => {
  it.each(verdicts)("shows fact $fact: $name in [$low, $high]", (verdict) => {
    expect(verdict.perSeed.map(Number.isFinite)).toEqual([true, true]);
    expect(holds(verdict), verdict.perSeed.join(", ")).toBe(true);
    expect(verdict.inside / verdict.markets).toBeGreaterThanOrEqual(0.7);
  });

  it("is measured by every statistic of ten facts", () => {
    expect([...new Set(verdicts.map(({ fact }) => fact))]).toEqual([
      1, 2, 3, 4, 5, 6, 7, 10, 13, 16,
    ]);
    expect(verdicts.every(({ markets }) => markets > 5)).toBe(true);
  });

  it("ties one coin's two markets together: their difference halves in about two hours", () => {
    const [perp, spot] = simulatedSamples({
      seed: 13,
      days: 21,
      instruments: ["ETH-PERP", "ETH-SPOT"],
    });
    if (perp === undefined || spot === undefined) throw new Error("two samples were asked for");
    const hourly = Float64Array.from(
      { length: 21 * 24 },
      (_, hour) => (perp.mids[hour * 3_600] ?? 0) - (spot.mids[hour * 3_600] ?? 0),
    );
    // A half-life of two hours would be 0.71 exactly.
    const [memory = 0] = autocorrelations(hourly, [1]);
    expect(memory).toBeGreaterThan(0.5);
    expect(memory).toBeLessThan(0.85);
  });
});

describe("the null world", () => {
  const instruments = ["BTC-PERP", "SOL-PERP"];
  const [sample] = simulatedSamples({ seed: 8, days: 6, scenario: "null", instruments });
  if (sample === undefined) throw new Error("two samples were asked for");
  const minutes = returnsOf(sample, 60);

  it("is a Gaussian walk of constant volatility", () => {
    expect(Math.abs(excessKurtosis(minutes) ?? 9)).toBeLessThan(0.25);
    const [one = 1, ten = 1] = autocorrelations(minutes.map(Math.abs), [1, 10]);
    expect(Math.max(Math.abs(one), Math.abs(ten))).toBeLessThan(0.045);
    const half = (isFirst: boolean) =>
      meanOf(minutes.filter((_, i) => i % 1_440 < 720 === isFirst).map((each) => each * each));
    expect(Math.abs(half(true) / half(false) - 1)).toBeLessThan(0.1);
  });

  it("has takers who neither cluster nor remember", () => {
    const counts = new Float64Array(6 * 1_440);
    for (const time of sample.orders.times) {
      const minute = Math.floor(time / 60);
      counts[minute] = (counts[minute] ?? 0) + 1;
    }
    const mean = meanOf(counts);
    const fano = meanOf(counts.map((count) => (count - mean) ** 2)) / mean;
    expect(Math.abs(fano - 1)).toBeLessThan(0.08);
    const signs = Float64Array.from(sample.orders.signs);
    const [first = 1] = autocorrelations(signs, [1]);
    expect(Math.abs(first)).toBeLessThan(4 / Math.sqrt(signs.length));
  });
});

describe("lead-lag", () => {
  it("makes the others come later behind BTC, and moves nothing else", () => {
    const run = { seed: 5, days: 2, instruments: ["BTC-PERP", "ETH-PERP"] };
    const [btc, eth] = simulatedSamples(run);
    const [leader, late] = simulatedSamples({ ...run, scenario: "lead-lag" });
    if (!(btc && eth && leader && late)) throw new Error("two samples were asked for");
    expect(leader.mids).toEqual(btc.mids);
    expect(whoLeads(leader, late)).toBeGreaterThan(3 * (whoLeads(btc, eth) ?? Infinity));
    expect(correlation(leader, late, 1)).toBeLessThan(0.2);
    expect(correlation(leader, late, 300)).toBeGreaterThan(0.6);
  });
});

describe("cointegrated-pair", () => {
  const pair = { seed: 6, days: 20, instruments: ["SOL-PERP", "LINK-PERP"] };

  it("ties LINK-PERP to SOL-PERP by β = 410 / 370, with a half-life of two hours", () => {
    const [sol, link] = simulatedSamples({ ...pair, scenario: "cointegrated-pair" });
    if (sol === undefined || link === undefined) throw new Error("two samples were asked for");
    const hourly = (mids: Float64Array) => Array.from(mids.filter((_, i) => i % 3_600 === 0));
    const [x, y] = [hourly(sol.mids), hourly(link.mids)];
    const line = straightLine(x, y);
    if (line === undefined) throw new Error("the prices do not move");
    expect(Math.abs(line.slope - 410 / 370)).toBeLessThan(0.05);
    const rest = Float64Array.from(x, (each, i) => (y[i] ?? 0) - line.slope * each);
    const [memory = 0] = autocorrelations(rest, [1]);
    expect(memory).toBeGreaterThan(0.55);
    expect(memory).toBeLessThan(0.82);
  });

  it("begins without a jump", () => {
    const [, usual] = simulatedSamples({ ...pair, days: 1 });
    const [, tied] = simulatedSamples({ ...pair, days: 1, scenario: "cointegrated-pair@2h" });
    if (usual === undefined || tied === undefined) throw new Error("two samples were asked for");
    const onset = 2 * 3_600;
    expect(tied.mids.subarray(0, onset - 1)).toEqual(usual.mids.subarray(0, onset - 1));
    const jump = Math.abs((tied.mids[onset] ?? 0) - (tied.mids[onset - 2] ?? 0));
    expect(jump).toBeLessThan(0.002);
    expect(tied.mids.at(-1)).not.toBe(usual.mids.at(-1));
  });
});
