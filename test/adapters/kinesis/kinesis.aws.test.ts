/** The sink against an emulator of Kinesis: what goes over the wire is what the service understands. */
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import { describe, expect, inject, it } from "vitest";
import { zlibFrameCodec } from "../../../lib/adapters/frames/zlib-frame-codec.ts";
import { kinesisClient } from "../../../lib/adapters/kinesis/client.ts";
import { kinesisEventSink } from "../../../lib/adapters/kinesis/event-sink.ts";
import { MAX_LINE_LENGTH } from "../../../lib/core/events/refusal.ts";
import { eventSinkContract, type OpenedSink } from "../../contract/event-sink.contract.ts";
import { linesOfRecords } from "./lines-of-records.ts";
import type { StoredRecord } from "./stream-model.ts";

const codec = zlibFrameCodec();
const client = () =>
  kinesisClient({
    region: "us-east-1",
    endpoint: inject("awsEndpoint"),
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });

async function open(): Promise<OpenedSink> {
  const kinesis = client();
  const StreamName = `events-${crypto.randomUUID()}`;
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
  await untilActive(kinesis, StreamName);
  const sink = kinesisEventSink({
    client: kinesis,
    stream: StreamName,
    encode: codec.encode,
    lingerMs: 1,
  });
  return {
    sink,
    arrived: async () => linesOfRecords(await readAll(kinesis, StreamName)),
    close: async () => {
      await sink.close();
      await kinesis.send(new DeleteStreamCommand({ StreamName }));
      kinesis.destroy();
    },
  };
}

async function untilActive(kinesis: KinesisClient, StreamName: string): Promise<void> {
  for (;;) {
    const { StreamDescriptionSummary } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName }),
    );
    if (StreamDescriptionSummary?.StreamStatus === "ACTIVE") return;
  }
}

/** Shard by shard, each from its beginning to where it has caught up. */
async function readAll(kinesis: KinesisClient, StreamName: string): Promise<StoredRecord[]> {
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
  const found: StoredRecord[] = [];
  for (const { ShardId } of Shards) {
    const start = { StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" as const };
    let { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(start));
    while (ShardIterator !== undefined) {
      const page = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
      const records = page.Records ?? [];
      for (const { PartitionKey = "", Data = new Uint8Array() } of records) {
        found.push({ partitionKey: PartitionKey, data: Data });
      }
      ShardIterator = records.length === 0 ? undefined : page.NextShardIterator;
    }
  }
  return found;
}

eventSinkContract("A stream of an emulated Kinesis", open, { lineBytesMax: MAX_LINE_LENGTH });

describe("a sink", () => {
  it("says that there is no such stream", async () => {
    const kinesis = client();
    const sink = kinesisEventSink({
      client: kinesis,
      stream: "nowhere",
      encode: codec.encode,
      lingerMs: 1,
    });
    const publishing = sink.publish([{ instrument: "A", line: "{}" }]);
    await expect(publishing).rejects.toMatchObject({ kind: "absent" });
    kinesis.destroy();
  });

  it("says that nobody answers, after trying again", async () => {
    const kinesis = kinesisClient({
      region: "us-east-1",
      endpoint: "http://127.0.0.1:9",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const sink = kinesisEventSink({
      client: kinesis,
      stream: "events",
      encode: codec.encode,
      lingerMs: 1,
      random: () => 0,
    });
    const publishing = sink.publish([{ instrument: "A", line: "{}" }]);
    await expect(publishing).rejects.toMatchObject({ kind: "unreachable" });
    kinesis.destroy();
  });
});
