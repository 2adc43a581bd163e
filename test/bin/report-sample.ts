/** A report with every kind of cell: figures, losses, dashes, an instrument without trades. */
import type {
  Figure,
  HitRateFigures,
  MarkoutFigures,
  PerformanceMetrics,
  Report,
} from "../../lib/core/metrics/performance-metrics.ts";

const START = 1_767_225_600_000_000;
const DAY = 86_400_000_000;

const NO_FIGURE: Figure = { value: null, n: 0, status: "empty", interval: null };

const NO_MARKOUT: MarkoutFigures = {
  ...NO_FIGURE,
  weighted: null,
  net: null,
  median: null,
  p05: null,
  p25: null,
  p75: null,
  p95: null,
  sd: null,
  skew: null,
  kurtosis: null,
  coverage: null,
  pending: 0,
  stale: 0,
  missing: 0,
  invalid: 0,
  method: "exact",
};

const NO_QUOTES: HitRateFigures = {
  ...NO_FIGURE,
  byQuantity: null,
  fullFill: null,
  cancelledUnfilled: null,
  closed: 0,
  filled: 0,
  rejected: 0,
  open: 0,
};

/** An instrument that has only been seen. */
const IDLE: PerformanceMetrics = {
  currency: "USD",
  trades: { count: 0, maker: 0, taker: 0, buyQuantity: "0", sellQuantity: "0", notional: "0" },
  position: { quantity: "0", averageCost: null, mark: null, unrealized: null },
  pnl: {
    spread: "0",
    inventory: "0",
    adverseSelection: { "5s": "0" },
    beyond: { "5s": "0" },
    unattributed: { "5s": "0" },
    gross: "0",
    funding: "0",
    fees: "0",
    feesUnconverted: {},
    net: "0",
    realized: "0",
    unrealized: "0",
    residual: "0",
    status: "ok",
  },
  hitRate: { ...NO_QUOTES, byVersion: NO_QUOTES },
  markouts: { maker: { "5s": NO_MARKOUT }, taker: { "5s": NO_MARKOUT } },
  drawdown: {
    amount: "0",
    peakTime: null,
    troughTime: null,
    recoveredTime: null,
    resolution: "event",
  },
  inventory: { averageAbsolute: "0", maximumAbsolute: "0" },
  quoting: { twoSidedUptime: null, fillIntensity: [] },
};

/** An instrument that traded, lost on inventory, and has one horizon still pending. */
const BUSY: PerformanceMetrics = {
  ...IDLE,
  trades: { ...IDLE.trades, count: 8_214, maker: 8_214 },
  position: { quantity: "-1.5", averageCost: "67412.5", mark: "67400", unrealized: "18.75" },
  pnl: {
    ...IDLE.pnl,
    spread: "1234567.125",
    inventory: "-2345.678",
    gross: "1232221.447",
    funding: "-0.5",
    fees: "210.1",
    net: "1232010.847",
  },
  hitRate: {
    ...NO_QUOTES,
    value: 0.375,
    n: 8,
    status: "ok",
    interval: [0.137, 0.694],
    byQuantity: 0.3,
    fullFill: 0.25,
    closed: 8,
    filled: 3,
    open: 2,
    byVersion: NO_QUOTES,
  },
  markouts: {
    maker: {
      "0s": {
        ...NO_MARKOUT,
        value: 0.925,
        n: 8_214,
        status: "ok",
        interval: [0.923, 0.927],
        net: 0.5,
        weighted: 0.9,
        median: 0.91,
        coverage: 1,
      },
      "1m": { ...NO_MARKOUT, value: -0.856, n: 12, status: "ok", coverage: 0.998 },
      "5m": { ...NO_MARKOUT, status: "pending", pending: 3 },
    },
    taker: { "0s": NO_MARKOUT, "1m": NO_MARKOUT, "5m": NO_MARKOUT },
  },
  drawdown: {
    ...IDLE.drawdown,
    amount: "1200.25",
    peakTime: START + 3_600_000_000,
    troughTime: START + 7_200_000_000,
  },
  inventory: { averageAbsolute: "0.75", maximumAbsolute: "2.5" },
};

export const SAMPLE: Report = {
  schema: "brawler.report/1",
  asOf: START + DAY - 1,
  window: { from: START, to: START + DAY },
  data: {
    events: 12_345,
    applied: 12_340,
    duplicates: 3,
    quarantined: 2,
    buffered: 0,
    gaps: 1,
    late: 4,
    invalidReferences: 5,
    watermark: START + DAY - 1,
  },
  portfolio: {
    ...BUSY,
    position: null,
    pnl: { ...BUSY.pnl, net: null, status: "no-reference", feesUnconverted: { BNB: "0.25" } },
  },
  instruments: { "BTC-PERP": BUSY, "ETH-PERP": IDLE },
};
