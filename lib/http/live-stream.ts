/** `GET /live/stream`: what `/live` would answer, sent as it happens (server-sent events). */
import type { Context } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import type { Queries } from "../app/queries.ts";

const HEARTBEAT_MS = 15_000;

export interface LiveStreamRequest {
  readonly since: string | undefined;
  /** Least milliseconds between two messages. */
  readonly everyMs: number;
}

export interface StreamEnds {
  readonly onEnd: () => void;
  /** Told why, when it was not the reader who ended it; the reader is not. */
  readonly onError: (error: unknown) => void;
}

/** Runs until the reader goes; changes that arrive while one is being written are sent as one. */
export function streamLive(
  c: Context,
  queries: Queries,
  request: LiveStreamRequest,
  ends: StreamEnds,
): Response {
  return streamSSE(c, async (stream) => {
    const bell = createBell();
    const stop = queries.onLive(bell.ring);
    stream.onAbort(bell.ring);
    try {
      await pump(stream, queries, bell, request);
    } catch (error) {
      if (!stream.aborted) ends.onError(error);
    } finally {
      stop();
      ends.onEnd();
    }
  });
}

async function pump(
  stream: SSEStreamingApi,
  queries: Queries,
  bell: Bell,
  request: LiveStreamRequest,
): Promise<void> {
  let cursor = request.since;
  while (!stream.aborted) {
    const live = await queries.live(cursor);
    if (live.cursor !== cursor) {
      for (const event of live.events) {
        await stream.writeSSE({ event: "live", id: event.id, data: JSON.stringify(event) });
      }
      const fresh = { now: queries.now(), ...live.fresh };
      await stream.writeSSE({ event: "fresh", id: live.cursor, data: JSON.stringify(fresh) });
      cursor = live.cursor;
    }
    if (request.everyMs > 0) await stream.sleep(request.everyMs);
    if (!(await bell.wait(HEARTBEAT_MS))) await stream.write(": still here\n\n");
  }
}

interface Bell {
  ring(): void;
  /** `true` once rung since the last wait, `false` when `ms` pass in silence. */
  wait(ms: number): Promise<boolean>;
}

function createBell(): Bell {
  let rung = false;
  let answer: ((heard: boolean) => void) | undefined;
  return {
    ring() {
      rung = true;
      answer?.(true);
    },
    async wait(ms) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const heard =
        rung ||
        (await new Promise<boolean>((resolve) => {
          answer = resolve;
          timer = setTimeout(() => resolve(false), ms);
        }));
      clearTimeout(timer);
      answer = undefined;
      rung = false;
      return heard;
    },
  };
}
