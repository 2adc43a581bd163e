/** A stage as a deployment lays it out, on loopback: a gateway with its authorizer, the published page, a login. */
import { pathToFileURL } from "node:url";
import { type ServerType, serve } from "@hono/node-server";
import { Hono } from "hono";
import { readPage } from "../../lambdas/page-bucket.ts";
import type { Claims } from "../../lib/core/api/roles.ts";
import { securityHeaders } from "../../lib/core/api/security-headers.ts";
import { createCloudApp } from "../../lib/http/cloud-app.ts";
import { createFixtureQueries, type FixtureQueries } from "../http/fixture-queries.ts";
import { createIdentityProvider, type IdentityProvider } from "./identity-provider.ts";

export interface CloudStage {
  /** Of the gateway, with the stage's path: `http://127.0.0.1:…/prod/`. */
  readonly page: string;
  readonly provider: IdentityProvider;
  readonly queries: FixtureQueries;
  /** Routes of the API that were asked for, with their queries, and what the gateway answered: `/health 200`. */
  readonly answers: string[];
  close(): Promise<void>;
}

interface Listening {
  readonly origin: string;
  close(): Promise<void>;
}

/** @param folder the built page */
export async function startCloudStage(folder: string): Promise<CloudStage> {
  const queries = createFixtureQueries();
  const answers: string[] = [];
  const at = { login: "", gateway: "" };
  const provider = createIdentityProvider(
    () => at.login,
    () => ({
      origin: at.gateway,
      callback: `${at.gateway}/prod/auth/callback`,
      signedOut: `${at.gateway}/prod/`,
    }),
  );
  const login = await listen(provider.app);
  at.login = login.origin;
  const gateway = await listen(createGateway({ folder, provider, queries, answers, at }));
  at.gateway = gateway.origin;
  return {
    page: `${gateway.origin}/prod/`,
    provider,
    queries,
    answers,
    close: async () => {
      await Promise.all([gateway.close(), login.close()]);
    },
  };
}

interface GatewayProps {
  readonly folder: string;
  readonly provider: IdentityProvider;
  readonly queries: FixtureQueries;
  readonly answers: string[];
  readonly at: { readonly login: string; readonly gateway: string };
}

function createGateway({ folder, provider, queries, answers, at }: GatewayProps): Hono {
  const connect = [at.login];
  const api = createCloudApp(queries, { version: "0.0.0", connect });
  const gateway = new Hono();
  gateway.all("/prod/api/v1/*", async (c) => {
    const url = new URL(c.req.url);
    const claims = provider.claimsOf((c.req.header("authorization") ?? "").slice("Bearer ".length));
    const asked = new Request(
      new URL(url.pathname.slice("/prod".length) + url.search, url),
      c.req.raw,
    );
    const response =
      claims === undefined ? unauthorized(connect) : await api.fetch(asked, handedOver(claims));
    const route = `${url.pathname.slice("/prod/api/v1".length)}${url.search}`;
    answers.push(`${route} ${response.status}`);
    return response;
  });
  gateway.get("/prod/*", (c) => {
    const config = { apiBase: `${at.gateway}/prod/api/v1`, live: "poll", auth: provider.config };
    const published = { base: "/prod/", config: JSON.stringify(config) };
    const files = readPage(pathToFileURL(`${folder}/`), published);
    const path = c.req.path.slice("/prod/".length);
    const found = files.find(({ key }) => key === path);
    const file = found ?? files.find(({ key }) => key === "index.html");
    return c.body(new Uint8Array(file?.body ?? []), 200, {
      ...securityHeaders(connect),
      "content-type": file?.contentType ?? "",
      "cache-control": file?.cacheControl ?? "",
    });
  });
  return gateway;
}

/** As the gateway hands a token's claims to the function: groups as text. */
function handedOver(claims: Claims): object {
  const groups = claims["cognito:groups"];
  const told = Array.isArray(groups) ? { ...claims, "cognito:groups": groups.join(",") } : claims;
  return { requestContext: { authorizer: { claims: told } } };
}

function unauthorized(connect: readonly string[]): Response {
  return new Response('{"type":"about:blank","title":"Sign in","status":401}', {
    status: 401,
    headers: { ...securityHeaders(connect), "content-type": "application/problem+json" },
  });
}

function listen(app: Hono): Promise<Listening> {
  return new Promise((resolve) => {
    const server: ServerType = serve(
      { fetch: app.fetch, hostname: "127.0.0.1", port: 0 },
      ({ port }) => {
        const close = () =>
          new Promise<void>((closed) => {
            server.close(() => closed());
            if ("closeAllConnections" in server) server.closeAllConnections();
          });
        resolve({ origin: `http://127.0.0.1:${port}`, close });
      },
    );
  });
}
