/** A local application over the fixture, asked as a browser on this machine would ask it. */
import { createLocalApp } from "../../lib/http/local-app.ts";
import { createFixtureQueries } from "./fixture-queries.ts";

const PORT = 4173;
const HOST = `127.0.0.1:${PORT}`;
export const OWN_ORIGIN = `http://${HOST}`;

export function localApp() {
  const queries = createFixtureQueries();
  const failures: { error: unknown; traceId: string }[] = [];
  const encoder = new TextEncoder();
  const app = createLocalApp(queries, {
    version: "0.0.0",
    port: () => PORT,
    files: new Map([
      ["index.html", encoder.encode("<!doctype html><title>page</title>")],
      ["config.json", encoder.encode('{"never":"served"}')],
      ["assets/main-1a2b.js", encoder.encode("export {};")],
      ["secret.txt", encoder.encode("outside assets")],
    ]),
    onError: (error, traceId) => failures.push({ error, traceId }),
  });
  const ask = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has("host")) headers.set("host", HOST);
    return app.request(`${OWN_ORIGIN}${path}`, { ...init, headers });
  };
  return { app, queries, failures, ask };
}
