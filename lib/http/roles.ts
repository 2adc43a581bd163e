/** Who may ask what: the role of a person or a program, held against the one table of operations. */
import type { Context, MiddlewareHandler } from "hono";
import { API_BASE, OPERATIONS, type Operation } from "../core/api/operations.ts";
import { ROLES, type Role } from "../core/api/roles.ts";
import { problem } from "./problem.ts";

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
