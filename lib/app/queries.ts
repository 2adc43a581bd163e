/**
 * What the API asks of the use cases. Times are parsed and bounded before they arrive here; an answer is the
 * response body itself. `undefined` means that there is no such instrument.
 */
import type { DaysBody } from "../core/api/days.ts";
import type { HealthBody } from "../core/api/health.ts";
import type { InstrumentsBody } from "../core/api/instruments.ts";
import type { LiveBody } from "../core/api/live.ts";
import type { Published } from "../core/api/publish.ts";
import type { SnapshotBody } from "../core/api/report.ts";
import type { SeriesBody, SeriesMetric } from "../core/api/series.ts";
import type { TradesBody } from "../core/api/trades.ts";
import type { TrendsBody } from "../core/api/trends.ts";
import type { DurationUs, EpochUs } from "../core/units.ts";

/** A window that ends at the newest event (or at `asOf`), everything, or a half-open range. */
export type Span =
  | { readonly kind: "last"; readonly lengthUs: DurationUs }
  | { readonly kind: "all" }
  | { readonly kind: "range"; readonly from: EpochUs; readonly to: EpochUs };

export interface ReportRequest {
  readonly span: Span;
  /** An instrument key (`BTC-PERP`, `hedge/BTC-PERP`); all of them when undefined. */
  readonly instrument: string | undefined;
  /** Counts events up to and including this time only; the newest when undefined. */
  readonly asOf: EpochUs | undefined;
}

export interface SeriesRequest {
  readonly metric: SeriesMetric;
  /** Undefined: the portfolio. */
  readonly instrument: string | undefined;
  readonly from: EpochUs;
  readonly to: EpochUs;
  /**
   * A multiple of 5 s; the grid starts at `from` floored to it. The first and the last bucket hold only what lies
   * in [from, to), so that the sums of the columns are the report's figures for the same range.
   */
  readonly stepUs: DurationUs;
}

export interface TradesRequest {
  readonly instrument: string | undefined;
  readonly from: EpochUs;
  readonly to: EpochUs;
  readonly order: "asc" | "desc";
  readonly limit: number;
  readonly cursor: string | undefined;
}

export interface DaysRequest {
  /** Undefined: the portfolio. */
  readonly instrument: string | undefined;
  /** Days that begin in [from, to). */
  readonly from: EpochUs;
  readonly to: EpochUs;
  /** Every revision, or the newest of each day. */
  readonly revisions: "newest" | "all";
}

export interface TrendsRequest {
  /** Undefined: the portfolio and every instrument. */
  readonly instrument: string | undefined;
}

export interface Queries {
  report(request: ReportRequest): Promise<SnapshotBody | undefined>;
  instruments(): Promise<InstrumentsBody>;
  health(): Promise<HealthBody>;
  /** Everything when `since` is undefined or no longer known, else what has changed after it. */
  live(since: string | undefined): Promise<LiveBody>;
  /** Calls `wake` whenever `live` has something new; returns how to stop. Calls may coalesce. */
  onLive(wake: () => void): () => void;
  series(request: SeriesRequest): Promise<SeriesBody | undefined>;
  trades(request: TradesRequest): Promise<TradesBody | undefined>;
  days(request: DaysRequest): Promise<DaysBody | undefined>;
  trends(request: TrendsRequest): Promise<TrendsBody | undefined>;
  /** NDJSON as it came; resolves once every accepted line is durable. */
  publish(ndjson: Uint8Array): Promise<Published>;
  /** The clock that ages are judged by: virtual under `--speed`. */
  now(): EpochUs;
}
