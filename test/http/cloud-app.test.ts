import { describe, expect, it } from "vitest";
import { OPERATIONS } from "../../lib/core/api/operations.ts";
import { roleOf } from "../../lib/core/api/roles.ts";
import { createCloudApp } from "../../lib/http/cloud-app.ts";
import { createFixtureQueries } from "./fixture-queries.ts";

const app = createCloudApp(createFixtureQueries(), {
  version: "1.2.3",
  connect: ["https://sign-in.example.com"],
});

const ask = (path: string, claims: object | undefined, init: RequestInit = {}) =>
  app.request(`https://api.test/api/v1${path}`, init, {
    requestContext: { authorizer: claims === undefined ? null : { claims } },
  });
const VIEWER = { username: "mb", "cognito:groups": "viewer" };

describe("roleOf", () => {
  it.each([
    { claims: { username: "a", "cognito:groups": "viewer" }, role: "viewer" },
    { claims: { username: "a", "cognito:groups": ["viewer", "admin"] }, role: "admin" },
    { claims: { username: "a", "cognito:groups": "[operator viewer]" }, role: "operator" },
    { claims: { username: "a", "cognito:groups": "administrators" }, role: undefined },
    { claims: { username: "a" }, role: undefined },
    { claims: { client_id: "c", scope: "brawler/api" }, role: "viewer" },
    { claims: { client_id: "c", username: "a" }, role: undefined },
    { claims: {}, role: undefined },
  ])("is $role for $claims", ({ claims, role }) => {
    expect(roleOf(claims)).toBe(role);
  });
});

describe("the API behind a gateway", () => {
  const reads = Object.values(OPERATIONS).filter(
    ({ method, served }) => method === "GET" && served === "everywhere",
  );

  it.each(reads.map(({ path }) => path))("lets nobody without a role see %s", async (path) => {
    for (const claims of [undefined, {}, { username: "mb" }, { "cognito:groups": "root" }]) {
      const response = await ask(path, claims);
      expect(response.status).toBe(403);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
    }
  });

  it("answers a viewer and a program", async () => {
    expect((await ask("/health", VIEWER)).status).toBe(200);
    expect((await ask("/health", { client_id: "program" })).status).toBe(200);
  });

  it.each(["/live/stream", "/events"])("does not serve %s: another process folds", async (path) => {
    const admin = { username: "a", "cognito:groups": "admin" };
    const method = path === "/events" ? "POST" : "GET";
    expect((await ask(path, admin, { method })).status).toBeGreaterThanOrEqual(404);
  });

  it("needs the highest role for what is no operation that reads", async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      expect((await ask("/rules/x", VIEWER, { method })).status).toBe(403);
    }
  });

  it("allows the page its sign-in and nothing else", async () => {
    const response = await ask("/health", VIEWER);
    expect(response.headers.get("content-security-policy")).toContain(
      "connect-src 'self' https://sign-in.example.com;",
    );
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("takes no body over 32 KB", async () => {
    const admin = { username: "a", "cognito:groups": "admin" };
    const body = "x".repeat(33 * 1024);
    expect((await ask("/rules/x", admin, { method: "PUT", body })).status).toBe(413);
  });
});
