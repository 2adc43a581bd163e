/**
 * Goal: a role may do what is written here, on every route. Method: each operation and each other method, asked by each
 * role; an operation that is for other roles fails until somebody writes it down here.
 */
import { describe, expect, it } from "vitest";
import { API_BASE, OPERATIONS } from "../../lib/core/api/operations.ts";
import { createCloudApp } from "../../lib/http/cloud-app.ts";
import { createFixtureQueries } from "../http/fixture-queries.ts";

/** What reads is for every role, what changes something for administrators: by the method, whatever a route says of itself. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  GET: ["viewer", "operator", "admin"],
  POST: ["admin"],
};

const ASKERS = [
  { who: "nobody", claims: undefined },
  { who: "a stranger", claims: { username: "x" } },
  { who: "viewer", claims: { username: "v", "cognito:groups": "viewer" } },
  { who: "operator", claims: { username: "o", "cognito:groups": "operator" } },
  { who: "admin", claims: { username: "a", "cognito:groups": "admin" } },
  { who: "a program", claims: { client_id: "c", scope: "brawler/api" } },
] as const;

const app = createCloudApp(createFixtureQueries(), { version: "1.2.3", connect: [] });
const ask = (method: string, path: string, claims: object | undefined) =>
  app.request(
    `https://api.test${API_BASE}${path}`,
    { method },
    { requestContext: { authorizer: claims === undefined ? null : { claims } } },
  );

describe("the table of roles", () => {
  const questions = Object.values(OPERATIONS).flatMap(({ method, path }) =>
    ASKERS.map((asker) => ({ method, path, ...asker })),
  );

  it.each(questions)(
    "holds for $who asking $method $path",
    async ({ method, path, who, claims }) => {
      const isIn = MAY[method]?.includes(who === "a program" ? "viewer" : who);
      expect((await ask(method, path, claims)).status === 403).toBe(!isIn);
    },
  );

  it.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "BREW"])(
    "lets nobody but an administrator past with %s, who finds nothing there",
    async (method) => {
      for (const { who, claims } of ASKERS) {
        for (const path of ["/health", "/snapshot", "/nothing", "/rules/x"]) {
          const { status } = await ask(method, path, claims);
          if (who === "admin") expect([404, 405]).toContain(status);
          else expect(status).toBe(403);
        }
      }
    },
  );
});
