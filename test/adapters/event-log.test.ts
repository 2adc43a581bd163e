/**
 * Goal: nothing published is missed by a subscriber that keeps its position, in order, whatever stops and starts.
 * Method: a log over real files; a subscriber that stops at drawn places, with and without a restart of everything.
 */
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EventLog, openEventLog } from "../../lib/adapters/local/event-log.ts";
import { type FileArchive, openFileArchive } from "../../lib/adapters/local/file-archive.ts";
import type { EpochUs } from "../../lib/core/units.ts";
import type { ArchivedLine, ArrivedLine } from "../../lib/ports/raw-archive.ts";
import { scratchDirectory } from "./scratch-directory.ts";

const lines = (count: number, from = 1): ArrivedLine[] =>
  Array.from({ length: count }, (_, i) => ({
    receivedTime: (from + i) as EpochUs,
    verdict: "accepted",
    reason: undefined,
    line: `{"sequence":${from + i}}`,
  }));

const upTo = (end: number, from = 1): number[] =>
  Array.from({ length: end - from + 1 }, (_, i) => from + i);

describe("openEventLog", () => {
  let scratch: ReturnType<typeof scratchDirectory>;
  let archive: FileArchive;
  let log: EventLog;

  const openLog = async (options: Parameters<typeof openEventLog>[1] = {}): Promise<void> => {
    archive = await openFileArchive({ directory: join(scratch.path, "archive") });
    log = openEventLog(archive, options);
  };
  const closeLog = async (): Promise<void> => {
    log.close();
    await archive.close();
  };
  const restart = async (options: Parameters<typeof openEventLog>[1] = {}): Promise<void> => {
    await closeLog();
    await openLog(options);
  };

  beforeEach(async () => {
    scratch = scratchDirectory();
    await openLog();
  });
  afterEach(async () => {
    await closeLog();
    scratch.remove();
  });

  /** Takes batches until `end` has been seen; gives the positions. */
  const readUntil = async (end: number, after = 0): Promise<number[]> => {
    const seen: number[] = [];
    for await (const batch of log.subscribe(after)) {
      seen.push(...batch.map(({ position }) => position));
      if ((seen.at(-1) ?? 0) >= end) break;
    }
    return seen;
  };
  const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
    let settled = false;
    const note = () => {
      settled = true;
    };
    promise.then(note, note);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    return settled;
  };

  it("delivers what is published, with positions, to a subscriber that waits", async () => {
    const reading = readUntil(5);
    expect(await log.publish(lines(3))).toBe(3);
    expect(await log.publish(lines(2, 4))).toBe(5);
    expect(await reading).toEqual(upTo(5));
  });

  it("delivers each line as it was published", async () => {
    const odd: ArrivedLine = {
      receivedTime: 7 as EpochUs,
      verdict: "refused",
      reason: "no JSON",
      line: "…\n",
    };
    await log.publish([...lines(1), odd]);
    const subscription = log.subscribe(0)[Symbol.asyncIterator]();
    const { value } = await subscription.next();
    expect(value).toEqual([...lines(1), odd].map((line, i) => ({ position: i + 1, ...line })));
    await subscription.return?.();
  });

  it("delivers what was published before a subscription, from memory and from files alike", async () => {
    await log.publish(lines(10));
    expect(await readUntil(10, 4)).toEqual(upTo(10, 5));
    await restart();
    expect(await readUntil(10, 4)).toEqual(upTo(10, 5));
  });

  it("goes on where a subscriber stopped, after a restart of everything", async () => {
    await log.publish(lines(10));
    await restart();
    await log.publish(lines(5, 11));
    expect(await readUntil(15, 7)).toEqual(upTo(15, 8));
  });

  it("cuts batches to the size asked for", async () => {
    await restart({ batchLines: 4 });
    await log.publish(lines(10));
    const sizes: number[] = [];
    for await (const batch of log.subscribe(0)) {
      sizes.push(batch.length);
      if (batch.at(-1)?.position === 10) break;
    }
    expect(sizes).toEqual([4, 4, 2]);
  });

  it("delivers everything to each of several subscribers, at their own pace", async () => {
    await log.publish(lines(3));
    const all = Promise.all([readUntil(9), readUntil(9, 2), readUntil(9, 3)]);
    await log.publish(lines(6, 4));
    expect(await all).toEqual([upTo(9), upTo(9, 3), upTo(9, 4)]);
  });

  it("keeps the order of calls when many publish at once", async () => {
    const calls = Array.from({ length: 40 }, (_, i) => log.publish(lines(3, i * 3 + 1)));
    expect(await Promise.all(calls)).toEqual(calls.map((_, i) => (i + 1) * 3));
    const found: ArchivedLine[] = [];
    for await (const batch of log.subscribe(0)) {
      found.push(...batch);
      if (found.length === 120) break;
    }
    expect(found.map(({ line }) => line)).toEqual(lines(120).map(({ line }) => line));
  });

  it("publishes nothing with an empty call", async () => {
    await log.publish(lines(2));
    expect(await log.publish([])).toBe(2);
    expect(await log.publish(lines(1, 3))).toBe(3);
    expect(await readUntil(3)).toEqual(upTo(3));
  });

  it("reads files where memory no longer reaches back, and memory again after", async () => {
    await restart({ capacity: 5, batchLines: 2 });
    await log.publish(lines(50));
    await log.publish(lines(3, 51));
    const reading = readUntil(60);
    await log.publish(lines(7, 54));
    expect(await reading).toEqual(upTo(60));
  });

  it("delivers in its place what came into the archive without it", async () => {
    await log.publish(lines(3));
    await archive.append(lines(2, 4));
    await log.publish(lines(4, 6));
    const found: string[] = [];
    for await (const batch of log.subscribe(0)) {
      found.push(...batch.map(({ line }) => line));
      if (found.length >= 9) break;
    }
    expect(found).toEqual(lines(9).map(({ line }) => line));
  });

  describe("back-pressure", () => {
    beforeEach(() => restart({ capacity: 10, batchLines: 5 }));

    it("lets publishers through while nobody subscribes", async () => {
      for (let i = 0; i < 10; i += 1) await log.publish(lines(10, i * 10 + 1));
      expect(await archive.end()).toBe(100);
    });

    it("makes a publisher wait while a subscriber is too far behind, until it has caught up", async () => {
      await log.publish(lines(12));
      const subscription = log.subscribe(0)[Symbol.asyncIterator]();
      await subscription.next();
      const publishing = log.publish(lines(1, 13));
      expect(await isSettled(publishing)).toBe(false);
      expect(await archive.end()).toBe(12);
      await subscription.next(); // Takes in 1–5: 7 behind.
      expect(await publishing).toBe(13);
      await subscription.return?.();
    });

    it("lets waiting publishers through in the order they came", async () => {
      await log.publish(lines(12));
      const subscription = log.subscribe(0)[Symbol.asyncIterator]();
      await subscription.next();
      const publishing = [13, 14, 15].map((from) => log.publish(lines(1, from)));
      expect(await isSettled(Promise.race(publishing))).toBe(false);
      await subscription.return?.();
      expect(await Promise.all(publishing)).toEqual([13, 14, 15]);
      expect(await readUntil(15, 12)).toEqual([13, 14, 15]);
    });

    it("lets through no more publishers than there is room for", async () => {
      await log.publish(lines(12));
      const subscription = log.subscribe(0)[Symbol.asyncIterator]();
      await subscription.next();
      const publishing = [13, 23, 33].map((from) => log.publish(lines(10, from)));
      await subscription.next(); // 7 behind: the first fits, and makes it 17.
      expect(await publishing[0]).toBe(22);
      expect(await isSettled(Promise.race(publishing.slice(1)))).toBe(false);
      expect(await archive.end()).toBe(22);
      await subscription.return?.();
      expect(await Promise.all(publishing)).toEqual([22, 32, 42]);
    });

    it("waits for the slowest of several subscribers", async () => {
      await log.publish(lines(12));
      const slow = log.subscribe(0)[Symbol.asyncIterator]();
      await slow.next();
      expect(await readUntil(12)).toEqual(upTo(12));
      const publishing = log.publish(lines(1, 13));
      expect(await isSettled(publishing)).toBe(false);
      await slow.return?.();
      expect(await publishing).toBe(13);
    });

    it("refuses publishers that wait when it closes, and has not published their lines", async () => {
      await log.publish(lines(12));
      const subscription = log.subscribe(0)[Symbol.asyncIterator]();
      await subscription.next();
      const publishing = log.publish(lines(1, 13));
      log.close();
      await expect(publishing).rejects.toMatchObject({ kind: "closed" });
      expect(await archive.end()).toBe(12);
      expect((await subscription.next()).done).toBe(true);
    });
  });

  describe("closing", () => {
    it("ends a subscription that waits", async () => {
      const reading = readUntil(99);
      await log.publish(lines(2));
      expect(await isSettled(reading)).toBe(false);
      log.close();
      expect(await reading).toEqual([1, 2]);
    });

    it.each([
      { again: () => restart({ batchLines: 4 }), when: "files" },
      { again: async () => undefined, when: "memory" },
    ])(
      "ends a subscription after the batch it holds, when more stands in $when",
      async ({ again }) => {
        await restart({ batchLines: 4 });
        await log.publish(lines(10));
        await again();
        const subscription = log.subscribe(0)[Symbol.asyncIterator]();
        expect((await subscription.next()).value).toHaveLength(4);
        log.close();
        expect((await subscription.next()).done).toBe(true);
      },
    );

    it("refuses to publish, and to deliver", async () => {
      await log.publish(lines(2));
      log.close();
      await expect(log.publish(lines(1))).rejects.toMatchObject({ kind: "closed" });
      expect(await readUntil(2)).toEqual([]);
    });
  });

  it("refuses a position that was never given, since new lines would hide behind it", async () => {
    await log.publish(lines(3));
    await expect(readUntil(9, 4)).rejects.toThrow(RangeError);
    expect(await readUntil(3, 2)).toEqual([3]);
  });

  it("rejects what could not be archived, and delivers none of it", async () => {
    await log.publish(lines(2));
    await archive.close();
    await expect(log.publish(lines(1, 3))).rejects.toMatchObject({ kind: "closed" });
    await openLog();
    expect(await archive.end()).toBe(2);
  });

  it("misses and repeats nothing, whatever is published, stopped and restarted", async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ publish: fc.integer({ min: 1, max: 9 }) }) },
      { weight: 3, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 12 }) }) },
      { weight: 1, arbitrary: fc.constant("restart" as const) },
    );
    const schedule = fc.array(step, { maxLength: 25 });
    const sizes = fc.record({
      capacity: fc.integer({ min: 1, max: 20 }),
      batchLines: fc.integer({ min: 1, max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(schedule, sizes, async (steps, options) => {
        await restart(options);
        const start = await archive.end();
        const taken: number[] = [];
        const take = async (count: number) => {
          const position = taken.at(-1) ?? start;
          const until = Math.min(await archive.end(), position + count);
          if (until > position) taken.push(...(await readUntil(until, position)));
        };
        for (const drawn of steps) {
          if (drawn === "restart") await restart(options);
          else if ("take" in drawn) await take(drawn.take);
          else await log.publish(lines(drawn.publish, (await archive.end()) + 1));
        }
        await take(1_000);
        expect(taken).toEqual(upTo(await archive.end(), start + 1));
      }),
      { numRuns: 40 },
    );
  });
});
