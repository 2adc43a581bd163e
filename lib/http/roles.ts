/** Who may ask what: the role of a person or a program, held against the one table of operations. */
import type { Context, MiddlewareHandler } from "hono";
import { API_BASE, OPERATIONS, type Operation, ROLES, type Role } from "../core/api/operations.ts";
import { problem } from "./problem.ts";

/** What an identity provider says of whoever asks, once the token has been checked. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * The highest role that the claims give; undefined when there is none.
 *
 * A person has the groups that an administrator put them into. A program has a token of its own, without a user name:
 * it may look.
 */
export function roleOf(claims: Claims): Role | undefined {
  const groups = claims["cognito:groups"];
  const named = typeof groups === "string" ? groups.split(/[,\s[\]]+/) : [];
  const all = Array.isArray(groups) ? groups : named;
  const found = ROLES.filter((role) => all.includes(role)).at(-1);
  if (found !== undefined) return found;
  return claims["username"] === undefined && claims["client_id"] !== undefined
    ? "viewer"
    : undefined;
}

/** Answers 403 to whoever lacks the role of the operation asked for; a route that is none needs the highest. */
export function requireRole(roleFor: (c: Context) => Role | undefined): MiddlewareHandler {
  return async (c, next) => {
    const role = roleFor(c);
    const needed = roleNeeded(c.req.method, c.req.path);
    if (role === undefined) {
      return problem(c, "no-role", "You are in no group yet: ask an administrator for one.");
    }
    if (ROLES.indexOf(role) < ROLES.indexOf(needed)) {
      return problem(c, "no-role", `This needs the role ${needed}; yours is ${role}.`);
    }
    return next();
  };
}

function roleNeeded(method: string, path: string): Role {
  const asked = method === "HEAD" ? "GET" : method;
  const operations: readonly Operation[] = Object.values(OPERATIONS);
  const found = operations.find((one) => one.method === asked && `${API_BASE}${one.path}` === path);
  return found?.role ?? (asked === "GET" ? "viewer" : "admin");
}
