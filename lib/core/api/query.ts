/** What may stand in a query string. Unknown parameters are refused with their name. */
import { type Static, Type } from "typebox";
import { choice, closed, instrumentKeySchema } from "./schema.ts";
import { seriesMetricSchema } from "./series.ts";

/** ISO 8601 with a zone, or integer microseconds since the epoch. */
const TIME_PATTERN =
  "^(?:\\d{1,16}|\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,6})?)?(?:Z|[+-]\\d{2}:\\d{2}))$";

const timeSchema = Type.String({
  pattern: TIME_PATTERN,
  description: "ISO 8601 with a zone (`2026-01-01T00:00:00Z`), or microseconds since the epoch.",
});

const stepSchema = Type.String({
  pattern: "^(?:\\d{1,16}|\\d{1,6}(?:s|m|h|d))$",
  description: "A duration such as `30s`, or microseconds; a multiple of 5 s.",
});

const instrument = Type.Optional(instrumentKeySchema);
const from = Type.Optional(timeSchema);
const to = Type.Optional(timeSchema);

export const snapshotQuerySchema = closed({
  window: Type.Optional(
    Type.String({
      pattern: "^(?:all|\\d{1,6}(?:s|m|h|d))$",
      description: "`24h` (default), any span up to `90d`, or `all`; it ends at asOf.",
    }),
  ),
  from,
  to,
  instrument,
  asOf: Type.Optional(timeSchema),
});

export const seriesQuerySchema = closed({
  metric: seriesMetricSchema,
  instrument,
  from: timeSchema,
  to: timeSchema,
  step: Type.Optional(stepSchema),
});

export const tradesQuerySchema = closed({
  instrument,
  from,
  to,
  sort: Type.Optional(choice(["time", "-time"])),
  cursor: Type.Optional(Type.String({ pattern: "^[\\x21-\\x7e]{1,512}$" })),
  limit: Type.Optional(
    Type.String({ pattern: "^\\d{1,4}$", description: "1 to 1000, 100 unless given." }),
  ),
});

export const daysQuerySchema = closed({
  instrument,
  from,
  to,
  revisions: Type.Optional(choice(["newest", "all"])),
});

export const trendsQuerySchema = closed({ instrument });

export const liveQuerySchema = closed({
  since: Type.Optional(Type.String({ pattern: "^[A-Za-z0-9._:-]{1,64}$" })),
});

export const liveStreamQuerySchema = closed({
  since: Type.Optional(Type.String({ pattern: "^[A-Za-z0-9._:-]{1,64}$" })),
  every: Type.Optional(
    Type.String({
      pattern: "^\\d{1,5}$",
      description: "Least number of milliseconds between two messages, 0 unless given.",
    }),
  ),
});

export const emptyQuerySchema = closed({});

export type SnapshotQuery = Static<typeof snapshotQuerySchema>;
export type SeriesQuery = Static<typeof seriesQuerySchema>;
export type TradesQuery = Static<typeof tradesQuerySchema>;
export type DaysQuery = Static<typeof daysQuerySchema>;
