import { setTimeout as sleep } from "node:timers/promises";
import type { Delivery } from "../lib/app/fold-group.ts";
import type { InputBatch } from "../lib/app/fold-input.ts";

/** Waits shorter than this are not worth a turn of the event loop. */
const LEAST_WAIT_MS = 20;

/**
 * Holds events back until they are due: `speed` times faster than they happened, counted from the first. An event that
 * is older than one before it is due at once.
 */
export async function* paceBatches(
  batches: AsyncIterable<InputBatch>,
  speed: number,
): AsyncGenerator<InputBatch> {
  const startedAt = performance.now();
  let firstTime: number | undefined;
  for await (const { deliveries, refused } of batches) {
    let due: Delivery[] = [];
    for (const delivery of deliveries) {
      firstTime ??= delivery.event.time;
      const dueAt = startedAt + (delivery.event.time - firstTime) / 1_000 / speed;
      const waitMs = dueAt - performance.now();
      if (waitMs > LEAST_WAIT_MS) {
        yield { deliveries: due, refused: [] };
        due = [];
        await sleep(waitMs);
      }
      due.push(delivery);
    }
    yield { deliveries: due, refused };
  }
}
