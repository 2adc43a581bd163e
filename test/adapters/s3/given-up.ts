import { PutObjectCommand } from "@aws-sdk/client-s3";
import { kinesisBatch } from "../../../lib/adapters/kinesis/kinesis-event.ts";
import type { Bucket } from "../../../lib/adapters/s3/bucket.ts";
import { s3FailedBatches } from "../../../lib/adapters/s3/failed-batches.ts";
import type { RecordBatch } from "../../../lib/ports/record-batch.ts";
import type { OpenedFailedBatches } from "../../contract/failed-batches.contract.ts";

/** A bucket in which batches are left as Lambda leaves them, under the n-th of these names. */
export function givenUpIn(
  bucket: Bucket,
  nameOf: (n: number) => string,
  close: () => Promise<void>,
): OpenedFailedBatches<string> {
  let left = 0;
  return {
    failedBatches: s3FailedBatches({
      bucket,
      toBatch: kinesisBatch,
      onUnreadable: ({ name, detail }) => {
        throw new Error(`${name}: ${detail}`);
      },
    }),
    leave: async (batch) => {
      left += 1;
      const Key = `aws/lambda/mapping/${nameOf(left)}`;
      const Body = Buffer.from(JSON.stringify({ payload: eventOf(batch) }));
      await bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body }));
    },
    close,
  };
}

export function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** The event that was handed over; Lambda tells times in seconds. */
function eventOf({ shard, records }: RecordBatch<string>) {
  return {
    Records: records.map(({ arrivedAt, ...record }) => ({
      eventID: `${shard}:${record.sequenceNumber}`,
      kinesis: {
        ...record,
        ...(arrivedAt === undefined ? {} : { approximateArrivalTimestamp: arrivedAt / 1e6 }),
      },
    })),
  };
}
