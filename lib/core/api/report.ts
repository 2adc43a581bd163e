/** The report: the schema of `GET /snapshot` and of `report --json`, held to the core's own type. */
import { type Static, Type } from "typebox";
import type { PerformanceMetrics, Report } from "../metrics/performance-metrics.ts";
import {
  choice,
  closed,
  countSchema,
  decimalSchema,
  epochUsSchema,
  freshSchema,
  INSTRUMENT_KEY_PATTERN,
  intervalSchema,
  nullable,
  type Proven,
  type Same,
} from "./schema.ts";

const statusSchema = choice([
  "ok",
  "empty",
  "insufficient",
  "zero-variance",
  "no-reference",
  "pending",
  "stale",
  "not-identifiable",
]);

const nullableNumber = nullable(Type.Number());
const nullableDecimal = nullable(decimalSchema);
const nullableTime = nullable(epochUsSchema);

const figureProperties = {
  value: nullableNumber,
  n: countSchema,
  status: statusSchema,
  interval: nullable(intervalSchema),
};

export const figureSchema = closed(
  figureProperties,
  "A statistic with its sample size, its status and, where it has one, its interval.",
);

const tradeFiguresSchema = closed({
  count: countSchema,
  maker: countSchema,
  taker: countSchema,
  buyQuantity: nullableDecimal,
  sellQuantity: nullableDecimal,
  notional: nullableDecimal,
});

const positionFiguresSchema = closed({
  quantity: decimalSchema,
  averageCost: nullableDecimal,
  mark: nullableDecimal,
  unrealized: nullableDecimal,
});

const byHorizon = Type.Record(Type.String(), nullableDecimal);

const pnlFiguresSchema = closed(
  {
    spread: nullableDecimal,
    inventory: nullableDecimal,
    adverseSelection: byHorizon,
    beyond: byHorizon,
    unattributed: byHorizon,
    gross: nullableDecimal,
    funding: nullableDecimal,
    fees: nullableDecimal,
    feesUnconverted: Type.Record(Type.String(), decimalSchema),
    net: nullableDecimal,
    realized: nullableDecimal,
    unrealized: nullableDecimal,
    residual: nullableDecimal,
    status: statusSchema,
  },
  "gross = spread + inventory; net = gross + funding − fees; residual = gross − (spread + inventory).",
);

const hitRateProperties = {
  ...figureProperties,
  byQuantity: nullableNumber,
  fullFill: nullableNumber,
  cancelledUnfilled: nullableNumber,
  closed: countSchema,
  filled: countSchema,
  rejected: countSchema,
  open: countSchema,
};

export const markoutFiguresSchema = closed(
  {
    ...figureProperties,
    weighted: nullableNumber,
    net: nullableNumber,
    median: nullableNumber,
    p05: nullableNumber,
    p25: nullableNumber,
    p75: nullableNumber,
    p95: nullableNumber,
    sd: nullableNumber,
    skew: nullableNumber,
    kurtosis: nullableNumber,
    coverage: nullableNumber,
    pending: countSchema,
    stale: countSchema,
    missing: countSchema,
    invalid: countSchema,
    method: choice(["exact", "histogram"]),
  },
  "One horizon of one liquidity, in bps of the pre-trade mid; positive is good for us.",
);

const drawdownFiguresSchema = closed({
  amount: nullableDecimal,
  peakTime: nullableTime,
  troughTime: nullableTime,
  recoveredTime: nullableTime,
  resolution: Type.String(),
});

const fillIntensitySchema = closed({
  side: choice(["buy", "sell"]),
  fromBps: nullableNumber,
  toBps: nullableNumber,
  trades: countSchema,
  quoteSeconds: Type.Number(),
  perSecond: nullableNumber,
});

const markoutsSchema = closed({
  maker: Type.Record(Type.String(), markoutFiguresSchema),
  taker: Type.Record(Type.String(), markoutFiguresSchema),
});

export const performanceMetricsSchema = closed(
  {
    currency: Type.String(),
    trades: tradeFiguresSchema,
    position: nullable(positionFiguresSchema),
    pnl: pnlFiguresSchema,
    hitRate: closed({ ...hitRateProperties, byVersion: closed(hitRateProperties) }),
    markouts: markoutsSchema,
    drawdown: drawdownFiguresSchema,
    inventory: closed({ averageAbsolute: nullableDecimal, maximumAbsolute: nullableDecimal }),
    quoting: closed({
      twoSidedUptime: nullableNumber,
      fillIntensity: Type.Array(fillIntensitySchema),
    }),
  },
  "The figures of one instrument or of the portfolio over one window.",
);

export const dataFiguresSchema = closed(
  {
    events: countSchema,
    applied: countSchema,
    duplicates: countSchema,
    quarantined: countSchema,
    buffered: countSchema,
    gaps: countSchema,
    late: countSchema,
    invalidReferences: countSchema,
    watermark: epochUsSchema,
  },
  "What was read, and what became of it: events = applied + duplicates + quarantined + buffered.",
);

const rollingFiguresSchema = closed({
  days: countSchema,
  sharpe: figureSchema,
  volatility: figureSchema,
  maxDrawdown: figureSchema,
  markout: closed({
    maker: Type.Record(Type.String(), figureSchema),
    taker: Type.Record(Type.String(), figureSchema),
  }),
});

const reportProperties = {
  schema: Type.Literal("brawler.report/1"),
  asOf: epochUsSchema,
  window: closed({ from: epochUsSchema, to: epochUsSchema }),
  data: dataFiguresSchema,
  portfolio: performanceMetricsSchema,
  instruments: Type.Unsafe<Readonly<Record<string, PerformanceMetrics>>>({
    type: "object",
    patternProperties: { [INSTRUMENT_KEY_PATTERN]: performanceMetricsSchema },
    additionalProperties: false,
  }),
  rolling: Type.Optional(rollingFiguresSchema),
};

const reportSchema = closed(reportProperties, "The report over one window.");

export const snapshotSchema = closed(
  { ...reportProperties, fresh: freshSchema },
  "The report over one window, and how current it is.",
);

type InstrumentsProof = Same<Static<typeof performanceMetricsSchema>, PerformanceMetrics>;
type ReportProof = Same<Static<typeof reportSchema>, Report>;

/** The core's report, with the compiler's word that the schema says the same. */
export type ReportBody = Proven<
  Report,
  InstrumentsProof extends true ? ReportProof : InstrumentsProof
>;
/** What the page reads: the report, and how current it is. */
export type SnapshotBody = ReportBody & { readonly fresh: Static<typeof freshSchema> };
export type MetricsBody = PerformanceMetrics;
