/** A bucket of the emulator, of its test's own. */
import { CreateBucketCommand, DeleteBucketCommand } from "@aws-sdk/client-s3";
import { inject } from "vitest";
import { type Bucket, deleteObject, listObjects } from "../../../lib/adapters/s3/bucket.ts";
import { s3Client } from "../../../lib/adapters/s3/client.ts";

/** A fresh bucket; closing empties and removes it. */
export async function openBucket(): Promise<{ readonly bucket: Bucket; close(): Promise<void> }> {
  const client = s3Client({
    region: "us-east-1",
    endpoint: inject("awsEndpoint"),
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const bucket = { client, name: `events-${crypto.randomUUID()}` };
  await client.send(new CreateBucketCommand({ Bucket: bucket.name }));
  return {
    bucket,
    close: async () => {
      for await (const { key } of listObjects(bucket, "")) await deleteObject(bucket, key);
      await client.send(new DeleteBucketCommand({ Bucket: bucket.name }));
      client.destroy();
    },
  };
}
