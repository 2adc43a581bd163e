/**
 * Who may talk to a local server. Loopback alone is no protection: a page on any site can send requests to
 * 127.0.0.1, and a name that resolves there (DNS rebinding) makes the browser treat it as the same origin.
 */
import type { MiddlewareHandler } from "hono";
import { problem } from "./problem.ts";

const NAMES = ["localhost", "127.0.0.1", "[::1]"];

/** Judges a `Host` header. */
export type HostRule = (host: string) => boolean;

/** `localhost`, `127.0.0.1` and `[::1]` on the port that we listen on, which is known only once we do. */
export function loopbackHosts(port: () => number): HostRule {
  return (host) => {
    const suffix = port() === 80 ? "" : `:${port()}`;
    return NAMES.some((name) => host.toLowerCase() === `${name}${suffix}`);
  };
}

/** Refuses every request whose `Host` is not ours. */
export function requireHost(isOurs: HostRule): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header("host") ?? new URL(c.req.url).host;
    if (isOurs(host)) return next();
    return problem(c, "forbidden", "This server answers to its own local address only.");
  };
}

/** Refuses what a page of another site sends: for routes that change something or stay open. */
export function requireSameOrigin(): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header("host") ?? new URL(c.req.url).host;
    const origin = c.req.header("origin");
    const site = c.req.header("sec-fetch-site");
    const foreignOrigin = origin !== undefined && originHost(origin) !== host.toLowerCase();
    const foreignSite = site !== undefined && site !== "same-origin" && site !== "none";
    if (!foreignOrigin && !foreignSite) return next();
    return problem(
      c,
      "forbidden",
      "This route answers to its own page and to local programs only.",
    );
  };
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
