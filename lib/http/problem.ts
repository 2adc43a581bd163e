/** Problem details (RFC 9457) as responses: what went wrong and how to mend it, never how we are built. */
import type { Context } from "hono";
import {
  PROBLEMS,
  type Problem,
  type ProblemError,
  type ProblemKind,
} from "../core/api/problem.ts";

export interface ProblemExtras {
  readonly errors?: readonly ProblemError[];
  readonly counts?: Readonly<Record<string, number>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly traceId?: string;
}

export function problem(
  c: Context,
  kind: ProblemKind,
  detail: string,
  extras: ProblemExtras = {},
): Response {
  const { status, title } = PROBLEMS[kind];
  const body: Problem = {
    type: `/docs/problems#${kind}`,
    title,
    status,
    detail,
    instance: c.req.path.slice(0, 200),
    traceId: extras.traceId ?? crypto.randomUUID(),
    ...(extras.errors === undefined ? {} : { errors: [...extras.errors] }),
    ...(extras.counts === undefined ? {} : { counts: { ...extras.counts } }),
  };
  return c.body(JSON.stringify(body), status, {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    ...extras.headers,
  });
}
