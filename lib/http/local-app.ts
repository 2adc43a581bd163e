/** Everything a local server answers: the page, its configuration and the API, to its own machine only. */
import { Hono } from "hono";
import type { Queries } from "../app/queries.ts";
import { API_BASE } from "../core/api/operations.ts";
import { type ApiOptions, createApi } from "./api.ts";
import { withSecurityHeaders } from "./headers.ts";
import { loopbackHosts, requireHost } from "./same-site.ts";
import { createSite, type SiteFiles } from "./site.ts";

export interface LocalAppOptions extends ApiOptions {
  /** The port that we listen on; asked at each request, because port 0 is known only once listening. */
  readonly port: () => number;
  readonly files: SiteFiles;
}

/** @returns an application whose `fetch` serves requests, for instance through `@hono/node-server` */
export function createLocalApp(queries: Queries, options: LocalAppOptions): Hono {
  const app = new Hono();
  app.use("*", withSecurityHeaders());
  app.use("*", requireHost(loopbackHosts(options.port)));
  app.route("/", createApi(queries, options));
  app.route("/", createSite(options.files, { apiBase: API_BASE, live: "sse", auth: null }));
  return app;
}
