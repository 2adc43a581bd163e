/** The adapters against an emulator of S3: the same contracts, over the wire. */
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { zlibFrameCodec } from "../../../lib/adapters/frames/zlib-frame-codec.ts";
import { kinesisBatch } from "../../../lib/adapters/kinesis/kinesis-event.ts";
import { s3ArchivedStream } from "../../../lib/adapters/s3/archived-stream.ts";
import { s3FailedBatches } from "../../../lib/adapters/s3/failed-batches.ts";
import { s3Quarantine } from "../../../lib/adapters/s3/quarantine.ts";
import { s3RecordArchive } from "../../../lib/adapters/s3/record-archive.ts";
import type { EpochUs } from "../../../lib/core/units.ts";
import { archivedStreamContract } from "../../contract/archived-stream.contract.ts";
import { failedBatchesContract } from "../../contract/failed-batches.contract.ts";
import { quarantineContract } from "../../contract/quarantine.contract.ts";
import { openBucket } from "./emulated-bucket.ts";
import { base64Of, givenUpIn } from "./given-up.ts";
import { quarantinedItems } from "./stored-objects.ts";

const codec = zlibFrameCodec();
const clock = { now: () => 1_758_240_000_000_000 as EpochUs };

archivedStreamContract(
  "An emulated S3",
  async () => {
    const { bucket, close } = await openBucket();
    const place = { bucket, prefix: "archive" };
    const archive = s3RecordArchive({ ...place, decode: codec.decodeBase64, clock });
    return { archive, stream: s3ArchivedStream(place), close };
  },
  codec,
);

quarantineContract("An emulated S3", async () => {
  const { bucket, close } = await openBucket();
  const place = { bucket, prefix: "quarantine" };
  return {
    quarantine: s3Quarantine(place),
    items: () => quarantinedItems(bucket, place.prefix),
    close,
  };
});

failedBatchesContract("An emulated S3", {
  open: async () => {
    const { bucket, close } = await openBucket();
    // It tells times by the second: within one, names decide.
    return givenUpIn(bucket, (n) => `shardId-0/${String(n).padStart(5, "0")}`, close);
  },
  toData: base64Of,
});

describe("an emulated S3", () => {
  it("lists more keys than fit on a page, and gives failed batches until they are settled", async () => {
    const { bucket, close } = await openBucket();
    const event = {
      Records: [
        {
          eventID: "shardId-0:1",
          kinesis: { partitionKey: "A", sequenceNumber: "1", data: "e30=" },
        },
      ],
    };
    const Body = JSON.stringify({ payload: event });
    const names = Array.from(
      { length: 1_005 },
      (_, i) => `aws/lambda/m/s/${String(i).padStart(5, "0")}`,
    );
    for (let from = 0; from < names.length; from += 50) {
      const some = names.slice(from, from + 50);
      await Promise.all(
        some.map((Key) =>
          bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body })),
        ),
      );
    }
    const failed = s3FailedBatches({ bucket, toBatch: kinesisBatch, onUnreadable: () => {} });
    let count = 0;
    for await (const { name } of failed.pending()) {
      count += 1;
      await failed.settle(name);
    }
    expect(count).toBe(1_005);
    for await (const one of failed.pending()) throw new Error(`still pending: ${one.name}`);
    await close();
  });

  it("says that there is no such bucket", async () => {
    const { bucket, close } = await openBucket();
    const nowhere = { ...bucket, name: "nowhere" };
    const put = s3Quarantine({ bucket: nowhere, prefix: "q" }).put([
      {
        id: "1",
        shard: "s",
        sequenceNumber: "1",
        line: 1,
        reason: "not-json",
        detail: "",
        text: "",
      },
    ]);
    await expect(put).rejects.toMatchObject({ kind: "absent" });
    await close();
  });
});
