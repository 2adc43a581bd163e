/** What every EventStream promises: each line to each subscriber, in order, from any position on. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EpochUs } from "../../lib/core/units.ts";
import type { EventStream } from "../../lib/ports/event-stream.ts";
import type { ArchivedLine, ArrivedLine } from "../../lib/ports/raw-archive.ts";
import type { Opened } from "./opened.ts";

export interface EventStreamCapabilities {
  /** What a subscriber is given after a restart of everything. */
  readonly reopening: "keeps-all" | "starts-empty";
}

const lines = (count: number, from = 1): ArrivedLine[] =>
  Array.from({ length: count }, (_, i) => ({
    receivedTime: (from + i) as EpochUs,
    verdict: "accepted",
    reason: undefined,
    line: `{"sequence":${from + i}}`,
  }));

const upTo = (end: number, from = 1): number[] =>
  Array.from({ length: end - from + 1 }, (_, i) => from + i);

/** Takes batches until `end` has been seen. */
async function readUntil(stream: EventStream, end: number, after = 0): Promise<ArchivedLine[]> {
  const seen: ArchivedLine[] = [];
  for await (const batch of stream.subscribe(after)) {
    seen.push(...batch);
    if ((seen.at(-1)?.position ?? 0) >= end) break;
  }
  return seen;
}

async function positionsUntil(stream: EventStream, end: number, after = 0): Promise<number[]> {
  return (await readUntil(stream, end, after)).map(({ position }) => position);
}

export function eventStreamContract(
  name: string,
  open: () => Promise<Opened<EventStream>>,
  { reopening }: EventStreamCapabilities,
): void {
  describe(`${name} as an EventStream`, () => {
    let opened: Opened<EventStream>;
    let stream: EventStream;

    beforeEach(async () => {
      opened = await open();
      stream = opened.store;
    });
    afterEach(() => opened.close());

    it("numbers what is published from 1 on, without holes", async () => {
      expect(await stream.publish(lines(3))).toBe(3);
      expect(await stream.publish(lines(2, 4))).toBe(5);
    });

    it("delivers to a subscriber that came first, and to one that came after", async () => {
      const waiting = positionsUntil(stream, 5);
      await stream.publish(lines(3));
      await stream.publish(lines(2, 4));
      expect(await waiting).toEqual(upTo(5));
      expect(await positionsUntil(stream, 5)).toEqual(upTo(5));
    });

    it("delivers each line as it was published, refused ones too", async () => {
      const odd: ArrivedLine = {
        receivedTime: 7 as EpochUs,
        verdict: "refused",
        reason: "not-json",
        line: "…\n",
      };
      const published = [...lines(1), odd];
      await stream.publish(published);
      const delivered = published.map((line, i) => ({ position: i + 1, ...line }));
      expect(await readUntil(stream, 2)).toEqual(delivered);
    });

    it("goes on after the position that a subscriber names", async () => {
      await stream.publish(lines(10));
      expect(await positionsUntil(stream, 10, 7)).toEqual([8, 9, 10]);
    });

    it("delivers everything to each of several subscribers", async () => {
      await stream.publish(lines(3));
      const reading = Promise.all([positionsUntil(stream, 9), positionsUntil(stream, 9, 3)]);
      await stream.publish(lines(6, 4));
      expect(await reading).toEqual([upTo(9), upTo(9, 4)]);
    });

    it("keeps the lines of a call together and in order when many publish at once", async () => {
      const calls = Array.from({ length: 20 }, (_, i) => stream.publish(lines(3, i * 3 + 1)));
      const ends = await Promise.all(calls);
      expect(ends).toEqual(calls.map((_, i) => (i + 1) * 3));
      const found = await readUntil(stream, 60);
      expect(found.map(({ line }) => line)).toEqual(lines(60).map(({ line }) => line));
    });

    it("publishes nothing with an empty call", async () => {
      await stream.publish(lines(2));
      expect(await stream.publish([])).toBe(2);
    });

    it("refuses a position that was never given", async () => {
      await stream.publish(lines(3));
      await expect(positionsUntil(stream, 9, 4)).rejects.toThrow(RangeError);
    });

    it("misses and repeats nothing, wherever a subscriber stops and goes on", async () => {
      let published = 0;
      let taken = 0;
      const step = fc.record({
        publish: fc.integer({ min: 1, max: 9 }),
        take: fc.integer({ min: 0, max: 12 }),
      });
      await fc.assert(
        fc.asyncProperty(step, async ({ publish, take }) => {
          published = await stream.publish(lines(publish, published + 1));
          const until = Math.min(published, taken + take);
          if (until === taken) return;
          const positions = await positionsUntil(stream, until, taken);
          expect(positions).toEqual(upTo(positions.at(-1) ?? 0, taken + 1));
          taken = positions.at(-1) ?? taken;
        }),
        { numRuns: 60 },
      );
    });

    it(`${reopening === "keeps-all" ? "goes on where it stopped" : "begins anew"} after a restart`, async () => {
      await stream.publish(lines(4));
      stream = await opened.reopen();
      const kept = reopening === "keeps-all" ? 4 : 0;
      expect(await stream.publish(lines(2, 5))).toBe(kept + 2);
      expect(await positionsUntil(stream, kept + 2)).toEqual(upTo(kept + 2));
    });
  });
}
