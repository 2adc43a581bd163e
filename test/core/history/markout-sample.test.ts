import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addTradeRow,
  type MarkoutSample,
  newTradeColumns,
  sampleFigures,
  sampleOf,
  type TradeColumns,
  type TradeSlice,
} from "../../../lib/core/history/markout-sample.ts";
import type { TradeRow } from "../../../lib/core/rollup/row.ts";
import { neweyWest } from "../../../lib/core/stats/newey-west.ts";
import { type DurationUs, epochUs, SECOND_US } from "../../../lib/core/units.ts";

const HORIZONS = [
  { label: "0s", us: 0 as DurationUs },
  { label: "5s", us: (5 * SECOND_US) as DurationUs },
];
const START = 1_758_300_000_000_000;

/** The row of a maker's trade, `second` from the start, with its markout at both horizons. */
function row(second: number, bps: number, fields: object = {}): TradeRow {
  const markout = { status: "ok", mid: "100", bps };
  const value = {
    execution: "trade",
    liquidity: "maker",
    markouts: { "0s": markout, "5s": markout },
  };
  return {
    ...{ account: "main", instrument: "X", tradeId: `t${second}`, sequence: second, version: 1 },
    time: epochUs(START + second * SECOND_US),
    value: JSON.stringify({ ...value, ...fields }),
  };
}

function columnsOf(rows: Iterable<TradeRow>): TradeColumns {
  const columns = newTradeColumns(HORIZONS);
  for (const one of rows) addTradeRow(columns, HORIZONS, one);
  return columns;
}

function whole(columns: TradeColumns): TradeSlice {
  return { columns, from: 0, to: columns.times.length };
}

/** The sample of one instrument. */
function sampled(rows: Iterable<TradeRow>): MarkoutSample {
  return sampleOf(HORIZONS, [[whole(columnsOf(rows))]]);
}

describe("the sample of a window", () => {
  it("has the quantiles between order statistics, and no interval of less than 30", () => {
    const few = sampled([1, 2, 3, 4].map((bps, i) => row(i, bps)));
    expect(sampleFigures(few, "maker", 1)).toEqual({
      ...{ median: 2.5, p05: 1.15, p25: 1.75, p75: 3.25, p95: expect.closeTo(3.85, 12) },
      ...{ interval: null, method: "exact" },
    });
    expect(sampleFigures(few, "taker", 1)).toMatchObject({ median: null, interval: null });
  });

  it("takes only what matured, of trades that are trades", () => {
    const pending = { markouts: { "5s": { status: "pending", mid: null, bps: null } } };
    const stale = { markouts: { "5s": { status: "stale", mid: "100", bps: 9 } } };
    const rows = [
      row(0, 1),
      row(1, 9, pending),
      row(2, 9, stale),
      row(3, 9, { execution: "liquidation" }),
    ];
    expect(sampleFigures(sampled(rows), "maker", 1).median).toBe(1);
  });

  it("allows for as many lags as trades overlap, whatever the instruments they are of", () => {
    const values = Array.from({ length: 60 }, (_, i) => Math.sin(i / 3) + (i % 5));
    const rows = values.map((bps, i) => row(i, bps));
    const odd = (isOdd: boolean) => [
      whole(columnsOf(rows.filter((_, i) => (i % 2 === 1) === isOdd))),
    ];
    const pooled = sampleOf(HORIZONS, [odd(true), odd(false)]);
    // A trade a second: five later ones lie within 5 s, fewer at the end.
    const expected = neweyWest(values, 5)?.interval;
    expect(sampleFigures(sampled(rows), "maker", 1).interval).toEqual(expected);
    expect(sampleFigures(pooled, "maker", 1).interval).toEqual(expected);
    const rule = neweyWest(values, 3)?.interval;
    expect(sampleFigures(sampled(rows), "maker", 0).interval).toEqual(rule);
  });

  it("is exact up to 200,000 trades, and within 1 % beyond, with an interval by the hour", () => {
    const bps = (i: number) => ((i * 7919) % 200_003) / 1000 - 60;
    const columns = columnsOf(Array.from({ length: 200_001 }, (_, i) => row(i, bps(i))));
    const upTo = (to: number) => sampleOf(HORIZONS, [[{ columns, from: 0, to }]]);
    const exact = sampleFigures(upTo(200_000), "maker", 1);
    expect(exact.method).toBe("exact");
    const beyond = sampleFigures(upTo(200_001), "maker", 1);
    expect(beyond.method).toBe("histogram");
    for (const name of ["median", "p05", "p25", "p75", "p95"] as const) {
      const off = Math.abs((beyond[name] ?? Number.NaN) - (exact[name] ?? 0));
      expect(off).toBeLessThanOrEqual(0.01 * Math.abs(exact[name] ?? 0) + 1e-3);
    }
    const [low = 0, high = 0] = beyond.interval ?? [];
    expect([low < 40, high > 40]).toEqual([true, true]);
  });

  it("is in order of time, then of instruments, then as it was read, however it is cut", () => {
    const times = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 12 });
    const cut = fc.nat({ max: 12 });
    fc.assert(
      fc.property(fc.array(fc.record({ times, cut }), { maxLength: 5 }), (instruments) => {
        const told = instruments.map(({ times: seconds }, instrument) =>
          seconds
            .toSorted((a, b) => a - b)
            .map((second, at) => ({ second, bps: instrument * 100 + at })),
        );
        const sample = sampleOf(
          HORIZONS,
          told.map((trades, instrument) => {
            const columns = columnsOf(trades.map(({ second, bps }) => row(second, bps)));
            const at = Math.min(instruments[instrument]?.cut ?? 0, trades.length);
            return [
              { columns, from: 0, to: at },
              { columns, from: at, to: trades.length },
            ];
          }),
        );
        const expected = told.flat().toSorted((a, b) => a.second - b.second);
        const found = [...sample.order].map((at) => sample.trades.markouts[1]?.[at]);
        expect(found).toEqual(expected.map(({ bps }) => bps));
      }),
    );
  });
});
