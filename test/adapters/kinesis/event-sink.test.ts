/**
 * Goal: whatever the service throttles, loses or mixes up, each instrument's lines arrive in order and none is lost.
 * Method: the SDK's client with its `send` replaced by a model of PutRecords; time stands still unless it is moved on.
 */
import { KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { mockClient } from "aws-sdk-client-mock";
import { allCustomMatcher } from "aws-sdk-client-mock-vitest";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { zlibFrameCodec } from "../../../lib/adapters/frames/zlib-frame-codec.ts";
import { ATTEMPTS_MAX, backOffMs } from "../../../lib/adapters/kinesis/back-off.ts";
import {
  type KinesisSinkOptions,
  kinesisEventSink,
} from "../../../lib/adapters/kinesis/event-sink.ts";
import { KinesisError } from "../../../lib/adapters/kinesis/kinesis-error.ts";
import type { EventSink, OutgoingLine } from "../../../lib/ports/event-sink.ts";
import { linesOfRecords } from "./lines-of-records.ts";
import { type StreamFaults, type StreamModel, streamModel } from "./stream-model.ts";

expect.extend(allCustomMatcher);

const codec = zlibFrameCodec();
const line = (sequence: number, instrument = "BTC-PERP", more = ""): OutgoingLine => ({
  instrument,
  line: JSON.stringify({ sequence, ...(more && { more }) }),
});
const lines = (count: number, instrument = "BTC-PERP", from = 1): OutgoingLine[] =>
  Array.from({ length: count }, (_, i) => line(from + i, instrument));

const open = (faults: StreamFaults = {}, options: Partial<KinesisSinkOptions> = {}) => {
  const model = streamModel(faults);
  const { client } = model;
  const random = () => 0.5;
  const sink = kinesisEventSink({
    client,
    stream: "events",
    encode: codec.encode,
    random,
    ...options,
  });
  return { model, sink };
};

const sizes = (model: StreamModel): number[] =>
  model.records.map((record) => linesOfRecords([record]).length);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets time pass until the promise settles. */
async function elapse<T>(promise: Promise<T>): Promise<T> {
  const settled = promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  let result: Awaited<typeof settled> | undefined;
  void settled.then((found) => {
    result = found;
  });
  for (let step = 0; step < 10_000 && result === undefined; step += 1) {
    await vi.advanceTimersByTimeAsync(50);
  }
  if (result === undefined) throw new Error("it never settled");
  if ("error" in result) throw result.error;
  return result.value;
}

describe("a frame", () => {
  it("is sent with the instrument as its key, to the stream by its name", async () => {
    const { model, sink } = open();
    await elapse(sink.publish(lines(2)));
    expect(model.requests).toEqual([
      {
        StreamName: "events",
        Records: [
          { PartitionKey: "BTC-PERP", Data: Buffer.from('{"sequence":1}\n{"sequence":2}\n') },
        ],
      },
    ]);
  });

  it("waits 200 ms for more lines, counted from its first", async () => {
    const { model, sink } = open();
    const publishing = [sink.publish(lines(1))];
    await vi.advanceTimersByTimeAsync(150);
    publishing.push(sink.publish(lines(1, "BTC-PERP", 2)));
    await vi.advanceTimersByTimeAsync(49);
    expect(model.requests).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(sizes(model)).toEqual([2]);
    await Promise.all(publishing);
  });

  it.each([
    { count: 499, at: 0, expected: [], when: "one line is missing" },
    { count: 500, at: 0, expected: [500], when: "it holds 500 lines" },
    { count: 1_001, at: 0, expected: [500, 500], when: "it is full, and the rest waits" },
    { count: 1_001, at: 200, expected: [500, 500, 1], when: "the rest has waited" },
  ])(
    "of $count lines is sent after $at ms as $expected: $when",
    async ({ count, at, expected }) => {
      const { model, sink } = open();
      const publishing = sink.publish(lines(count));
      await vi.advanceTimersByTimeAsync(at);
      expect(sizes(model)).toEqual(expected);
      await elapse(publishing);
      expect(linesOfRecords(model.records)).toEqual(lines(count));
    },
  );

  it("holds at most 512 KiB of lines, and a longer line alone", async () => {
    const { model, sink } = open();
    const wide = (kib: number, i: number) => line(i, "A", "x".repeat(kib * 1024 - 30));
    const all = [wide(200, 1), wide(200, 2), wide(200, 3), wide(600, 4), wide(1, 5)];
    await elapse(sink.publish(all));
    expect(sizes(model)).toEqual([2, 1, 1, 1]);
    expect(linesOfRecords(model.records)).toEqual(all);
  });

  it("is compressed where that is smaller", async () => {
    const { model, sink } = open();
    await elapse(sink.publish(lines(500)));
    expect(model.records[0]?.data.subarray(0, 4)).toEqual(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]));
    expect(model.records[0]?.data.length).toBeLessThan(3_000);
  });

  it("that nobody could carry is refused, line by line, with the reason", async () => {
    const encode = () => ({ outcome: "refused", detail: "too heavy" }) as const;
    const { model, sink } = open({}, { encode });
    const outcome = await elapse(sink.publish(lines(2)));
    const refused = lines(2).map((one) => ({ ...one, detail: "too heavy" }));
    expect(outcome).toEqual({ acknowledged: 0, refused });
    expect(model.requests).toHaveLength(0);
  });
});

