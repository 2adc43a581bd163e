/**
 * Goal: what the API promises in its schemas is what a reader gets, and nothing a reader sends breaks it.
 * Method: the hono application is asked directly, over use cases whose figures are functions of time.
 */
import { Value } from "typebox/value";
import { beforeEach, describe, expect, it } from "vitest";
import { OPERATIONS } from "../../lib/core/api/operations.ts";
import { type Problem, problemSchema } from "../../lib/core/api/problem.ts";
import { FIXTURE_NOW } from "./fixture-queries.ts";
import { localApp } from "./local.ts";

const READS = [
  { id: "health", path: "/api/v1/health" },
  { id: "instruments", path: "/api/v1/instruments" },
  { id: "snapshot", path: "/api/v1/snapshot" },
  { id: "live", path: "/api/v1/live" },
  { id: "series", path: `/api/v1/series?metric=pnl&from=${FIXTURE_NOW - 3.6e9}&to=${FIXTURE_NOW}` },
  { id: "trades", path: "/api/v1/trades" },
  { id: "days", path: "/api/v1/analysis/day" },
  { id: "trends", path: "/api/v1/analysis/trend" },
  { id: "trends", path: "/api/v1/analysis/trend?instrument=BTC-PERP" },
  { id: "days", path: "/api/v1/analysis/day?instrument=BTC-PERP&revisions=all" },
  { id: "openapi", path: "/api/v1/openapi.json" },
] as const;

let local = localApp();
beforeEach(() => {
  local = localApp();
});

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const body = (await response.json()) as Problem;
  expect(Value.Errors(problemSchema, body)).toEqual([]);
  expect(body.status).toBe(response.status);
  return body;
}

