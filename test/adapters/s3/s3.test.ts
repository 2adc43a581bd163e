/**
 * Goal: keys that find what was kept, each object written once, and whatever a bucket answers is understood.
 * Method: the adapters on a bucket in memory; its answers replaced where they are what is tested.
 */

import { gunzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { allCustomMatcher } from "aws-sdk-client-mock-vitest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { zlibFrameCodec } from "../../../lib/adapters/frames/zlib-frame-codec.ts";
import { kinesisBatch } from "../../../lib/adapters/kinesis/kinesis-event.ts";
import { archiveKey, archivePlace } from "../../../lib/adapters/s3/archive-key.ts";
import { s3ArchivedStream } from "../../../lib/adapters/s3/archived-stream.ts";
import { s3FailedBatches, type UnreadableBatch } from "../../../lib/adapters/s3/failed-batches.ts";
import { s3Quarantine } from "../../../lib/adapters/s3/quarantine.ts";
import { s3RecordArchive } from "../../../lib/adapters/s3/record-archive.ts";
import { S3Error } from "../../../lib/adapters/s3/s3-error.ts";
import { decodeStreamedLine, encodeStreamedLine } from "../../../lib/adapters/s3/streamed-line.ts";
import { type EpochUs, HOUR_US } from "../../../lib/core/units.ts";
import type { QuarantinedItem } from "../../../lib/ports/quarantine.ts";
import type { RecordBatch } from "../../../lib/ports/record-batch.ts";
import { type BucketModel, bucketModel } from "./bucket-model.ts";

expect.extend(allCustomMatcher);

const codec = zlibFrameCodec();
/** 2025-09-19T00:00:00Z */
const T0 = 1_758_240_000_000_000;
const clock = { now: () => T0 as EpochUs };
const ALL = { from: 0 as EpochUs, to: (2 ** 52) as EpochUs };

const batchAt = (...times: (number | undefined)[]): RecordBatch<string> => ({
  shard: "shardId-000000000002",
  records: times.map((arrivedAt, i) => ({
    sequenceNumber: String(1_001 + i),
    partitionKey: "BTC-PERP",
    data: Buffer.from(`{"n":${i}}\n`).toString("base64"),
    ...(arrivedAt === undefined ? {} : { arrivedAt: arrivedAt as EpochUs }),
  })),
});

const archiveOn = ({ bucket }: BucketModel) =>
  s3RecordArchive({ bucket, prefix: "archive", decode: codec.decodeBase64, clock });

async function readAll({ bucket }: BucketModel, range = ALL): Promise<string[]> {
  const found: string[] = [];
  for await (const { line } of s3ArchivedStream({ bucket, prefix: "archive" }).read(range))
    found.push(line);
  return found;
}

const padded = (n: number): string => String(n).padStart(56, "0");

describe("the archive", () => {
  it("writes a batch as one object of zstd, once, by hour, shard, first and last record", async () => {
    const model = bucketModel();
    await archiveOn(model).put(batchAt(T0, T0 + 5_000_000), []);
    const key = `archive/2025-09-19T00Z/shardId-000000000002/${padded(1_001)}-${padded(1_002)}.ndjson.zst`;
    expect(model.mock).toHaveReceivedCommandExactlyOnceWith(PutObjectCommand, {
      Bucket: "events",
      Key: key,
      Body: expect.any(Buffer),
      ContentType: "application/zstd",
      IfNoneMatch: "*",
    });
    const plain = zstdDecompressSync(model.objects.get(key) ?? Buffer.alloc(0)).toString("utf8");
    expect(plain).toBe(
      `{"sequenceNumber":"1001","partitionKey":"BTC-PERP","arrivedAt":${T0},"lineNumber":1,"line":{"n":0}}\n` +
        `{"sequenceNumber":"1002","partitionKey":"BTC-PERP","arrivedAt":${T0 + 5_000_000},"lineNumber":1,"line":{"n":1}}\n`,
    );
  });

  it("writes nothing twice: the same batch again meets its own key", async () => {
    const model = bucketModel();
    await archiveOn(model).put(batchAt(T0, T0), []);
    await archiveOn(model).put(batchAt(T0, T0), []);
    expect(model.mock).toHaveReceivedCommandTimes(PutObjectCommand, 2);
    expect(model.written).toHaveLength(1);
  });

  it("parts a batch at the turn of an hour, so that reading an hour finds all of it and no more", async () => {
    const model = bucketModel();
    await archiveOn(model).put(batchAt(T0 - 1, T0, T0 + HOUR_US - 1, T0 + 3 * HOUR_US), []);
    expect(model.written.map((key) => key.split("/")[1])).toEqual([
      "2025-09-18T23Z",
      "2025-09-19T00Z",
      "2025-09-19T03Z",
    ]);
    const hour = { from: T0 as EpochUs, to: (T0 + HOUR_US) as EpochUs };
    expect(await readAll(model, hour)).toEqual(['{"n":1}', '{"n":2}']);
    expect(model.mock).toHaveReceivedCommandTimes(GetObjectCommand, 1);
  });

  it("gives each record once though the stream's clock stepped back over the hour", async () => {
    const model = bucketModel();
    const batch = batchAt(T0 - 2, T0 + 1, T0 - 1, T0 + 2);
    await archiveOn(model).put(batch, []);
    await archiveOn(model).put({ ...batch, records: batch.records.slice(1, 3) }, []);
    expect((await readAll(model)).sort()).toEqual(['{"n":0}', '{"n":1}', '{"n":2}', '{"n":3}']);
  });

  it("takes the clock's time for records whose stream tells none", async () => {
    const model = bucketModel();
    await archiveOn(model).put(batchAt(undefined), []);
    expect(model.written[0]).toContain("/2025-09-19T00Z/");
    expect(await readAll(model)).toEqual(['{"n":0}']);
  });

  it("passes over what is not its own under the prefix", async () => {
    const model = bucketModel();
    await archiveOn(model).put(batchAt(T0), []);
    for (const key of [
      "archive/readme",
      "archive/2025-09-19T00Z/x/1-2.ndjson.zst",
      "archive/2025-99-99T99Z/x/y",
    ]) {
      model.objects.set(key, Buffer.from("else"));
    }
    model.objects.set(
      `archives/2025-09-19T00Z/s/${padded(1)}-${padded(2)}.ndjson.zst`,
      Buffer.from("else"),
    );
    expect(await readAll(model)).toEqual(['{"n":0}']);
  });

  it("fetches some objects ahead, and not all", async () => {
    const model = bucketModel(100);
    for (let i = 0; i < 60; i += 1) {
      await archiveOn(model).put(
        {
          ...batchAt(T0),
          records: [{ ...batchAt(T0).records[0], sequenceNumber: String(i) } as never],
        },
        [],
      );
    }
    for await (const _ of s3ArchivedStream({ bucket: model.bucket, prefix: "archive" }).read(ALL))
      break;
    expect(model.mock).toHaveReceivedCommandTimes(GetObjectCommand, 32);
  });

  const keyOf = (model: BucketModel): string => model.written[0] ?? "";
  it.each([
    { damage: Buffer.from("no zstd"), when: "is no zstd" },
    { damage: zstdCompressSync('{"else":1}\n'), when: "holds other lines" },
    {
      damage: zstdCompressSync('{"sequenceNumber":"1","partitionKey":"A"'),
      when: "ends in the middle of a line",
    },
    { damage: zstdCompressSync("null\n"), when: "holds no object" },
  ])("says so, and which, where an object $when", async ({ damage }) => {
    const model = bucketModel();
    await archiveOn(model).put(batchAt(T0), []);
    model.objects.set(keyOf(model), damage);
    await expect(readAll(model)).rejects.toMatchObject({
      kind: "damaged",
      message: expect.stringContaining(keyOf(model)),
    });
  });

  it("says so where an object was cut short", async () => {
    const model = bucketModel();
    await archiveOn(model).put(batchAt(T0), []);
    const whole = model.objects.get(keyOf(model)) ?? Buffer.alloc(0);
    model.objects.set(keyOf(model), whole.subarray(0, -1));
    await expect(readAll(model)).rejects.toMatchObject({ kind: "damaged" });
  });
});

describe("a key of the archive", () => {
  it("gives its place back, and sorts by hour and by number within a shard", () => {
    const place = fc.record({
      hour: fc.integer({ min: 0, max: 2_000_000 }),
      shard: fc.stringMatching(/^[A-Za-z0-9_.-]{1,40}$/),
      first: fc.bigInt({ min: 0n, max: 10n ** 56n - 1n }),
    });
    const keyOf = ({ hour, shard, first }: { hour: number; shard: string; first: bigint }) =>
      archiveKey("p/q", { hour, shard, first: String(first).padStart(56, "0"), last: padded(7) });
    fc.assert(
      fc.property(place, place, (a, b) => {
        const first = String(a.first).padStart(56, "0");
        expect(archivePlace("p/q", keyOf(a))).toEqual({
          hour: a.hour,
          shard: a.shard,
          first,
          last: padded(7),
        });
        if (a.hour !== b.hour) expect(keyOf(a) < keyOf(b)).toBe(a.hour < b.hour);
        const same = { ...b, hour: a.hour, shard: a.shard };
        expect(keyOf(a) < keyOf(same)).toBe(a.first < b.first);
      }),
    );
  });
});

describe("a line of the archive", () => {
  it("gives any content back, with any key and reason", () => {
    const content = fc.record({
      sequenceNumber: fc.stringMatching(/^[0-9]{1,56}$/),
      partitionKey: fc.string({ unit: "binary" }),
      arrivedAt: fc.maxSafeNat(),
      lineNumber: fc.nat(),
      reason: fc.option(fc.string(), { nil: undefined }),
      content: fc
        .oneof(fc.string({ unit: "binary" }), fc.json(), fc.constant('{"a":",\\"line\\":{"}'))
        .filter((text) => !text.includes("\n")),
    });
    fc.assert(
      fc.property(content, ({ arrivedAt, content: line, ...drawn }) => {
        const text = encodeStreamedLine({ ...drawn, arrivedAt, content: line });
        expect(text.indexOf("\n")).toBe(text.length - 1);
        const verdict = drawn.reason === undefined ? "accepted" : "refused";
        const expected = { ...drawn, shard: "s", receivedTime: arrivedAt, verdict, line };
        expect(decodeStreamedLine("s", text.slice(0, -1))).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it("is read of nothing else, and reading never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(decodeStreamedLine("s", text)).toBeUndefined();
      }),
    );
  });
});

describe("the quarantine", () => {
  const item = (n: number): QuarantinedItem => ({
    id: `s/${n}/1`,
    shard: "shardId-000000000002",
    sequenceNumber: String(n),
    line: 1,
    reason: "not-json",
    detail: "expected an object",
    text: "nonsense",
  });

  it("writes what comes together as one object of gzip, which a person can open", async () => {
    const model = bucketModel();
    const quarantine = s3Quarantine({ bucket: model.bucket, prefix: "quarantine" });
    await quarantine.put([item(7), item(8)]);
    await quarantine.put([item(7), item(8)]);
    const [key = ""] = model.written;
    expect(model.written).toHaveLength(1);
    expect(key).toMatch(/^quarantine\/shardId-000000000002\/0{55}7-[0-9a-f]{16}\.ndjson\.gz$/);
    const text = gunzipSync(model.objects.get(key) ?? Buffer.alloc(0)).toString("utf8");
    expect(text).toBe(`${JSON.stringify(item(7))}\n${JSON.stringify(item(8))}\n`);
  });

  it.each([{ shard: "a/../b" }, { sequenceNumber: "x" }])(
    "refuses to make a key of %j",
    async (fields) => {
      const { bucket } = bucketModel();
      const put = s3Quarantine({ bucket, prefix: "quarantine" }).put([{ ...item(1), ...fields }]);
      await expect(put).rejects.toThrow(RangeError);
    },
  );
});

describe("failed batches", () => {
  /** As an event source mapping leaves it in a bucket; its fields are those of a scenario recorded on AWS. */
  const payloadOf = (sequence: string, data = "e30=") => ({
    version: "1.0",
    timestamp: "2025-11-25T17:33:31.123Z",
    requestContext: {
      requestId: "c9b8fa9f",
      functionArn: "arn:aws:lambda:us-east-1:111111111111:function:stream-processor",
      condition: "RetryAttemptsExhausted",
      approximateInvokeCount: 2,
    },
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    KinesisBatchInfo: {
      shardId: "shardId-000000000002",
      startSequenceNumber: sequence,
      endSequenceNumber: sequence,
      approximateArrivalOfFirstRecord: "2025-11-25T17:33:30.000Z",
      approximateArrivalOfLastRecord: "2025-11-25T17:33:30.000Z",
      batchSize: 1,
      streamArn: "arn:aws:kinesis:us-east-1:111111111111:stream/events",
    },
    payload: {
      Records: [
        {
          kinesis: {
            kinesisSchemaVersion: "1.0",
            partitionKey: "BTC-PERP",
            sequenceNumber: sequence,
            data,
            approximateArrivalTimestamp: 1_764_092_010.25,
          },
          eventSource: "aws:kinesis",
          eventVersion: "1.0",
          eventID: `shardId-000000000002:${sequence}`,
          eventName: "aws:kinesis:record",
          invokeIdentityArn: "arn:aws:iam::111111111111:role/processor",
          awsRegion: "us-east-1",
          eventSourceARN: "arn:aws:kinesis:us-east-1:111111111111:stream/events",
        },
      ],
    },
  });
  const open = (model = bucketModel()) => {
    const unreadable: UnreadableBatch[] = [];
    const failed = s3FailedBatches({
      bucket: model.bucket,
      toBatch: kinesisBatch,
      onUnreadable: (one) => unreadable.push(one),
    });
    const leave = (key: string, content: unknown) =>
      model.bucket.client.send(
        new PutObjectCommand({
          Bucket: "events",
          Key: `aws/lambda/mapping/${key}`,
          Body: Buffer.from(
            typeof content === "string" ? content : JSON.stringify(content),
          ) as never,
        }),
      );
    const pending = async () => {
      const found: { name: string; batch: RecordBatch<string> }[] = [];
      for await (const one of failed.pending()) found.push(one);
      return found;
    };
    return { model, failed, unreadable, leave, pending };
  };

  it("are the whole events that Lambda left, oldest first, whatever they are called", async () => {
    const { leave, pending } = open();
    await leave("shardId-2/2025-11-25T17.33.31-b", payloadOf("49"));
    await leave("shardId-1/2025-11-25T17.33.32-a", payloadOf("50"));
    expect(await pending()).toEqual(
      ["49", "50"].map((sequenceNumber) => ({
        name: expect.stringContaining("aws/lambda/mapping/shardId-"),
        batch: {
          shard: "shardId-000000000002",
          records: [
            {
              sequenceNumber,
              partitionKey: "BTC-PERP",
              data: "e30=",
              arrivedAt: 1_764_092_010_250_000,
            },
          ],
        },
      })),
    );
  });

  it.each([
    { content: "not JSON", when: "no JSON" },
    { content: "null", when: "nothing" },
    { content: { KinesisBatchInfo: {} }, when: "the notice without the event, as a queue gets it" },
    { content: { payload: { Records: [] } }, when: "an event without records" },
    { content: { payload: { Records: [{ body: "{}" }] } }, when: "an event of another source" },
  ])("leave an object with $when where it is, name it, and go on", async ({ content }) => {
    const { model, unreadable, leave, pending } = open();
    await leave("s/1", content);
    await leave("s/2", payloadOf("2"));
    expect(await pending()).toHaveLength(1);
    expect(unreadable).toEqual([{ name: "aws/lambda/mapping/s/1", detail: expect.any(String) }]);
    expect(model.objects.size).toBe(2);
  });
});

describe("an error of the bucket", () => {
  const named = (name: string, more: object = {}) =>
    Object.assign(new Error("because"), { name, ...more });

  it.each([
    { error: named("AccessDenied"), kind: "denied", isTransient: false },
    { error: named("NoSuchBucket"), kind: "absent", isTransient: false },
    { error: named("SlowDown"), kind: "throttled", isTransient: true },
    { error: named("TimeoutError"), kind: "unreachable", isTransient: true },
    {
      error: named("ConditionalRequestConflict", { $fault: "client" }),
      kind: "unreachable",
      isTransient: true,
    },
    { error: named("Error", { code: "ECONNREFUSED" }), kind: "unreachable", isTransient: true },
    { error: named("Odd", { $fault: "server" }), kind: "unreachable", isTransient: true },
    { error: named("InvalidRequest", { $fault: "client" }), kind: "invalid", isTransient: false },
  ])("is explained as $kind, whatever was asked", async ({ error, kind, isTransient }) => {
    const model = bucketModel();
    await archiveOn(model).put(batchAt(T0), []);
    const { mock } = model;
    const failing = async (arrange: () => unknown, call: () => Promise<unknown>) => {
      arrange();
      const failure = call();
      await expect(failure).rejects.toThrow(S3Error);
      await expect(failure).rejects.toMatchObject({ kind, isTransient, cause: error });
      await expect(failure).rejects.toThrow("because");
    };
    const failed = s3FailedBatches({
      bucket: model.bucket,
      toBatch: kinesisBatch,
      onUnreadable: () => {},
    });
    await failing(
      () => mock.on(GetObjectCommand).rejects(error),
      () => readAll(model),
    );
    await failing(
      () => mock.on(ListObjectsV2Command).rejects(error),
      () => readAll(model),
    );
    await failing(
      () => mock.on(PutObjectCommand).rejects(error),
      () => archiveOn(model).put(batchAt(T0 + 1), []),
    );
    await failing(
      () => mock.on(DeleteObjectCommand).rejects(error),
      () => failed.settle("aws/lambda/x"),
    );
  });

  it("that is none of the bucket's passes as it is", async () => {
    const model = bucketModel();
    const own = new TypeError("a mistake of ours");
    model.mock.on(PutObjectCommand).rejects(own);
    await expect(archiveOn(model).put(batchAt(T0), [])).rejects.toBe(own);
  });

  it("is damage where a listed object is gone", async () => {
    const model = bucketModel();
    await archiveOn(model).put(batchAt(T0), []);
    model.mock.on(GetObjectCommand).rejects(named("NoSuchKey", { $fault: "client" }));
    await expect(readAll(model)).rejects.toMatchObject({ kind: "damaged" });
  });
});