describe("a request", () => {
  it("takes the frames of many instruments, at most 500, and no two of one", async () => {
    const { model, sink } = open();
    const names = Array.from({ length: 1_200 }, (_, i) => `I${i}`);
    await elapse(sink.publish(names.flatMap((name) => lines(1, name))));
    expect(model.requests.map(({ Records }) => Records?.length)).toEqual([500, 500, 200]);
  });

  it("stays within the bytes that a request may have", async () => {
    const { model, sink } = open({}, { encode: (data) => ({ outcome: "encoded", data }) });
    const names = Array.from({ length: 30 }, (_, i) => `I${i}`);
    const wide = names.map((name) => line(1, name, "x".repeat(500 * 1024)));
    await elapse(sink.publish(wide));
    expect(linesOfRecords(model.records)).toHaveLength(30);
    expect(model.requests.length).toBeGreaterThan(3);
  });

  it("that is refused in part is sent again for that part alone, and what follows waits", async () => {
    let calls = 0;
    // The second record of the first request, and of its repetition.
    const { model, sink } = open({ throttles: () => [2, 4].includes(++calls) });
    const publishing = sink.publish([
      ...lines(500, "A"),
      ...lines(500, "B"),
      ...lines(500, "B", 501),
      ...lines(500, "C"),
    ]);
    await elapse(publishing);
    const keys = model.requests.map(({ Records }) =>
      Records?.map(({ PartitionKey }) => PartitionKey),
    );
    expect(keys[0]).toEqual(["A", "B", "C"]);
    expect(
      keys
        .slice(1)
        .flat()
        .filter((key) => key !== "B"),
    ).toEqual([]);
    const ofB = linesOfRecords(model.records).filter(({ instrument }) => instrument === "B");
    expect(ofB).toEqual(lines(1_000, "B"));
  });

  it.each(["before", "after"] as const)(
    "whose answer is lost, %s it was taken, is sent again as the identical frame",
    async (moment) => {
      let calls = 0;
      const { model, sink } = open({ loses: () => (++calls === 1 ? moment : "no") });
      expect((await elapse(sink.publish(lines(3)))).acknowledged).toBe(3);
      const [first, second] = model.requests.map(({ Records }) => Records?.[0]?.Data);
      expect(model.requests).toHaveLength(2);
      expect(Buffer.compare(first ?? Buffer.alloc(0), second ?? Buffer.alloc(1))).toBe(0);
      expect(sizes(model)).toEqual(moment === "after" ? [3, 3] : [3]);
    },
  );

  it.each([
    { answer: {}, when: "no records" },
    { answer: { Records: [] }, when: "too few records" },
    { answer: { Records: [{}] }, when: "a record without number and code" },
    {
      answer: { Records: [{ ErrorCode: "InternalFailure" }] },
      when: "a failure inside the service",
    },
    { answer: { Records: [{ ErrorCode: "SomethingNew" }] }, when: "a code that nobody knows" },
  ])("that is answered by $when counts as not taken, and is sent again", async ({ answer }) => {
    const client = new KinesisClient({ region: "eu-west-1" });
    const mock = mockClient(client)
      .on(PutRecordsCommand)
      .resolvesOnce(answer)
      .resolves({ Records: [{ SequenceNumber: "1" }] });
    const { sink } = open({}, { client });
    expect((await elapse(sink.publish(lines(1)))).acknowledged).toBe(1);
    expect(mock).toHaveReceivedCommandTimes(PutRecordsCommand, 2);
  });
});

