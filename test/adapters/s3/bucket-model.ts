/** A bucket in memory, as far as the adapters use one: conditional writes, pages of keys, versions of none. */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientResolvedConfig,
  S3ServiceException,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from "@aws-sdk/client-s3";
import { type AwsStub, mockClient } from "aws-sdk-client-mock";
import type { Bucket } from "../../../lib/adapters/s3/bucket.ts";

export interface BucketModel {
  readonly bucket: Bucket;
  readonly objects: Map<string, Uint8Array>;
  /** Keys that were written, each time that one was. */
  readonly written: readonly string[];
  readonly mock: AwsStub<ServiceInputTypes, ServiceOutputTypes, S3ClientResolvedConfig>;
}

const NAME = "events";

/** @param pageKeys of a page of keys */
export function bucketModel(pageKeys = 3): BucketModel {
  const client = new S3Client({ region: "eu-west-1" });
  return { bucket: { client, name: NAME }, ...modelObjects(mockClient(client), pageKeys) };
}

/** Makes a mock answer as a bucket does. */
export function modelObjects(mock: BucketModel["mock"], pageKeys = 3): Omit<BucketModel, "bucket"> {
  const objects = new Map<string, Uint8Array>();
  const written: string[] = [];
  const writtenAt = new Map<string, number>();
  mock.on(PutObjectCommand).callsFake(({ Key, Body, IfNoneMatch }) => {
    if (IfNoneMatch === "*" && objects.has(Key)) throw refusal("PreconditionFailed", 412);
    objects.set(Key, Body);
    writtenAt.set(Key, written.length);
    written.push(Key);
    return {};
  });
  mock.on(GetObjectCommand).callsFake(({ Key }) => {
    const bytes = objects.get(Key);
    if (bytes === undefined) throw refusal("NoSuchKey", 404);
    return { Body: { transformToByteArray: async () => bytes } };
  });
  mock.on(DeleteObjectCommand).callsFake(({ Key }) => {
    objects.delete(Key);
    return {};
  });
  mock.on(ListObjectsV2Command).callsFake(({ Prefix = "", StartAfter = "", ContinuationToken }) => {
    const after = ContinuationToken ?? StartAfter;
    const keys = [...objects.keys()].filter((key) => key.startsWith(Prefix) && key > after).sort();
    const page = keys.slice(0, pageKeys);
    const Contents = page.map((Key) => ({
      Key,
      LastModified: new Date(1_000 * (writtenAt.get(Key) ?? 0)),
    }));
    const IsTruncated = keys.length > page.length;
    return { Contents, IsTruncated, ...(IsTruncated && { NextContinuationToken: page.at(-1) }) };
  });
  return { objects, written, mock };
}

function refusal(name: string, httpStatusCode: number): S3ServiceException {
  return new S3ServiceException({
    name,
    $fault: "client",
    message: name,
    $metadata: { httpStatusCode },
  });
}
