/** The API as the gateway calls it: whoever asks and whatever is asked, the answer is a figure or a problem. */
import "./environment.ts";
import fc from "fast-check";
import type { LambdaEvent } from "hono/aws-lambda";
import { describe, expect, it } from "vitest";
import { line } from "./events.ts";
import { contextOf } from "./invocation.ts";
import { fold, stackModel } from "./stack-model.ts";

const VIEWER = { username: "mb", "cognito:groups": "viewer" };
const DAY_US = 86_400_000_000;
const FROM = 1_767_225_600_000_000;

const stack = stackModel();

interface Asked {
  readonly claims?: object | undefined;
  readonly method?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

async function ask(
  path: string,
  { claims, method = "GET", query, body }: Asked = { claims: VIEWER },
): Promise<Answered> {
  const { handler } = await import("../../lambdas/api.ts");
  const event = {
    body: body ?? null,
    headers: { host: "api.test", "content-type": "application/json" },
    httpMethod: method,
    isBase64Encoded: false,
    multiValueHeaders: {},
    multiValueQueryStringParameters: undefined,
    path: `/api/v1${path}`,
    pathParameters: { proxy: path.slice(1) },
    queryStringParameters: query,
    requestContext: { authorizer: claims === undefined ? null : { claims } },
    resource: "/api/v1/{proxy+}",
    stageVariables: null,
  } as unknown as LambdaEvent;
  const answer = await handler(event, contextOf());
  const { headers, multiValueHeaders } = answer;
  const type = String(headers?.["content-type"] ?? multiValueHeaders?.["content-type"]);
  return {
    status: answer.statusCode,
    type,
    text: answer.body,
    body: JSON.parse(answer.body) as Answered["body"],
  };
}

/** Every error: a problem with what to do, and nothing of how we are built. */
function expectProblem({ status, type, body, text }: Answered, expected: number) {
  expect(status).toBe(expected);
  expect(type).toContain("application/problem+json");
  expect(body).toMatchObject({ status: expected, title: expect.any(String) });
  expect(text).not.toMatch(/\bat .*[.](ts|js|mjs):\d|node_modules|Error:|arn:aws|DynamoDb/);
}

describe("a viewer", () => {
  it("sees what the processor has folded", async () => {
    await fold(line("A", 1), line("A", 2));
    const instruments = await ask("/instruments");
    expect(instruments.status).toBe(200);
    expect(instruments.text).toContain('"A"');
    expect((await ask("/health")).body).toMatchObject({ version: "1.2.3", data: { applied: 2 } });
  });

  it("sees an empty desk where nothing has come yet", async () => {
    expect((await ask("/instruments")).body).toMatchObject({ instruments: [] });
  });
});

describe("claims", () => {
  it.each([
    { what: "missing", claims: undefined },
    { what: "empty", claims: {} },
    { what: "without a group", claims: { username: "mb" } },
    {
      what: "of a group that is none of ours",
      claims: { username: "mb", "cognito:groups": "root" },
    },
    { what: "whose group only looks like one", claims: { "cognito:groups": "viewers" } },
    { what: "of a program that also has a name", claims: { username: "mb", client_id: "c" } },
    { what: "whose groups are an object", claims: { "cognito:groups": { viewer: true } } },
  ])("that are $what give no role", async ({ claims }) => {
    expectProblem(await ask("/health", { claims }), 403);
    expectProblem(await ask("/instruments", { claims }), 403);
  });

  it("in the request itself count for nothing", async () => {
    const query = { "cognito:groups": "admin", username: "mb" };
    expectProblem(await ask("/health", { claims: undefined, query }), 403);
    const body = JSON.stringify({ requestContext: { authorizer: { claims: VIEWER } } });
    expectProblem(await ask("/rules/x", { claims: undefined, method: "PUT", body }), 403);
  });
});

describe("a request that cannot be answered", () => {
  it.each([
    "/nothing",
    "/../../etc/passwd",
    "/..%2f..%2fetc%2fpasswd",
    "/%00",
    "/%ff%fe",
    "/health/",
    "//health",
    "/health%0d%0aset-cookie:x",
    `/${"x".repeat(8_000)}`,
    "/__proto__",
    "/constructor/prototype",
  ])("for %s is a 404", async (path) => {
    expectProblem(await ask(path), 404);
  });

  const range = (days: number) => ({ from: String(FROM), to: String(FROM + days * DAY_US) });

  it.each([
    { path: "/series", query: { instrument: "A", metric: "pnl", ...range(91) } },
    { path: "/series", query: { instrument: "A", metric: "pnl", from: "-1", to: "1" } },
    { path: "/series", query: {} },
    { path: "/trades", query: { instrument: "A", limit: "1e9", ...range(1) } },
    { path: "/trades", query: { instrument: "A", ...range(91) } },
    { path: "/snapshot", query: { window: "91d" } },
    { path: "/snapshot", query: { window: "x" } },
    { path: "/health", query: { unknown: "1" } },
  ])("for $path with $query is a 400 that names what to mend", async ({ path, query }) => {
    const answer = await ask(path, { claims: VIEWER, query });
    expectProblem(answer, 400);
    expect(String(answer.body["detail"]).length).toBeGreaterThan(10);
  });

  it.each(["no cursor", "AAAA", "W10", "__proto__", "x".repeat(2_000)])(
    "for trades behind the cursor %s is a 400",
    async (cursor) => {
      await fold(line("A", 1));
      const query = { instrument: "A", cursor, ...range(1) };
      expectProblem(await ask("/trades", { claims: VIEWER, query }), 400);
    },
  );

  it("with more than 32 KB is a 413, by whatever method", async () => {
    const admin = { username: "a", "cognito:groups": "admin" };
    const body = "x".repeat(33 * 1_024);
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      expectProblem(await ask("/rules/x", { claims: admin, method, body }), 413);
    }
  });

  it.each(["POST", "PUT", "PATCH", "DELETE"])("by %s needs another role", async (method) => {
    expectProblem(await ask("/health", { claims: VIEWER, method, body: "{}" }), 403);
  });

  it("by invented queries is never a failure of ours", async () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("__proto__", "-1", "NaN"));
    const name = fc.constantFrom("instrument", "from", "to", "cursor", "limit", "window", "metric");
    const path = fc.constantFrom("/series", "/trades", "/snapshot", "/health", "/live");
    await fc.assert(
      fc.asyncProperty(path, fc.dictionary(name, text), async (asked, query) => {
        expect((await ask(asked, { claims: VIEWER, query })).status).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a failure of ours", () => {
  it.each([
    "ProvisionedThroughputExceededException",
    "AccessDeniedException",
    "ResourceNotFoundException",
    "TimeoutError",
  ])("by %s is a problem with a trace id; the cause is in the log alone", async (name) => {
    stack.tables.meddle = () =>
      Promise.reject(Object.assign(new Error("arn:aws:secret-table"), { name }));
    const answer = await ask("/instruments");
    expectProblem(answer, 500);
    expect(answer.text).not.toContain("secret-table");
    expect(stack.heard.text()).toContain("secret-table");
    expect(stack.heard.text()).toContain(String(answer.body["traceId"]));
  });
});
