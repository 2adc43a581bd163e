/** The API as a function behind a gateway serves it: the same routes, held to roles, without what one machine has. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Queries } from "../app/queries.ts";
import { API_BASE } from "../core/api/operations.ts";
import { type Claims, roleOf } from "../core/api/roles.ts";
import { type ApiOptions, createApi } from "./api.ts";
import { withSecurityHeaders } from "./headers.ts";
import { problem } from "./problem.ts";
import { requireRole } from "./roles.ts";

export interface CloudAppOptions extends Omit<ApiOptions, "isLocal"> {
  /** Where the page may connect besides its own origin. */
  readonly connect: readonly string[];
}

const MOST_BODY_BYTES = 32 * 1024;

/** What the gateway hands over beside the request: what its authorizer found in the token. */
interface GatewayBindings {
  readonly requestContext?: { readonly authorizer?: { readonly claims?: Claims } | null };
}

export function createCloudApp(queries: Queries, options: CloudAppOptions): Hono {
  const app = new Hono();
  app.use("*", withSecurityHeaders(options.connect));
  app.use(
    "*",
    bodyLimit({
      maxSize: MOST_BODY_BYTES,
      onError: (c) => problem(c, "body-too-large", "At most 32 KB in one request."),
    }),
  );
  app.use(
    "*",
    requireRole((c) => {
      const claims = (c.env as GatewayBindings).requestContext?.authorizer?.claims;
      return claims === undefined ? undefined : roleOf(claims);
    }),
  );
  // A path that leads out of the API once it is resolved.
  app.notFound((c) => problem(c, "not-found", `GET ${API_BASE}/openapi.json lists every route.`));
  app.route("/", createApi(queries, { ...options, isLocal: false }));
  return app;
}
