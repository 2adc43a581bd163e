import { describe, expect, it } from "vitest";
import {
  type InstrumentRow,
  instrumentRow,
  sortedRows,
} from "../../dashboard/model/instrument-rows.ts";
import type { InstrumentBody } from "../../lib/core/api/instruments.ts";
import type { MetricsBody } from "../../lib/core/api/report.ts";

const RATE: Omit<MetricsBody["hitRate"], "byVersion"> = {
  ...{ value: 0.5, n: 100, status: "ok", interval: [0.4, 0.6], byQuantity: null, fullFill: null },
  ...{ cancelledUnfilled: null, closed: 100, filled: 50, rejected: 0, open: 0 },
};

const METRICS: MetricsBody = {
  currency: "USD",
  trades: {
    count: 50,
    maker: 50,
    taker: 0,
    buyQuantity: "1",
    sellQuantity: "1",
    notional: "20000",
  },
  position: { quantity: "-6", averageCost: "1", mark: "1", unrealized: "0" },
  pnl: {
    ...{ spread: "12", inventory: "-1", adverseSelection: {}, beyond: {}, unattributed: {} },
    ...{ gross: "11", funding: "0", fees: "3", feesUnconverted: {}, net: "8", realized: "11" },
    ...{ unrealized: "0", residual: "0", status: "ok" },
  },
  hitRate: { ...RATE, byVersion: RATE },
  markouts: { maker: {}, taker: {} },
  drawdown: {
    ...{ amount: "0", peakTime: null, troughTime: null, recoveredTime: null, resolution: "event" },
  },
  inventory: { averageAbsolute: "1", maximumAbsolute: "1" },
  quoting: { twoSidedUptime: null, fillIntensity: [] },
};

const TERMS: InstrumentBody = {
  ...{ key: "X", account: "main", instrument: "X", base: "X", quote: "USD", settle: "USD" },
  ...{ kind: "perp", contract: "linear", multiplier: "1", tick: "1", lot: "1" },
  ...{ positionLimit: "12", firstTime: null, lastTime: null },
};

describe("instrumentRow", () => {
  it("measures net against what was traded and the position against its limit", () => {
    const row = instrumentRow("X", METRICS, "5s", TERMS);
    expect(row).toMatchObject({ net: 8, netBps: 4, fees: -3, position: -6, limit: 12, use: 0.5 });
    expect(row.hitRateHalf).toBeCloseTo(0.1);
  });

  it("knows no ratio where there is nothing to divide by", () => {
    const idle = { ...METRICS, trades: { ...METRICS.trades, notional: "0" } };
    const row = instrumentRow("X", idle, "5s", undefined);
    expect([row.netBps, row.use, row.markout]).toEqual([null, null, null]);
  });
});

describe("sortedRows", () => {
  const base = instrumentRow("X", METRICS, "5s", TERMS);
  const rows: readonly InstrumentRow[] = [
    { ...base, key: "B", net: 1 },
    { ...base, key: "A", net: 1 },
    { ...base, key: "C", net: null },
    { ...base, key: "D", net: -2 },
  ];
  it.each([
    { sort: "-net", order: "ABDC" },
    { sort: "net", order: "DABC" },
    { sort: "key", order: "ABCD" },
    { sort: "-key", order: "DCBA" },
    { sort: "constructor", order: "DABC" },
  ])("by $sort gives $order: ties by name, the unknown last", ({ sort, order }) => {
    expect(
      sortedRows(rows, sort)
        .map(({ key }) => key)
        .join(""),
    ).toBe(order);
  });
});