describe("sending again", () => {
  it("waits anything up to a bound that doubles and ends at 5 s", () => {
    expect([1, 2, 3, 6, 7, 12].map((attempts) => backOffMs(attempts, 1))).toEqual([
      100, 200, 400, 3_200, 5_000, 5_000,
    ]);
    expect(backOffMs(5, 0)).toBe(0);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: ATTEMPTS_MAX }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempts, random) => {
          const wait = backOffMs(attempts, random);
          expect(wait >= 0 && wait <= backOffMs(attempts, 1)).toBe(true);
        },
      ),
    );
  });

  it("ends: what was not taken after 12 times is the caller's, and all that waits behind it", async () => {
    const { model, sink } = open({ throttles: () => true });
    const first = sink.publish(lines(500));
    const second = sink.publish(lines(3, "BTC-PERP", 501));
    const failures = await elapse(Promise.allSettled([first, second]));
    for (const failure of failures) {
      expect(failure).toMatchObject({
        status: "rejected",
        reason: { kind: "throttled", isTransient: true },
      });
    }
    expect(model.requests).toHaveLength(ATTEMPTS_MAX);
    expect(model.records).toEqual([]);
  });

  it("of one instrument holds up no other, and a later call begins anew", async () => {
    let isThrottled = true;
    const { model, sink } = open();
    const throttledClient = streamModel({ throttles: () => isThrottled });
    const failing = open({}, { client: throttledClient.client });
    const bad = failing.sink.publish(lines(2));
    await expect(elapse(bad)).rejects.toThrow(KinesisError);
    isThrottled = false;
    expect((await elapse(failing.sink.publish(lines(2)))).acknowledged).toBe(2);
    expect(linesOfRecords(throttledClient.records)).toEqual(lines(2));
    expect((await elapse(sink.publish(lines(1, "OTHER")))).acknowledged).toBe(1);
    expect(model.records).toHaveLength(1);
  });

  it.each([
    { name: "AccessDeniedException", kind: "denied", says: "kinesis:PutRecords" },
    { name: "ResourceNotFoundException", kind: "absent", says: "no stream" },
    { name: "ValidationException", kind: "invalid", says: "mistake of this program" },
    { name: "KMSAccessDeniedException", kind: "denied", says: "credentials" },
  ])("is not tried where it cannot help: $name ($kind)", async ({ name, kind, says }) => {
    const client = new KinesisClient({ region: "eu-west-1" });
    const cause = Object.assign(new Error("because"), { name });
    const mock = mockClient(client).on(PutRecordsCommand).rejects(cause);
    const { sink } = open({}, { client });
    const publishing = elapse(sink.publish(lines(1)));
    await expect(publishing).rejects.toMatchObject({ kind, isTransient: false, cause });
    await expect(publishing).rejects.toThrow(says);
    await expect(publishing).rejects.toThrow("events");
    expect(mock).toHaveReceivedCommandTimes(PutRecordsCommand, 1);
  });
});

describe("a publisher", () => {
  it("waits while too many lines are under way, and in its turn", async () => {
    const { model, sink } = open({}, { capacity: 10 });
    const calls = [1, 11, 21].map((from) => sink.publish(lines(10, "A", from)));
    await vi.advanceTimersByTimeAsync(200);
    expect(sizes(model)).toEqual([10]);
    await elapse(Promise.all(calls));
    expect(linesOfRecords(model.records)).toEqual(lines(30, "A"));
  });

  it("that waits is told when the sink is closed meanwhile", async () => {
    const { sink } = open({}, { capacity: 1 });
    const first = sink.publish(lines(1));
    await vi.advanceTimersByTimeAsync(1);
    const waiting = sink.publish(lines(1, "BTC-PERP", 2)).catch((error: unknown) => error);
    await elapse(sink.close());
    expect((await first).acknowledged).toBe(1);
    expect(await waiting).toMatchObject({ kind: "closed" });
  });
});

describe("any schedule of faults", () => {
  const fault = fc.record({
    throttles: fc.infiniteStream(fc.boolean()),
    loses: fc.infiniteStream(
      fc.constantFrom("no" as const, "no" as const, "before" as const, "after" as const),
    ),
    random: fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
  });
  const call = fc.array(
    fc.record({
      instrument: fc.constantFrom("A", "B", "C"),
      times: fc.integer({ min: 1, max: 700 }),
    }),
    { maxLength: 4 },
  );
  const nextOf = <T>(stream: Iterator<T>): T => stream.next().value as T;

  it("leaves each instrument's lines in order, none lost, frames whole, one under way at a time", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(call, { minLength: 1, maxLength: 4 }),
        fault,
        async (calls, faults) => {
          let faultsLeft = 40;
          const { model, sink } = open(
            {
              throttles: () => faultsLeft-- > 0 && nextOf(faults.throttles),
              loses: () => (faultsLeft-- > 0 ? nextOf(faults.loses) : "no"),
            },
            { random: () => nextOf(faults.random) },
          );
          const counts = new Map<string, number>();
          const published = calls.map((parts) =>
            parts.flatMap(({ instrument, times }) => {
              const from = counts.get(instrument) ?? 0;
              counts.set(instrument, from + times);
              return lines(times, instrument, from + 1);
            }),
          );
          const outcomes = await elapse(
            Promise.allSettled(published.map((one) => sink.publish(one))),
          );
          expect(model.overtaken).toEqual([]);
          checkArrivals(
            model,
            published.flat(),
            outcomes.every(({ status }) => status === "fulfilled"),
          );
          await closeAll(sink);
        },
      ),
      { numRuns: 60 },
    );
  });

  function checkArrivals(
    model: StreamModel,
    published: readonly OutgoingLine[],
    isComplete: boolean,
  ): void {
    for (const instrument of ["A", "B", "C"]) {
      const records = model.records.filter(({ partitionKey }) => partitionKey === instrument);
      // A frame that came twice came as the same bytes, before the next one.
      const frames = records.filter(
        (record, i) =>
          i === 0 || Buffer.compare(record.data, records[i - 1]?.data ?? Buffer.alloc(0)) !== 0,
      );
      const arrived = linesOfRecords(frames);
      const expected = published.filter((one) => one.instrument === instrument);
      if (isComplete) expect(arrived).toEqual(expected);
      else expect(expected.slice(0, arrived.length)).toEqual(arrived);
    }
  }

  async function closeAll(sink: EventSink): Promise<void> {
    await elapse(sink.close());
  }
});
