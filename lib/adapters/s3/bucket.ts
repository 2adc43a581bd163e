/** The few things that are done with objects. */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { explainS3Error } from "./s3-error.ts";

export interface Bucket {
  readonly client: S3Client;
  readonly name: string;
}

/** Durable when it resolves. What stands under the key stays: the same key is given to the same content only. */
export async function putOnce(
  { client, name }: Bucket,
  key: string,
  body: { readonly bytes: Uint8Array; readonly type: string },
): Promise<void> {
  const input = { Bucket: name, Key: key, Body: body.bytes, ContentType: body.type };
  try {
    await client.send(new PutObjectCommand({ ...input, IfNoneMatch: "*" }));
  } catch (error) {
    if ((error as Error).name === "PreconditionFailed") return;
    throw explainS3Error(error, `write ${key} to ${name}`);
  }
}

/** @returns `undefined` where there is no such object */
export async function getObject(
  { client, name }: Bucket,
  key: string,
): Promise<Uint8Array | undefined> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key: key }));
    return await Body?.transformToByteArray();
  } catch (error) {
    if ((error as Error).name === "NoSuchKey") return undefined;
    throw explainS3Error(error, `read ${key} of ${name}`);
  }
}

export interface ListedObject {
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
}

/** Keys that begin with `prefix`, in the order of their bytes, from the first after `after` on. */
export async function* listObjects(
  { client, name }: Bucket,
  prefix: string,
  after?: string,
): AsyncGenerator<ListedObject> {
  let token: string | undefined;
  do {
    const page = await listPage({ client, name }, prefix, after, token);
    for (const { Key, LastModified } of page.Contents ?? []) {
      if (Key !== undefined) yield { key: Key, writtenAt: LastModified?.getTime() ?? 0 };
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

async function listPage(
  { client, name }: Bucket,
  prefix: string,
  ...[after, token]: readonly [string | undefined, string | undefined]
) {
  try {
    return await client.send(
      new ListObjectsV2Command({
        Bucket: name,
        Prefix: prefix,
        ...(after === undefined ? {} : { StartAfter: after }),
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    );
  } catch (error) {
    throw explainS3Error(error, `list ${prefix} of ${name}`);
  }
}

/** Idempotent. */
export async function deleteObject({ client, name }: Bucket, key: string): Promise<void> {
  try {
    await client.send(new DeleteObjectCommand({ Bucket: name, Key: key }));
  } catch (error) {
    throw explainS3Error(error, `delete ${key} of ${name}`);
  }
}
