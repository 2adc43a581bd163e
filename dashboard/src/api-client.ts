/** The page's way to its figures: reads of `/api/v1`, with the server's clock taken from every answer. */
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

/** Where a deployment has sign-in: what lets a request in. */
export interface Credentials {
  /** For a request; null while nobody is signed in. */
  token(): Promise<string | null>;
  /** In place of one that was answered with 401; null when a person has to sign in. */
  renewed(refused: string): Promise<string | null>;
  /** A 403. */
  denied(): void;
  /** A 401 for a token that is new. */
  rejected(): void;
}

let apiBase = "api/v1";
let credentials: Credentials | null = null;

export function setCredentials(given: Credentials): void {
  credentials = given;
}

export function setApiBase(base: string): void {
  apiBase = base.replace(/^\//, "");
}

/** The address of a route, relative to `<base>`. */
function apiUrl(path: string): string {
  return new URL(`${apiBase}${path}`, document.baseURI).href;
}

/** An aborted read is a failure too, which its caller has stopped waiting for. */
export async function read<T>(path: string, signal: AbortSignal | null): Promise<Answer<T>> {
  try {
    const response = await request(path, { signal, headers: { accept: "application/json" } });
    if (response === null) return { failure: SIGNED_OUT };
    observeServerTime(response.headers);
    if (!response.ok) return { failure: await failureOf(response) };
    return { body: (await response.json()) as T };
  } catch {
    return { failure: UNREACHABLE };
  }
}

/** With a token where one is needed, and once more with another when it is refused; null while nobody is signed in. */
export async function request(path: string, init: RequestInit): Promise<Response | null> {
  const send = (headers: HeadersInit) =>
    fetch(apiUrl(path), { ...init, headers: { ...init.headers, ...headers } });
  if (credentials === null) return send({});
  const token = await credentials.token();
  if (token === null) return null;
  const response = await send({ authorization: `Bearer ${token}` });
  if (response.status === 403) credentials.denied();
  if (response.status !== 401) return response;
  const another = await credentials.renewed(token);
  if (another === null) return null;
  const again = await send({ authorization: `Bearer ${another}` });
  if (again.status === 401) credentials.rejected();
  return again;
}

const SIGNED_OUT: Failure = {
  title: "Signed out",
  detail: "Sign in to see figures.",
  status: 401,
  traceId: null,
};

export const UNREACHABLE: Failure = {
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
