/**
 * A feed that is told by a thread of its own, a little ahead of whoever takes its lines: on two cores the past is then
 * simulated while it is folded. The lines are those that the feed itself would tell.
 */
import { on } from "node:events";
import { Worker } from "node:worker_threads";
import type { FeedState } from "./simulator-feed.ts";
import type { ToldLines } from "./told-lines.ts";

/** What the thread begins with. */
export interface ThreadTask {
  readonly state: FeedState;
  readonly most: number;
  /** Batches that may be told before they are asked for: so much memory, and no more, is waiting. */
  readonly ahead: number;
}

/** What the thread sends; it sends as many as were asked for. One text of all lines is cheap to hand over. */
export interface ThreadMessage extends Pick<ToldLines, "state" | "next"> {
  readonly text: string;
  readonly isLast: boolean;
}

const AHEAD = 2;

/** @throws what the thread threw, or an Error when it ended early; the thread has ended when the iteration has */
export async function* tellInThread(
  state: FeedState,
  most: number,
): AsyncGenerator<ToldLines, void, undefined> {
  const workerData: ThreadTask = { state, most, ahead: AHEAD };
  const worker = new Worker(new URL("./simulator-thread-main.ts", import.meta.url), { workerData });
  try {
    const messages = on(worker, "message", { close: ["exit"] }) as AsyncIterable<[ThreadMessage]>;
    for await (const [{ text, isLast, ...rest }] of messages) {
      worker.postMessage("more");
      yield { lines: text === "" ? [] : text.split("\n"), ...rest };
      if (isLast) return;
    }
    throw new Error("the simulator's thread ended before it had told everything");
  } finally {
    await worker.terminate();
  }
}
