import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { markoutCurves } from "../../dashboard/model/markout-curve.ts";
import { rateScale } from "../../dashboard/model/rate-scale.ts";
import { linearScale, logTimePositions } from "../../dashboard/model/scale.ts";
import { levelSentence } from "../../dashboard/model/sentence.ts";
import {
  bucketEnds,
  cumulative,
  extremes,
  lastKnown,
  sampledRows,
} from "../../dashboard/model/series-data.ts";
import type { MetricsBody } from "../../lib/core/api/report.ts";

type Figure = MetricsBody["markouts"]["maker"][string];

function figure(value: number | null, interval: readonly [number, number] | null): Figure {
  return {
    ...{ value, interval, n: value === null ? 0 : 40, status: value === null ? "pending" : "ok" },
    ...{ weighted: null, net: null, median: null, p05: null, p25: null, p75: null, p95: null },
    ...{ sd: null, skew: null, kurtosis: null, coverage: null, pending: 0, stale: 0 },
    ...{ missing: 0, invalid: 0, method: "exact" },
  };
}

describe("linearScale", () => {
  it("holds every value and zero between round ticks", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }),
        (values) => {
          const { domain, ticks, at } = linearScale(values);
          for (const value of [...values, 0]) {
            expect(at(value)).toBeGreaterThanOrEqual(-1e-9);
            expect(at(value)).toBeLessThanOrEqual(1 + 1e-9);
          }
          expect(ticks.length).toBeGreaterThanOrEqual(2);
          expect(ticks.length).toBeLessThanOrEqual(9);
          expect(ticks).toContain(0);
          expect(domain[0]).toBeLessThan(domain[1]);
        },
      ),
    );
  });

  it("counts in ones, twos and fives", () => {
    expect(linearScale([-1.2, 3.4]).ticks).toEqual([-2, -1, 0, 1, 2, 3, 4]);
    expect(linearScale([0.21]).ticks).toEqual([0, 0.05, 0.1, 0.15, 0.2, 0.25]);
  });
});

describe("logTimePositions", () => {
  it("puts equal ratios at equal distances, and the edge apart at the left", () => {
    const [edge, one, ten, hundred] = logTimePositions([0, 1, 10, 100]);
    expect(edge).toBe(0);
    expect(one).toBeCloseTo(0.12);
    expect((ten ?? 0) - (one ?? 0)).toBeCloseTo((hundred ?? 0) - (ten ?? 0));
    expect(hundred).toBeCloseTo(1);
  });

  it("uses the whole axis where there is no edge", () => {
    expect(logTimePositions([1, 10])).toEqual([0, 1]);
  });
});

describe("markoutCurves", () => {
  const markouts = {
    maker: { "1m": figure(0.5, [0.1, 0.9]), "0s": figure(1.9, [1.8, 2]), "5s": figure(null, null) },
    taker: { "5s": figure(-1, null) },
  };

  it("orders horizons by time, whatever order they come in", () => {
    expect(markoutCurves(markouts).horizons.map(({ label }) => label)).toEqual(["0s", "5s", "1m"]);
  });

  it("leaves out what is not known yet, and a band that n does not carry", () => {
    const { curves } = markoutCurves(markouts);
    expect(curves.maker.map(({ horizon, low, high }) => [horizon, low, high])).toEqual([
      ["0s", 1.8, 2],
      ["1m", 0.1, 0.9],
    ]);
    expect(curves.taker.map(({ low, high }) => [low, high])).toEqual([[null, null]]);
  });

  it("has room for the widest band", () => {
    const { y } = markoutCurves(markouts);
    expect(y.domain[0]).toBeLessThanOrEqual(-1);
    expect(y.domain[1]).toBeGreaterThanOrEqual(2);
  });
});

describe("series", () => {
  it("accumulate over a gap without bridging it", () => {
    expect(cumulative([1, null, 2, -4])).toEqual([1, null, 3, -1]);
    expect(lastKnown([1, 3, null])).toBe(3);
    expect(extremes([null, 1, -4, 3])).toEqual({ low: -4, lowRow: 2, high: 3, highRow: 3 });
    expect(extremes([null])).toBeUndefined();
  });

  it("stand at the end of their bucket, and no later than the range reaches", () => {
    const fresh = { asOf: 0, cadenceUs: 1, coverage: 1, sources: [] };
    const series = { t0: 10e6, stepUs: 5e6, columns: {}, fresh };
    expect(bucketEnds(series, 3, 22e6)).toEqual([15, 20, 22]);
  });

  it("are sampled for their table from the first to the last row, at most 60", () => {
    expect(sampledRows(3)).toEqual([0, 1, 2]);
    const rows = sampledRows(720);
    expect([rows.length, rows[0], rows.at(-1)]).toEqual([60, 0, 719]);
    expect(new Set(rows).size).toBe(60);
  });

  it("are told in a sentence", () => {
    const times = [1_767_945_600, 1_767_949_200];
    const show = (value: number) => `${value}`;
    expect(levelSentence("Net PnL", [-5, 7], times, show)).toBe(
      "Net PnL rose to 7; low -5 at 9 Jan 08:00 UTC, high 7 at 9 Jan 09:00 UTC.",
    );
    expect(levelSentence("Net PnL", [], times, show)).toBe("Net PnL: nothing in this range.");
  });
});

describe("rateScale", () => {
  it("reaches in whole fives of percent around every interval", () => {
    const { from, to } = rateScale([
      { value: 0.54, interval: [0.53, 0.552] },
      { value: 0.5, interval: null },
    ]);
    expect(from).toBeCloseTo(0.5);
    expect(to).toBeCloseTo(0.6);
  });

  it("stays between nothing and all", () => {
    const scale = rateScale([{ value: 1, interval: [0, 1] }]);
    expect([scale.from, scale.to]).toEqual([0, 1]);
    expect(scale.at(0.5)).toBeCloseTo(0.5);
  });
});
