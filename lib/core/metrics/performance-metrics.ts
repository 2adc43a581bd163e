/**
 * The figures of one instrument or of the portfolio over one window: the product's public shape.
 * Ledger figures are decimal strings in `currency` (exact); statistics are numbers; what cannot be given is null.
 */

/** Why a figure is, or is not, there. */
export type FigureStatus =
  | "ok"
  | "empty"
  | "insufficient"
  | "zero-variance"
  | "no-reference"
  | "pending"
  | "stale"
  | "not-identifiable";

/** A statistic with its sample size, its status and, where it has one, its interval. */
export interface Figure {
  readonly value: number | null;
  readonly n: number;
  readonly status: FigureStatus;
  readonly interval: readonly [number, number] | null;
}

/** Quantities are base units (contracts × multiplier), of an inverse instrument contracts. */
export interface TradeFigures {
  readonly count: number;
  readonly maker: number;
  readonly taker: number;
  /** null for the portfolio: quantities of different instruments do not add. */
  readonly buyQuantity: string | null;
  readonly sellQuantity: string | null;
  readonly notional: string | null;
}

export interface PositionFigures {
  readonly quantity: string;
  readonly averageCost: string | null;
  readonly mark: string | null;
  readonly unrealized: string | null;
}

/** gross = spread + inventory; net = gross + funding − fees; residual is computed, not assumed. */
export interface PnlFigures {
  readonly spread: string | null;
  readonly inventory: string | null;
  /** By horizon label; positive when the mid moved our way after the trade. */
  readonly adverseSelection: Readonly<Record<string, string | null>>;
  readonly beyond: Readonly<Record<string, string | null>>;
  readonly unattributed: Readonly<Record<string, string | null>>;
  readonly gross: string | null;
  readonly funding: string | null;
  readonly fees: string | null;
  /** Fees in currencies without a rate, by currency; `net` is null while any is not zero. */
  readonly feesUnconverted: Readonly<Record<string, string>>;
  readonly net: string | null;
  readonly realized: string | null;
  readonly unrealized: string | null;
  readonly residual: string | null;
  readonly status: FigureStatus;
}

export interface HitRateFigures extends Figure {
  readonly byQuantity: number | null;
  readonly fullFill: number | null;
  readonly cancelledUnfilled: number | null;
  readonly closed: number;
  readonly filled: number;
  readonly rejected: number;
  readonly open: number;
}

/** One horizon of one liquidity, in bps of the pre-trade mid; positive is good for us. */
export interface MarkoutFigures extends Figure {
  /** Weighted by notional at the pre-trade mid. */
  readonly weighted: number | null;
  /** Equal-weighted, after fees. */
  readonly net: number | null;
  readonly median: number | null;
  readonly p05: number | null;
  readonly p25: number | null;
  readonly p75: number | null;
  readonly p95: number | null;
  readonly sd: number | null;
  readonly skew: number | null;
  readonly kurtosis: number | null;
  /** Matured trades that enter the figure ÷ trades whose horizon has passed. */
  readonly coverage: number | null;
  readonly pending: number;
  readonly stale: number;
  readonly missing: number;
  readonly invalid: number;
  /** How quantiles and interval were computed. */
  readonly method: "exact" | "histogram";
}

/** Maximum drawdown of net PnL inside the window, the start of the window being the first peak. */
export interface DrawdownFigures {
  readonly amount: string | null;
  readonly peakTime: number | null;
  readonly troughTime: number | null;
  readonly recoveredTime: number | null;
  /** `event`, or the sampling step of the path. */
  readonly resolution: string;
}

export interface InventoryFigures {
  /** A quantity; for the portfolio gross exposure in its currency. */
  readonly averageAbsolute: string | null;
  readonly maximumAbsolute: string | null;
}

export interface QuotingFigures {
  /** Share of the window with a live quote on both sides. */
  readonly twoSidedUptime: number | null;
  /** Trades per quote-second at risk, by side and by distance from the mid. */
  readonly fillIntensity: readonly FillIntensity[];
}

export interface FillIntensity {
  readonly side: "buy" | "sell";
  /** Half-open range of the distance from the mid, in bps; null = unbounded. */
  readonly fromBps: number | null;
  readonly toBps: number | null;
  readonly trades: number;
  readonly quoteSeconds: number;
  readonly perSecond: number | null;
}

export interface PerformanceMetrics {
  readonly currency: string;
  readonly trades: TradeFigures;
  /** null for the portfolio. */
  readonly position: PositionFigures | null;
  readonly pnl: PnlFigures;
  readonly hitRate: HitRateFigures & { readonly byVersion: HitRateFigures };
  readonly markouts: {
    readonly maker: Readonly<Record<string, MarkoutFigures>>;
    readonly taker: Readonly<Record<string, MarkoutFigures>>;
  };
  readonly drawdown: DrawdownFigures;
  readonly inventory: InventoryFigures;
  readonly quoting: QuotingFigures;
}

/** What was read, and what became of it: events = applied + duplicates + quarantined + buffered. */
export interface DataFigures {
  readonly events: number;
  readonly applied: number;
  readonly duplicates: number;
  readonly quarantined: number;
  readonly buffered: number;
  readonly gaps: number;
  readonly late: number;
  readonly invalidReferences: number;
  readonly watermark: number;
}

/** Rolling performance from daily net PnL sampled at 00:00 UTC, annualised by √365. */
export interface RollingFigures {
  readonly days: number;
  readonly sharpe: Figure;
  readonly volatility: Figure;
  readonly maxDrawdown: Figure;
  /** Notional-weighted net markout by liquidity and horizon. */
  readonly markout: {
    readonly maker: Readonly<Record<string, Figure>>;
    readonly taker: Readonly<Record<string, Figure>>;
  };
}

export interface Report {
  readonly schema: "brawler.report/1";
  /** µs; the newest event time counted. */
  readonly asOf: number;
  readonly window: { readonly from: number; readonly to: number };
  readonly data: DataFigures;
  readonly portfolio: PerformanceMetrics;
  readonly instruments: Readonly<Record<string, PerformanceMetrics>>;
  readonly rolling?: RollingFigures;
}