describe("every read", () => {
  it.each(READS)("$id answers with the shape that openapi.json gives it", async ({ id, path }) => {
    const response = await local.ask(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    const schema = OPERATIONS[id].response;
    const body: unknown = await response.json();
    if (schema !== undefined) expect(Value.Errors(schema, body)).toEqual([]);
    expect(body).toBeTypeOf("object");
  });

  it.each(READS)("$id answers 304 without a body to a reader who has it", async ({ path }) => {
    const etag = (await local.ask(path)).headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[\w+/]{20}"$/);
    for (const held of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = await local.ask(path, { headers: { "if-none-match": held } });
      expect(again.status).toBe(304);
      expect(again.headers.get("etag")).toBe(etag);
      expect(await again.text()).toBe("");
    }
    const other = await local.ask(path, { headers: { "if-none-match": '"other"' } });
    expect(other.status).toBe(200);
  });

  it("has another ETag once the figures have moved", async () => {
    const before = (await local.ask("/api/v1/snapshot")).headers.get("etag");
    local.queries.advance(60_000_000);
    expect((await local.ask("/api/v1/snapshot")).headers.get("etag")).not.toBe(before);
  });

  it.each(READS)("$id tells the server's own time", async ({ path }) => {
    expect((await local.ask(path)).headers.get("brawler-now")).toBe(String(FIXTURE_NOW));
  });

  it.each(READS)("$id answers HEAD without a body", async ({ path }) => {
    const response = await local.ask(path, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });

  it.each(READS.filter(({ id }) => id !== "openapi"))(
    "$id says how current it is",
    async ({ path }) => {
      const body = (await (await local.ask(path)).json()) as { fresh: { asOf: number } };
      expect(body.fresh.asOf).toBe(FIXTURE_NOW);
    },
  );
});

describe("GET /snapshot", () => {
  it.each([
    { query: "", from: FIXTURE_NOW + 1 - 86_400e6, to: FIXTURE_NOW + 1 },
    { query: "?window=1h", from: FIXTURE_NOW + 1 - 3_600e6, to: FIXTURE_NOW + 1 },
    { query: "?window=90d", from: FIXTURE_NOW + 1 - 90 * 86_400e6, to: FIXTURE_NOW + 1 },
    {
      query: "?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z",
      from: 1_767_225_600e6,
      to: 1_767_312_000e6,
    },
    {
      query: "?window=1h&asOf=2026-01-02T00:00:00Z",
      from: 1_767_308_400e6 + 1,
      to: 1_767_312_000e6 + 1,
    },
  ])("covers $from to $to when asked for '$query'", async ({ query, from, to }) => {
    const response = await local.ask(`/api/v1/snapshot${query}`);
    const body = (await response.json()) as { window: unknown };
    expect(body.window).toEqual({ from, to });
  });

  it("holds one instrument when one is asked for", async () => {
    const response = await local.ask("/api/v1/snapshot?instrument=ETH-PERP");
    const body = (await response.json()) as { instruments: object };
    expect(Object.keys(body.instruments)).toEqual(["ETH-PERP"]);
  });

  it("does not know an instrument that nobody quotes", async () => {
    const problem = await problemOf(await local.ask("/api/v1/snapshot?instrument=NO-SUCH"));
    expect(problem.status).toBe(404);
    expect(problem.detail).toContain("NO-SUCH");
  });
});

describe("GET /series", () => {
  const RANGES = [
    { range: "1 h", length: 3.6e9, stepUs: 5e6 },
    { range: "6 h", length: 6 * 3.6e9, stepUs: 30e6 },
    { range: "24 h", length: 24 * 3.6e9, stepUs: 120e6 },
    { range: "7 d", length: 7 * 86.4e9, stepUs: 900e6 },
    { range: "30 d", length: 30 * 86.4e9, stepUs: 3.6e9 },
    { range: "90 d", length: 90 * 86.4e9, stepUs: 14.4e9 },
  ];

  it.each(RANGES)("chooses about 700 points for $range", async ({ length, stepUs }) => {
    const from = FIXTURE_NOW - Math.min(length * 1.002, 90 * 86.4e9);
    const path = `/api/v1/series?metric=pnl&from=${from}&to=${FIXTURE_NOW}`;
    const body = (await (await local.ask(path)).json()) as {
      stepUs: number;
      columns: Record<string, number[]>;
    };
    expect(body.stepUs).toBe(stepUs);
    expect(body.columns["net"]?.length).toBeGreaterThan(500);
    expect(body.columns["net"]?.length).toBeLessThan(730);
  });
});

describe("GET /trades", () => {
  it("gives every trade once when its cursor is followed to the end", async () => {
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const suffix = cursor === "" ? "" : `&cursor=${cursor}`;
      const response = await local.ask(`/api/v1/trades?limit=60${suffix}`);
      const body = (await response.json()) as {
        trades: { tradeId: string }[];
        cursor: string | null;
      };
      seen.push(...body.trades.map((trade) => trade.tradeId));
      cursor = body.cursor;
    }
    expect(seen.length).toBe(250);
    expect(new Set(seen).size).toBe(250);
  });

  it.each([
    { sort: "time", first: "t1" },
    { sort: "-time", first: "t250" },
  ])("starts with $first when sorted by $sort", async ({ sort, first }) => {
    const response = await local.ask(`/api/v1/trades?sort=${sort}&limit=1`);
    const body = (await response.json()) as { trades: { tradeId: string }[] };
    expect(body.trades.map((trade) => trade.tradeId)).toEqual([first]);
  });
});

describe("a query that cannot be answered", () => {
  const DAY = 86_400e6;
  it.each([
    { path: "/snapshot?window=91d", field: "window" },
    { path: "/snapshot?window=0s", field: "window" },
    { path: "/snapshot?window=1", field: "window" },
    { path: "/snapshot?window=24h&window=1h", field: "window" },
    { path: "/snapshot?windw=24h", field: "windw" },
    { path: "/snapshot?__proto__=1", field: "__proto__" },
    { path: "/snapshot?constructor=1", field: "constructor" },
    { path: "/snapshot?asOf=yesterday", field: "asOf" },
    { path: "/snapshot?asOf=2026-02-30T00:00:00Z", field: "asOf" },
    { path: `/snapshot?from=0&to=${91 * DAY}`, field: "from" },
    { path: "/snapshot?from=5&to=5", field: "to" },
    { path: "/snapshot?from=5", field: "to" },
    { path: "/snapshot?window=1h&from=0&to=5", field: "window" },
    { path: "/snapshot?from=9999999999999999&to=9999999999999999", field: "from" },
    { path: "/snapshot?instrument=%3Cimg%20src=x%20onerror=alert(1)%3E", field: "instrument" },
    { path: "/snapshot?instrument=btc-perp", field: "instrument" },
    { path: "/snapshot?instrument=", field: "instrument" },
    { path: "/series?metric=pnl", field: "from" },
    { path: "/series?metric=profit&from=0&to=5", field: "metric" },
    { path: `/series?metric=pnl&from=0&to=${DAY}&step=7s`, field: "step" },
    { path: `/series?metric=pnl&from=0&to=${DAY}&step=0s`, field: "step" },
    { path: `/series?metric=pnl&from=0&to=${DAY}&step=5s`, field: "step" },
    { path: "/analysis/day?revisions=2", field: "revisions" },
    { path: "/analysis/day?from=2026-01-01T00:00:00Z", field: "to" },
    { path: "/trades?limit=0", field: "limit" },
    { path: "/trades?limit=1001", field: "limit" },
    { path: "/trades?limit=-1", field: "limit" },
    { path: "/trades?sort=price", field: "sort" },
    { path: "/trades?cursor=%00", field: "cursor" },
    { path: "/live?since=a%20b", field: "since" },
    { path: "/health?verbose=1", field: "verbose" },
  ])("$path is refused by the name $field", async ({ path, field }) => {
    const problem = await problemOf(await local.ask(`/api/v1${path}`));
    expect(problem.status).toBe(400);
    expect(problem.errors?.map((error) => error.field)).toContain(field);
  });

  it("cuts what it repeats of a very long value", async () => {
    const long = "A".repeat(5_000);
    const problem = await problemOf(await local.ask(`/api/v1/snapshot?instrument=${long}`));
    expect(JSON.stringify(problem).length).toBeLessThan(1_000);
  });
});

describe("routes", () => {
  it.each([
    { method: "GET", path: "/api/v1/nothing", status: 404, allow: null },
    { method: "GET", path: "/api/v2/health", status: 404, allow: null },
    { method: "GET", path: "/api", status: 404, allow: null },
    { method: "DELETE", path: "/api/v1/health", status: 405, allow: "GET" },
    { method: "OPTIONS", path: "/api/v1/snapshot", status: 405, allow: "GET" },
    { method: "GET", path: "/api/v1/events", status: 405, allow: "POST" },
    { method: "POST", path: "/", status: 405, allow: "GET, HEAD" },
  ])("$method $path is a problem of status $status", async ({ method, path, status, allow }) => {
    const response = await local.ask(path, { method });
    expect(response.headers.get("allow")).toBe(allow);
    const problem = await problemOf(response);
    expect(problem.status).toBe(status);
  });

  it("keeps what broke to itself, and gives the trace id that the log has", async () => {
    const secret = "table brawler-state in arn:aws:dynamodb:eu-west-1:123456789012";
    local.queries.broken.error = new Error(secret);
    const response = await local.ask("/api/v1/snapshot");
    const problem = await problemOf(response);
    expect(problem.status).toBe(500);
    expect(JSON.stringify(problem)).not.toMatch(/arn|dynamodb|brawler-state|\bat .+:\d+/);
    expect(local.failures).toEqual([
      { error: local.queries.broken.error, traceId: problem.traceId },
    ]);
  });
});

describe("POST /events", () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    local.ask("/api/v1/events", {
      method: "POST",
      body,
      headers: { "content-type": "application/x-ndjson", ...headers },
    });

  it("answers 202 with what became of the lines", async () => {
    const response = await post('{"a":1}\n{"b":2}\n');
    expect(response.status).toBe(202);
    const body: unknown = await response.json();
    expect(Value.Errors(OPERATIONS.publish.response, body)).toEqual([]);
    expect(body).toMatchObject({ events: 2, applied: 2, quarantined: 0 });
    expect(local.queries.published).toEqual(['{"a":1}\n{"b":2}\n']);
  });

  it("answers 422 with the number and the reason of every refused line", async () => {
    const problem = await problemOf(await post('{"a":1}\nbad\n{"b":2}\nbad\n'));
    expect(problem.status).toBe(422);
    expect(problem.errors?.map((error) => error.field)).toEqual(["line 2", "line 4"]);
    expect(problem.counts).toMatchObject({ events: 4, applied: 2, quarantined: 2 });
  });

  it.each([
    { when: "1 MiB is sent", size: 1_048_576, status: 202 },
    { when: "one byte more is sent", size: 1_048_577, status: 413 },
  ])("answers $status when $when", async ({ size, status }) => {
    expect((await post(" ".repeat(size))).status).toBe(status);
    expect(local.queries.published.length).toBe(status === 202 ? 1 : 0);
  });

  it("refuses a body that grows beyond 1 MiB without having said so", async () => {
    const chunk = new Uint8Array(300_000).fill(32);
    const body = new ReadableStream({
      start(controller) {
        for (let sent = 0; sent < 4; sent += 1) controller.enqueue(chunk);
        controller.close();
      },
    });
    const init = {
      method: "POST",
      body,
      duplex: "half",
      headers: { "content-type": "text/plain" },
    };
    expect((await local.ask("/api/v1/events", init as RequestInit)).status).toBe(413);
  });

  it.each([
    { when: "the body is empty", body: "", headers: {}, status: 400 },
    {
      when: "it is a form",
      body: "a=1",
      headers: { "content-type": "multipart/form-data" },
      status: 415,
    },
    { when: "it is compressed", body: "x", headers: { "content-encoding": "gzip" }, status: 415 },
  ])("answers $status when $when", async ({ body, headers, status }) => {
    const problem = await problemOf(await post(body, headers as Record<string, string>));
    expect(problem.status).toBe(status);
    expect(local.queries.published).toEqual([]);
  });
});
