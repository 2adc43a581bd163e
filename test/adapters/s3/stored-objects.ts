import { gunzipSync } from "node:zlib";
import { type Bucket, getObject, listObjects } from "../../../lib/adapters/s3/bucket.ts";
import type { QuarantinedItem } from "../../../lib/ports/quarantine.ts";

/** What a person finds who opens every object of a quarantine. */
export async function quarantinedItems(bucket: Bucket, prefix: string): Promise<QuarantinedItem[]> {
  const items: QuarantinedItem[] = [];
  for await (const { key } of listObjects(bucket, `${prefix}/`)) {
    const bytes = await getObject(bucket, key);
    const lines = gunzipSync(bytes ?? Buffer.alloc(0))
      .toString("utf8")
      .split("\n")
      .slice(0, -1);
    for (const line of lines) items.push(JSON.parse(line));
  }
  return items;
}
