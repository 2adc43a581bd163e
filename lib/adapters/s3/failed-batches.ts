import type { FailedBatch, FailedBatches } from "../../ports/failed-batches.ts";
import type { RecordBatch } from "../../ports/record-batch.ts";
import { type Bucket, deleteObject, getObject, type ListedObject, listObjects } from "./bucket.ts";

/** An object that stands where failed batches do and is none; it stays where it is. */
export interface UnreadableBatch {
  readonly name: string;
  readonly detail: string;
}

export interface S3FailedBatchesOptions {
  readonly bucket: Bucket;
  /** What the keys begin with; where Lambda puts them when left out. */
  readonly prefix?: string;
  /** The event that was handed over → its records; throws for anything else. */
  readonly toBatch: (payload: unknown) => RecordBatch<string>;
  readonly onUnreadable: (unreadable: UnreadableBatch) => void;
}

/** `aws/lambda/<mapping>/<shard>/<time>-<random>` */
const LAMBDA_PREFIX = "aws/lambda/";

/**
 * What an event source mapping of Lambda leaves in a bucket, its on-failure destination: why it gave up, and the whole
 * event. A settled batch is deleted; a bucket with versions keeps it as one.
 */
export function s3FailedBatches(options: S3FailedBatchesOptions): FailedBatches<string> {
  const { bucket, prefix = LAMBDA_PREFIX } = options;
  return {
    pending: () => pending(options, prefix),
    settle: (name) => deleteObject(bucket, name),
  };
}

async function* pending(
  { bucket, toBatch, onUnreadable }: S3FailedBatchesOptions,
  prefix: string,
): AsyncGenerator<FailedBatch<string>> {
  // All are looked at before the first is handed over: settling it would change the list.
  const listed: ListedObject[] = [];
  for await (const object of listObjects(bucket, prefix)) listed.push(object);
  listed.sort((a, b) => a.writtenAt - b.writtenAt || (a.key < b.key ? -1 : 1));
  for (const { key } of listed) {
    const bytes = await getObject(bucket, key);
    // Settled meanwhile, by another.
    if (bytes === undefined) continue;
    const batch = read(bytes, toBatch);
    if ("detail" in batch) onUnreadable({ name: key, detail: batch.detail });
    else yield { name: key, batch };
  }
}

function read(
  bytes: Uint8Array,
  toBatch: S3FailedBatchesOptions["toBatch"],
): RecordBatch<string> | { readonly detail: string } {
  try {
    const { payload } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { payload?: unknown };
    return toBatch(payload);
  } catch (error) {
    return { detail: error instanceof Error ? error.message : String(error) };
  }
}
