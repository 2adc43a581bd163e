/**
 * Hears of changes: a stream where the server offers one, else polling. After two failures of the stream it polls
 * for five minutes. Nothing is lost on the way, because each event holds the whole state of its topic.
 */
import { batch } from "@preact/signals";
import type { LiveBody, LiveEvent } from "../../lib/core/api/live.ts";
import type { Fresh } from "../../lib/core/api/schema.ts";
import { backoffMs, createStreamParser, type StreamMessage } from "../model/event-stream.ts";
import { read, request } from "./api-client.ts";
import { setServerTime } from "./server-clock.ts";
import {
  history,
  type LiveInstrument,
  liveData,
  liveFresh,
  liveInstruments,
  transport,
} from "./store.ts";

/** Four changes a second are as many as eyes can use. */
const EVERY_MS = 250;
const POLL_MS = 5_000;
const HIDDEN_POLL_MS = 60_000;
const POLL_INSTEAD_MS = 300_000;

let cursor: string | undefined;

export async function followLive(mode: "poll" | "sse"): Promise<never> {
  let failures = 0;
  for (;;) {
    if (mode === "sse" && failures < 2) {
      const heard = await stream();
      failures = heard ? 0 : failures + 1;
      transport.value = "connecting";
      await sleep(backoffMs(failures + 1, Math.random()));
    } else {
      await pollFor(mode === "sse" ? POLL_INSTEAD_MS : Number.POSITIVE_INFINITY);
      failures = 0;
    }
  }
}

/** @returns whether anything was heard before the stream ended */
async function stream(): Promise<boolean> {
  let heard = false;
  try {
    const query = new URLSearchParams({ every: String(EVERY_MS) });
    if (cursor !== undefined) query.set("since", cursor);
    const response = await request(`/live/stream?${query}`, {});
    if (!response?.ok || response.body === null) return false;
    const parse = createStreamParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return heard;
      heard = true;
      transport.value = "live";
      take(parse(value));
    }
  } catch {
    return heard;
  }
}

function take(messages: readonly StreamMessage[]): void {
  const events: LiveEvent[] = [];
  for (const { event, id, data } of messages) {
    if (id !== undefined) cursor = id;
    if (event === "live") events.push(JSON.parse(data) as LiveEvent);
    if (event === "fresh") {
      const { now, ...fresh } = JSON.parse(data) as Fresh & { readonly now: number };
      setServerTime(now);
      apply(events.splice(0), fresh);
    }
  }
  if (events.length > 0) apply(events, null);
}

async function pollFor(forMs: number): Promise<void> {
  const end = Date.now() + forMs;
  while (Date.now() < end) {
    const since = cursor === undefined ? "" : `?since=${encodeURIComponent(cursor)}`;
    const answer = await read<LiveBody>(`/live${since}`, null);
    if ("body" in answer) {
      cursor = answer.body.cursor;
      transport.value = "polling";
      apply(answer.body.events, answer.body.fresh);
    } else {
      transport.value = "connecting";
    }
    await sleep(document.visibilityState === "hidden" ? HIDDEN_POLL_MS : POLL_MS);
  }
}

/** Views of a frozen page do not look here, so that resuming shows the present at once. */
function apply(events: readonly LiveEvent[], fresh: Fresh | null): void {
  const changed = new Map<string, LiveInstrument>();
  batch(() => {
    for (const event of events) {
      if (event.topic === "instrument") changed.set(event.instrument, event.patch);
      else if (event.topic === "data") liveData.value = event.patch;
      else history.value = event.patch;
    }
    if (changed.size > 0) liveInstruments.value = new Map([...liveInstruments.peek(), ...changed]);
    if (fresh !== null) liveFresh.value = fresh;
  });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
