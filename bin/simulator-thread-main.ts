/** The thread's own side of `simulator-thread.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import { SimulatorFeed } from "./simulator-feed.ts";
import type { ThreadMessage, ThreadTask } from "./simulator-thread.ts";

const { state, most, ahead } = workerData as ThreadTask;
const feed = SimulatorFeed.resume(state);
const port = parentPort;

function tell(): void {
  const text = feed.take(Number.POSITIVE_INFINITY, most).join("\n");
  const told = { text, state: feed.save(0), next: feed.next, isLast: feed.isSpent };
  port?.postMessage(told satisfies ThreadMessage);
  if (told.isLast) port?.close();
}

port?.on("message", () => {
  if (!feed.isSpent) tell();
});
for (let batch = 0; batch < ahead && !(batch > 0 && feed.isSpent); batch += 1) tell();
