/** The page's only way out: reads of `/api/v1`, with the server's clock taken from every answer. */
import type { Problem } from "../../lib/core/api/problem.ts";
import { observeServerTime } from "./server-clock.ts";

/** Why there is no answer, in words that a reader can act on or pass on. */
export interface Failure {
  readonly title: string;
  readonly detail: string;
  readonly status: number | null;
  readonly traceId: string | null;
}

export type Answer<T> = { readonly body: T } | { readonly failure: Failure };

let apiBase = "api/v1";

export function setApiBase(base: string): void {
  apiBase = base.replace(/^\//, "");
}

/** The address of a route, relative to `<base>`. */
export function apiUrl(path: string): string {
  return new URL(`${apiBase}${path}`, document.baseURI).href;
}

/** An aborted read is a failure too, which its caller has stopped waiting for. */
export async function read<T>(path: string, signal: AbortSignal | null): Promise<Answer<T>> {
  try {
    const response = await fetch(apiUrl(path), { signal, headers: { accept: "application/json" } });
    observeServerTime(response.headers);
    if (!response.ok) return { failure: await failureOf(response) };
    return { body: (await response.json()) as T };
  } catch {
    return { failure: UNREACHABLE };
  }
}

const UNREACHABLE: Failure = {
  title: "The server does not answer",
  detail: "Nothing was lost here: figures stay as they were and this page keeps trying.",
  status: null,
  traceId: null,
};

async function failureOf(response: Response): Promise<Failure> {
  const { status } = response;
  try {
    const problem = (await response.json()) as Partial<Problem>;
    return {
      title: problem.title ?? "Could not load",
      detail: problem.detail ?? "",
      status,
      traceId: problem.traceId ?? null,
    };
  } catch {
    return { title: "Could not load", detail: "", status, traceId: null };
  }
}
