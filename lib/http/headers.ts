import type { MiddlewareHandler } from "hono";
import { securityHeaders } from "../core/api/security-headers.ts";

/** Puts the security headers on every response. */
export function withSecurityHeaders(connect: readonly string[] = []): MiddlewareHandler {
  const headers = Object.entries(securityHeaders(connect));
  return async (c, next) => {
    await next();
    for (const [name, value] of headers) c.res.headers.set(name, value);
  };
}
