/** `POST /events`: NDJSON in, counts out; 422 names every line that was refused. */
import type { Context } from "hono";
import type { Queries } from "../app/queries.ts";
import { problem } from "./problem.ts";

const MEDIA_TYPES = [
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "application/json",
  "text/plain",
];

export async function publishEvents(c: Context, queries: Queries): Promise<Response> {
  const mediaType = (c.req.header("content-type") ?? "text/plain").split(";")[0]?.trim();
  if (!MEDIA_TYPES.includes(mediaType?.toLowerCase() ?? "")) {
    const detail = "Send one JSON object a line, with content-type: application/x-ndjson.";
    return problem(c, "unsupported-media-type", detail);
  }
  if (c.req.header("content-encoding") !== undefined) {
    return problem(c, "unsupported-media-type", "Send the lines without a content-encoding.");
  }
  const body = new Uint8Array(await c.req.arrayBuffer());
  if (body.length === 0) return problem(c, "bad-request", "The body is empty: no events.");
  const { counts, refused } = await queries.publish(body);
  const headers = { "cache-control": "no-store" };
  if (refused.length === 0) return c.json(counts, 202, headers);
  const errors = refused.map(({ line, reason, detail }) => ({
    field: `line ${line}`,
    reason,
    detail,
  }));
  const detail = `${counts.quarantined} of ${counts.events} lines were refused; the others count.`;
  return problem(c, "lines-refused", detail, { errors, counts: { ...counts } });
}
