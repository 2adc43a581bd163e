import { Value } from "typebox/value";
import { describe, expect, it } from "vitest";
import { liveEventSchema } from "../../lib/core/api/live.ts";
import { FIXTURE_NOW } from "./fixture-queries.ts";
import { localApp } from "./local.ts";

interface Message {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: unknown;
}

/** Reads messages until `count` of kind `fresh` have come: one ends each batch. */
async function readBatches(response: Response, count: number): Promise<readonly Message[]> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  while ((text.match(/event: fresh/g) ?? []).length < count || !text.endsWith("\n\n")) {
    const { value, done } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text
    .split("\n\n")
    .filter((block) => block.includes("data:"))
    .map(parseBlock);
}

function parseBlock(block: string): Message {
  const field = (name: string) =>
    block
      .split("\n")
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  return { event: field("event"), id: field("id"), data: JSON.parse(field("data") ?? "null") };
}

describe("GET /live/stream", () => {
  it("sends everything once, then what is new, each with the cursor to resume from", async () => {
    const { ask, queries } = localApp();
    const response = await ask("/api/v1/live/stream");
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const reading = readBatches(response, 2);
    while (queries.listeners() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    queries.advance(1_000_000);
    const messages = await reading;
    const batches = messages.filter(({ event }) => event === "fresh");
    expect(batches.map(({ id }) => id)).toEqual([`c${FIXTURE_NOW}`, `c${FIXTURE_NOW + 1_000_000}`]);
    const events = messages.filter(({ event }) => event === "live");
    expect(events.length).toBe(12);
    for (const { data } of events) expect(Value.Errors(liveEventSchema, data)).toEqual([]);
  });

  it("sends nothing again to a reader who resumes from where it stopped", async () => {
    const { ask, queries } = localApp();
    const headers = { "last-event-id": `c${FIXTURE_NOW}` };
    const reading = readBatches(await ask("/api/v1/live/stream", { headers }), 1);
    while (queries.listeners() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    queries.advance(1_000_000);
    const ids = new Set((await reading).map(({ id }) => id));
    expect([...ids]).toEqual([`c${FIXTURE_NOW + 1_000_000}`]);
  });

  it("stops listening when its reader goes", async () => {
    const { ask, queries } = localApp();
    const response = await ask("/api/v1/live/stream");
    await readBatches(response, 1);
    for (let turn = 0; turn < 100 && queries.listeners() > 0; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(queries.listeners()).toBe(0);
  });

  it("ends when the use case breaks, tells the log, and does not tell its reader why", async () => {
    const { ask, queries, failures } = localApp();
    queries.broken.error = new Error("table brawler-state is gone");
    const text = await (await ask("/api/v1/live/stream")).text();
    expect(text).toBe("");
    expect(failures.map(({ error }) => error)).toEqual([queries.broken.error]);
    expect(queries.listeners()).toBe(0);
  });

  it("refuses a 65th stream, and serves again once one has closed", async () => {
    const { ask } = localApp();
    const open = await Promise.all(Array.from({ length: 64 }, () => ask("/api/v1/live/stream")));
    expect(open.map(({ status }) => status)).toEqual(Array(64).fill(200));
    expect((await ask("/api/v1/live/stream")).status).toBe(503);
    await open[0]?.body?.cancel();
    let status = 503;
    for (let turn = 0; turn < 100 && status === 503; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      const again = await ask("/api/v1/live/stream");
      status = again.status;
      await again.body?.cancel();
    }
    expect(status).toBe(200);
    await Promise.all(open.slice(1).map((response) => response.body?.cancel()));
  });
});
