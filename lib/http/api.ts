/** The API below `/api/v1`: the same routes locally and on AWS, over one seam to the use cases. */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Queries } from "../app/queries.ts";
import { checkQuery } from "../core/api/check-query.ts";
import { openApiDocument } from "../core/api/openapi.ts";
import {
  API_BASE,
  OPERATIONS,
  type Operation,
  type OperationId,
  type QueryOf,
} from "../core/api/operations.ts";
import type { ProblemError } from "../core/api/problem.ts";
import { InvalidCursorError } from "../ports/invalid-cursor-error.ts";
import { streamLive } from "./live-stream.ts";
import { problem } from "./problem.ts";
import { publishEvents } from "./publish-events.ts";
import { NOW_HEADER, sendFound, sendJson } from "./reply.ts";
import { type Parsed, parseDays, parseSeries, parseSnapshot, parseTrades } from "./requests.ts";
import { requireSameOrigin } from "./same-site.ts";

export interface ApiOptions {
  /** False where another process folds: then neither the live stream nor events are served. */
  readonly isLocal?: boolean;
  /** The product's version, for openapi.json. */
  readonly version: string;
  /** Told of every failure of ours; a reader gets the trace id and nothing else. */
  readonly onError?: (error: unknown, traceId: string) => void;
}

const MOST_EVENT_BYTES = 1024 * 1024;
/** A page opens one stream; more than this many are a mistake or an attack. */
const MOST_STREAMS = 64;

export function createApi(queries: Queries, options: ApiOptions): Hono {
  const api = new Hono().basePath(API_BASE);
  api.use("*", async (c, next) => {
    await next();
    c.res.headers.set(NOW_HEADER, String(queries.now()));
  });
  serveReads(api, queries, options.version);
  if (options.isLocal !== false) {
    serveStream(api, queries, options);
    servePublish(api, queries);
  }
  api.all("*", refuseRoute);
  api.onError((error, c) => {
    if (error instanceof InvalidCursorError) {
      const { message: detail } = error;
      return refuseQuery(c, [{ field: "cursor", reason: "unknown", detail }]);
    }
    const traceId = crypto.randomUUID();
    options.onError?.(error, traceId);
    return problem(c, "internal", "Not your mistake; the log has more under this trace id.", {
      traceId,
    });
  });
  return api;
}

function serveReads(api: Hono, queries: Queries, version: string): void {
  const document = openApiDocument(version);
  get(api, "openapi", (c) => sendJson(c, document));
  get(api, "health", async (c) => sendJson(c, await queries.health()));
  get(api, "instruments", async (c) => sendJson(c, await queries.instruments()));
  get(api, "live", async (c, query) => sendJson(c, await queries.live(query.since)));
  get(api, "snapshot", (c, query) =>
    ask(c, parseSnapshot(query), (request) => queries.report(request)),
  );
  get(api, "series", (c, query) =>
    ask(c, parseSeries(query), (request) => queries.series(request)),
  );
  get(api, "trades", (c, query) =>
    ask(c, parseTrades(query), (request) => queries.trades(request)),
  );
  get(api, "days", (c, query) =>
    ask(c, parseDays(query, queries.now()), (request) => queries.days(request)),
  );
  get(api, "trends", (c, { instrument }) =>
    ask(c, { value: { instrument } }, (request) => queries.trends(request)),
  );
}

function serveStream(api: Hono, queries: Queries, { onError }: ApiOptions): void {
  let open = 0;
  api.use(OPERATIONS.liveStream.path, requireSameOrigin());
  get(api, "liveStream", (c, query) => {
    if (open >= MOST_STREAMS) {
      return problem(c, "unavailable", `${MOST_STREAMS} streams are open already; close one.`);
    }
    open += 1;
    const since = query.since ?? c.req.header("last-event-id");
    const request = { since, everyMs: Number(query.every ?? 0) };
    return streamLive(c, queries, request, {
      onEnd: () => {
        open -= 1;
      },
      onError: (error) => onError?.(error, crypto.randomUUID()),
    });
  });
}

function servePublish(api: Hono, queries: Queries): void {
  const { path } = OPERATIONS.publish;
  const limit = bodyLimit({
    maxSize: MOST_EVENT_BYTES,
    onError: (c) => problem(c, "body-too-large", "At most 1 MiB of events in one request."),
  });
  api.post(path, requireSameOrigin(), limit, (c) => {
    const faults = queryFaults(c, OPERATIONS.publish);
    return faults.length > 0 ? refuseQuery(c, faults) : publishEvents(c, queries);
  });
}

type Answer<Id extends OperationId> = (
  c: Context,
  query: QueryOf<Id>,
) => Response | Promise<Response>;

/** Serves one operation of the table; its handler sees only queries that its schema allows. */
function get<Id extends OperationId>(api: Hono, id: Id, answer: Answer<Id>): void {
  const operation: Operation = OPERATIONS[id];
  api.get(operation.path, (c) => {
    const faults = queryFaults(c, operation);
    if (faults.length > 0) return refuseQuery(c, faults);
    return answer(c, c.req.query() as QueryOf<Id>);
  });
}

function queryFaults(c: Context, operation: Operation): readonly ProblemError[] {
  return checkQuery(operation, [...new URL(c.req.url).searchParams]);
}

function refuseQuery(c: Context, errors: readonly ProblemError[]): Response {
  return problem(c, "bad-request", errors.map((error) => error.detail).join("; "), { errors });
}

async function ask<Request extends { readonly instrument: string | undefined }>(
  c: Context,
  parsed: Parsed<Request>,
  answer: (request: Request) => Promise<object | undefined>,
): Promise<Response> {
  if ("errors" in parsed) return refuseQuery(c, parsed.errors);
  return sendFound(c, await answer(parsed.value), parsed.value.instrument);
}

/** Known path, wrong method: 405 with what is allowed. Anything else: 404. */
function refuseRoute(c: Context): Response {
  const allowed = Object.values(OPERATIONS)
    .filter((operation) => `${API_BASE}${operation.path}` === c.req.path)
    .map((operation) => operation.method);
  if (allowed.length === 0) {
    return problem(c, "not-found", `GET ${API_BASE}/openapi.json lists every route.`);
  }
  const allow = allowed.join(", ");
  return problem(c, "method-not-allowed", `This route takes ${allow}.`, { headers: { allow } });
}
