/** From a checked query string to what a use case is asked: times parsed, ranges bounded, defaults filled in. */

import type {
  DaysRequest,
  ReportRequest,
  SeriesRequest,
  Span,
  TradesRequest,
} from "../app/queries.ts";
import type { ProblemError } from "../core/api/problem.ts";
import type { DaysQuery, SeriesQuery, SnapshotQuery, TradesQuery } from "../core/api/query.ts";
import { parseInstant } from "../core/api/time.ts";
import { DAY_US, type DurationUs, type EpochUs, HOUR_US, parseDuration } from "../core/units.ts";

/** No answer spans more, so that no question can cost more. */
const LONGEST_US = 90 * DAY_US;
const FINEST_STEP_US = 5_000_000;
const MOST_POINTS = 2_000;
const MOST_TRADES = 1_000;
const LAST_INSTANT = Number.MAX_SAFE_INTEGER as EpochUs;

export type Parsed<T> = { readonly value: T } | { readonly errors: readonly ProblemError[] };

interface Range {
  readonly from: EpochUs;
  readonly to: EpochUs;
}

export function parseSnapshot(query: SnapshotQuery): Parsed<ReportRequest> {
  const asOf = query.asOf === undefined ? undefined : parseInstant(query.asOf);
  if (query.asOf !== undefined && asOf === undefined) return refused("asOf", "is no instant");
  const span = parseSpan(query);
  if ("errors" in span) return span;
  return { value: { span: span.value, instrument: query.instrument, asOf } };
}

function parseSpan(query: SnapshotQuery): Parsed<Span> {
  if (query.from !== undefined || query.to !== undefined) {
    if (query.window !== undefined) return refused("window", "excludes from and to");
    const range = parseRange(query.from, query.to);
    return "errors" in range ? range : { value: { kind: "range", ...range.value } };
  }
  if (query.window === "all") return { value: { kind: "all" } };
  const lengthUs = parseDuration(query.window ?? "24h");
  if (lengthUs === undefined || lengthUs === 0 || lengthUs > LONGEST_US) {
    return refused("window", "must be between 1s and 90d, or all");
  }
  return { value: { kind: "last", lengthUs } };
}

export function parseSeries(query: SeriesQuery): Parsed<SeriesRequest> {
  const range = parseRange(query.from, query.to);
  if ("errors" in range) return range;
  const { from, to } = range.value;
  const stepUs = query.step === undefined ? stepFor(to - from) : parseStep(query.step);
  if (stepUs === undefined || stepUs === 0 || stepUs % FINEST_STEP_US !== 0) {
    return refused("step", "must be a multiple of 5s");
  }
  if ((to - from) / stepUs > MOST_POINTS) {
    return refused("step", `gives more than ${MOST_POINTS} points; use a longer one`);
  }
  return { value: { metric: query.metric, instrument: query.instrument, from, to, stepUs } };
}

export function parseTrades(query: TradesQuery): Parsed<TradesRequest> {
  const limit = Number(query.limit ?? 100);
  if (limit < 1 || limit > MOST_TRADES) return refused("limit", `must be 1 to ${MOST_TRADES}`);
  const open = query.from === undefined && query.to === undefined;
  const range: Parsed<Range> = open
    ? { value: { from: 0 as EpochUs, to: LAST_INSTANT } }
    : parseRange(query.from, query.to);
  if ("errors" in range) return range;
  const order = query.sort === "time" ? "asc" : "desc";
  const { instrument, cursor } = query;
  return { value: { instrument, ...range.value, order, limit, cursor } };
}

/** The 90 days to the present, where no range is asked for. */
export function parseDays(query: DaysQuery, now: EpochUs): Parsed<DaysRequest> {
  const open = query.from === undefined && query.to === undefined;
  const range: Parsed<Range> = open
    ? { value: { from: Math.max(0, now - LONGEST_US) as EpochUs, to: now } }
    : parseRange(query.from, query.to);
  if ("errors" in range) return range;
  const { instrument, revisions = "newest" } = query;
  return { value: { instrument, ...range.value, revisions } };
}

function parseRange(fromText: string | undefined, toText: string | undefined): Parsed<Range> {
  const from = parseInstant(fromText ?? "");
  const to = parseInstant(toText ?? "");
  if (from === undefined) return refused("from", "must be an instant, given together with to");
  if (to === undefined) return refused("to", "must be an instant, given together with from");
  if (from >= to) return refused("to", "must lie after from: ranges are half-open");
  if (to - from > LONGEST_US) return refused("from", "lies more than 90 days before to");
  return { value: { from, to } };
}

function parseStep(text: string): DurationUs | undefined {
  return /^\d+$/.test(text) ? (Number(text) as DurationUs) : parseDuration(text);
}

/** A window is floored to its buckets and ends with the newest event, so that it is a little longer than its name. */
const SLACK = 1.02;

/** About 700 points whatever the range. */
const STEPS: readonly (readonly [rangeUs: number, step: string])[] = [
  [HOUR_US, "5s"],
  [6 * HOUR_US, "30s"],
  [DAY_US, "2m"],
  [7 * DAY_US, "15m"],
  [30 * DAY_US, "1h"],
];

function stepFor(rangeUs: number): DurationUs | undefined {
  return parseDuration(STEPS.find(([longest]) => rangeUs <= longest * SLACK)?.[1] ?? "4h");
}

function refused(field: string, detail: string): { readonly errors: readonly ProblemError[] } {
  return { errors: [{ field, reason: "out-of-range", detail: `${field} ${detail}` }] };
}
