/** JSON answers with a strong ETag of their bytes, and 304 for a reader who has them. */
import type { Context } from "hono";
import { problem } from "./problem.ts";

/** The server's clock in µs, on every answer: under `--speed` it is not the `Date` header's. */
export const NOW_HEADER = "brawler-now";

export async function sendJson(c: Context, body: unknown): Promise<Response> {
  const text = JSON.stringify(body);
  return sendWithTag(c, new TextEncoder().encode(text), {
    "content-type": "application/json",
    "cache-control": "private, no-cache",
  });
}

/** Sends bytes, or 304 without them where `If-None-Match` holds their tag. */
export async function sendWithTag(
  c: Context,
  bytes: Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const etag = await tagOf(bytes);
  const tagged = { ...headers, etag };
  if (holds(c.req.header("if-none-match"), etag)) return c.body(null, 304, tagged);
  return c.body(bytes, 200, tagged);
}

/** An answer that a use case does not have: the instrument is unknown. */
export async function sendFound(
  c: Context,
  body: object | undefined,
  instrument: string | undefined,
): Promise<Response> {
  if (body !== undefined) return sendJson(c, body);
  const detail = `No instrument ${JSON.stringify(instrument ?? "")}: GET /api/v1/instruments lists them.`;
  return problem(c, "not-found", detail);
}

async function tagOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `"${btoa(String.fromCharCode(...digest.subarray(0, 15)))}"`;
}

/** RFC 9110 §13.1.2: the comparison is weak, and `*` matches whatever is there. */
function holds(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(",")
    .map((tag) => tag.trim().replace(/^W\//, ""))
    .some((tag) => tag === etag || tag === "*");
}
