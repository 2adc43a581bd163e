/** Goal: pacing loses nothing, changes no order, and never runs ahead of whoever reads. Method: a source that counts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { paceBatches } from "../../bin/pace-batches.ts";
import type { InputBatch } from "../../lib/app/fold-input.ts";
import { batchesOf, inTurn } from "../fold.ts";

const START = 1_767_225_600_000_000;

function heartbeats(times: readonly number[]) {
  return times.map((time, i) => ({
    type: "heartbeat",
    instrument: "BTC-PERP",
    time: START + time,
    sequence: i + 1,
  }));
}

async function paced(batches: AsyncIterable<InputBatch>, speed: number): Promise<InputBatch[]> {
  const out: InputBatch[] = [];
  for await (const batch of paceBatches(batches, speed)) out.push(batch);
  return out;
}

describe("paceBatches", () => {
  it.each([1, 60, 3_600])(
    "hands over every event once, in the order of the file, at %s ×",
    async (speed) => {
      const gap = fc.integer({ min: -50_000, max: 50_000 });
      await fc.assert(
        fc.asyncProperty(fc.array(gap, { minLength: 1, maxLength: 6 }), async (gaps) => {
          let time = 1_000_000;
          const times = gaps.map((each) => {
            time += each;
            return time;
          });
          const batches = batchesOf([...heartbeats(times), "not an event"], 3);
          const out = await paced(inTurn(batches), speed);
          const sequences = out.flatMap(({ deliveries }) => deliveries.map(({ line }) => line));
          expect(sequences).toEqual(times.map((_, i) => i + 1));
          expect(out.flatMap(({ refused }) => refused)).toHaveLength(1);
        }),
        { numRuns: 15 },
      );
    },
  );

  it("splits a batch where its next event is not due yet", async () => {
    const out = await paced(inTurn(batchesOf(heartbeats([0, 1_000, 90_000]))), 1);
    const sizes = out.map(({ deliveries }) => deliveries.length).filter((size) => size > 0);
    expect(sizes).toEqual([2, 1]);
  });

  it("asks for no batch before the one before it was taken", async () => {
    let asked = 0;
    let taken = 0;
    async function* source() {
      for (const batch of batchesOf(heartbeats([0, 1, 2, 3, 4, 5]), 1)) {
        asked += 1;
        expect(asked).toBeLessThanOrEqual(taken + 1);
        yield batch;
      }
    }
    for await (const { deliveries } of paceBatches(source(), 3_600)) {
      if (deliveries.length > 0) taken += 1;
    }
    expect(taken).toBe(6);
  });
});
