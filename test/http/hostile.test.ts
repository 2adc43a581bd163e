/**
 * Goal: a page of another site, a name that resolves to loopback, and a crafted path or query get nothing.
 * Method: a table of what they would send, and 2,000 invented queries that must never end in a 5xx.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OPERATIONS } from "../../lib/core/api/operations.ts";
import { securityHeaders } from "../../lib/core/api/security-headers.ts";
import { localApp, OWN_ORIGIN } from "./local.ts";

describe("the Host header", () => {
  it.each([
    { host: "localhost:4173", status: 200 },
    { host: "LOCALHOST:4173", status: 200 },
    { host: "127.0.0.1:4173", status: 200 },
    { host: "[::1]:4173", status: 200 },
    { host: "evil.test", status: 403 },
    { host: "evil.test:4173", status: 403 },
    { host: "localhost", status: 403 },
    { host: "localhost:4174", status: 403 },
    { host: "localhost.evil.test:4173", status: 403 },
    { host: "127.0.0.1.nip.io:4173", status: 403 },
    { host: "0.0.0.0:4173", status: 403 },
    { host: "user@localhost:4173", status: 403 },
  ])(
    "$host gets $status from the API, the page and the configuration",
    async ({ host, status }) => {
      const { ask } = localApp();
      for (const path of ["/api/v1/health", "/", "/config.json", "/assets/main-1a2b.js"]) {
        expect((await ask(path, { headers: { host } })).status).toBe(status);
      }
    },
  );
});

describe("routes that change something or stay open", () => {
  const FOREIGN = [
    { origin: "http://evil.test" },
    { origin: "https://127.0.0.1:4173.evil.test" },
    { origin: "http://127.0.0.1:9999" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: OWN_ORIGIN, "sec-fetch-site": "cross-site" },
  ];
  const OWN = [
    {},
    { origin: OWN_ORIGIN },
    { "sec-fetch-site": "same-origin" },
    { "sec-fetch-site": "none" },
  ];

  it.each(FOREIGN)("refuse a page that sends %j", async (headers) => {
    const { ask, queries } = localApp();
    const post = await ask("/api/v1/events", { method: "POST", body: "{}", headers });
    expect(post.status).toBe(403);
    expect(queries.published).toEqual([]);
    expect((await ask("/api/v1/live/stream", { headers })).status).toBe(403);
    expect(queries.listeners()).toBe(0);
  });

  it.each(OWN)("serve our own page and local programs, which send %j", async (headers) => {
    const { ask, queries } = localApp();
    const post = await ask("/api/v1/events", { method: "POST", body: "{}", headers });
    expect(post.status).toBe(202);
    expect(queries.published.length).toBe(1);
  });
});

describe("security headers", () => {
  it.each([
    { path: "/", status: 200 },
    { path: "/assets/main-1a2b.js", status: 200 },
    { path: "/assets/none.js", status: 404 },
    { path: "/config.json", status: 200 },
    { path: "/api/v1/health", status: 200 },
    { path: "/api/v1/nothing", status: 404 },
    { path: "/api/v1/snapshot?window=x", status: 400 },
  ])("stand on $path with status $status", async ({ path, status }) => {
    const response = await localApp().ask(path);
    expect(response.status).toBe(status);
    for (const [name, value] of Object.entries(securityHeaders())) {
      expect(response.headers.get(name)).toBe(value);
    }
    expect(
      [...response.headers.keys()].filter((name) => name.startsWith("access-control")),
    ).toEqual([]);
  });

  it("stand on a 304, on a refused host and on a failure of ours", async () => {
    const { ask, queries } = localApp();
    const etag = (await ask("/")).headers.get("etag") ?? "";
    const unchanged = await ask("/", { headers: { "if-none-match": etag } });
    const refused = await ask("/", { headers: { host: "evil.test" } });
    queries.broken.error = new Error("broken");
    const failed = await ask("/api/v1/health");
    expect([unchanged.status, refused.status, failed.status]).toEqual([304, 403, 500]);
    for (const response of [unchanged, refused, failed]) {
      expect(response.headers.get("content-security-policy")).toContain("default-src 'self'");
    }
  });

  it("allow no script, style, frame or connection but our own", () => {
    const policy = securityHeaders()["content-security-policy"] ?? "";
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(policy).toContain("connect-src 'self';");
    expect(securityHeaders(["https://id.test"])["content-security-policy"]).toContain(
      "connect-src 'self' https://id.test;",
    );
  });
});

describe("the page's files", () => {
  it.each([
    "/assets/..%2fsecret.txt",
    "/assets/..%5csecret.txt",
    "/assets/%252e%252e%252fsecret.txt",
    "/assets//secret.txt",
    "/assets/sub/main-1a2b.js",
    "/assets/%00",
    "/assets/__proto__",
    "/..%2fsecret.txt",
    "//secret.txt",
    "/%2e%2e%2fpackage.json",
    "/a%00b",
  ])("%s reaches nothing", async (path) => {
    const response = await localApp().ask(path);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain("outside assets");
  });

  it.each([
    "/",
    "/day",
    "/instruments/BTC-PERP",
    "/secret.txt",
    "/index.html",
    "/assets/%2e%2e/secret.txt",
  ])("%s is the page, which reads its own URL", async (path) => {
    const response = await localApp().ask(path);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-cache");
    expect(await response.text()).toContain("<title>page</title>");
  });

  it("are kept for a year where their name changes with their content", async () => {
    const response = await localApp().ask("/assets/main-1a2b.js");
    expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(response.headers.get("cache-control")).toContain("immutable");
  });

  it("learn where the API is and that changes are pushed", async () => {
    const body: unknown = await (await localApp().ask("/config.json")).json();
    expect(body).toEqual({ apiBase: "/api/v1", live: "sse", auth: null });
  });
});

describe("any query", () => {
  it("ends in an answer or a problem of the reader's, never in a failure of ours", async () => {
    const { ask, failures } = localApp();
    const names = Object.values(OPERATIONS).flatMap(({ query }) => Object.keys(query.properties));
    const hostile = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.constantFrom("0", "-0", "1e308", "NaN", "9".repeat(400), "90d", "all", "5s", "__proto__"),
      fc.integer().map(String),
    );
    const paths = Object.values(OPERATIONS)
      .filter(({ path }) => path !== "/live/stream")
      .map(({ path }) => path);
    const pair = fc.tuple(fc.oneof(fc.constantFrom(...names), fc.string()), hostile);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.array(pair, { maxLength: 5 }),
        async (path, pairs) => {
          const query = new URLSearchParams(pairs as [string, string][]).toString();
          const response = await ask(`/api/v1${path}?${query}`);
          expect(response.status).toBeLessThan(500);
          await response.arrayBuffer();
        },
      ),
      { numRuns: 2_000 },
    );
    expect(failures).toEqual([]);
  });
});
