/** Every operation of the API once: what routes serve, what validates their queries, what OpenAPI lists. */
import type { Static, TSchema } from "typebox";
import { daysSchema } from "./days.ts";
import { healthSchema } from "./health.ts";
import { instrumentsSchema } from "./instruments.ts";
import { liveEventSchema, liveSchema } from "./live.ts";
import { publishedSchema } from "./publish.ts";
import {
  daysQuerySchema,
  emptyQuerySchema,
  liveQuerySchema,
  liveStreamQuerySchema,
  seriesQuerySchema,
  snapshotQuerySchema,
  tradesQuerySchema,
  trendsQuerySchema,
} from "./query.ts";
import { snapshotSchema } from "./report.ts";
import type { Role } from "./roles.ts";
import { seriesSchema } from "./series.ts";
import { tradesSchema } from "./trades.ts";
import { trendsSchema } from "./trends.ts";

export interface Operation {
  readonly method: "GET" | "POST";
  /** Below `/api/v1`. */
  readonly path: string;
  readonly summary: string;
  readonly query: TSchema & { readonly properties: Readonly<Record<string, TSchema>> };
  readonly status: 200 | 202;
  readonly mediaType: "application/json" | "text/event-stream";
  /** What a person has to be to ask; on one machine everybody is everything. */
  readonly role: Role;
  /** Where it is served: what needs the process that folds is served by it alone. */
  readonly served: "everywhere" | "locally";
  /** Undefined for a document without a fixed shape. */
  readonly response: TSchema | undefined;
  readonly body?: "application/x-ndjson";
}

const read = {
  method: "GET",
  status: 200,
  mediaType: "application/json",
  role: "viewer",
  served: "everywhere",
} as const;

export const OPERATIONS = {
  health: {
    ...read,
    path: "/health",
    summary: "Is it running, what has it read, and how far is the history.",
    query: emptyQuerySchema,
    response: healthSchema,
  },
  instruments: {
    ...read,
    path: "/instruments",
    summary: "What is quoted, and under which terms.",
    query: emptyQuerySchema,
    response: instrumentsSchema,
  },
  snapshot: {
    ...read,
    path: "/snapshot",
    summary: "The report over one window, for the portfolio and every instrument.",
    query: snapshotQuerySchema,
    response: snapshotSchema,
  },
  live: {
    ...read,
    path: "/live",
    summary: "What is new since a cursor.",
    query: liveQuerySchema,
    response: liveSchema,
  },
  liveStream: {
    ...read,
    path: "/live/stream",
    served: "locally",
    summary: "The events of /live as they happen: server-sent events, resumed by Last-Event-ID.",
    query: liveStreamQuerySchema,
    mediaType: "text/event-stream",
    response: liveEventSchema,
  },
  series: {
    ...read,
    path: "/series",
    summary: "One metric on a regular grid, in columns.",
    query: seriesQuerySchema,
    response: seriesSchema,
  },
  trades: {
    ...read,
    path: "/trades",
    summary: "Our executions, and what happened after each.",
    query: tradesQuerySchema,
    response: tradesSchema,
  },
  days: {
    ...read,
    path: "/analysis/day",
    summary: "Each day's figures as they were set down once it was over, and set down anew.",
    query: daysQuerySchema,
    response: daysSchema,
  },
  trends: {
    ...read,
    path: "/analysis/trend",
    summary: "Which daily figures rise or fall, over up to 90 complete days.",
    query: trendsQuerySchema,
    response: trendsSchema,
  },
  openapi: {
    ...read,
    path: "/openapi.json",
    summary: "This document.",
    query: emptyQuerySchema,
    response: undefined,
  },
  publish: {
    method: "POST",
    path: "/events",
    role: "admin",
    served: "locally",
    summary:
      "Events, one JSON object a line; answered once they are durable. Local only, at most 1 MiB.",
    query: emptyQuerySchema,
    status: 202,
    mediaType: "application/json",
    response: publishedSchema,
    body: "application/x-ndjson",
  },
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof OPERATIONS;

/** What a handler sees: a query that the operation's schema allows, still as text. */
export type QueryOf<Id extends OperationId> = Static<(typeof OPERATIONS)[Id]["query"]>;

export const API_BASE = "/api/v1";
