/** `GET /series`: one metric on a regular grid, in columns; `null` is a gap and is drawn as one. */
import { type Static, Type } from "typebox";
import { choice, closed, durationUsSchema, epochUsSchema, freshSchema } from "./schema.ts";

/**
 * The metrics that have a series, and their columns:
 * - `pnl`: `net spread inventory fees funding`, the change within each bucket (fees positive when paid);
 * - `inventory`: `quantity` (one instrument only) and `exposure`, the level at the bucket's end;
 * - `markout`: `maker.<h>`, `taker.<h>` (mean bps) and `maker.<h>.n`, `taker.<h>.n`, by the trade's bucket;
 * - `hit-rate`: `rate closed filled`;
 * - `activity`: `trades notional`;
 * - `mid`: `mid`, the last valid one (one instrument only).
 */
const SERIES_METRICS = ["pnl", "inventory", "markout", "hit-rate", "activity", "mid"] as const;

export const seriesMetricSchema = choice(SERIES_METRICS);
export type SeriesMetric = Static<typeof seriesMetricSchema>;

export const seriesSchema = closed(
  {
    t0: epochUsSchema,
    stepUs: durationUsSchema,
    columns: Type.Record(Type.String(), Type.Array(Type.Union([Type.Number(), Type.Null()]))),
    fresh: freshSchema,
  },
  "Row k of every column belongs to the bucket [t0 + k·stepUs, t0 + (k + 1)·stepUs), cut to the range.",
);

export type SeriesBody = Static<typeof seriesSchema>;
