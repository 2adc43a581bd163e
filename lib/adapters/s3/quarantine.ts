import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Quarantine, QuarantinedItem } from "../../ports/quarantine.ts";
import { requireShard, sequenceText } from "./archive-key.ts";
import { type Bucket, putOnce } from "./bucket.ts";

export interface S3QuarantineOptions {
  readonly bucket: Bucket;
  /** Of its keys, without a slash at its end. */
  readonly prefix: string;
}

/** Of the digest that tells one set of items from another. */
const DIGEST_CHARACTERS = 16;

/**
 * What is put together is one object of NDJSON, `quarantine/<shard>/<first record>-<digest>.ndjson.gz`, for a person to
 * open. Of the same items it is the same object; one that was put twice in different company stands in two.
 */
export function s3Quarantine({ bucket, prefix }: S3QuarantineOptions): Quarantine {
  return {
    async put(items) {
      const [first] = items;
      if (first === undefined) return;
      const digest = createHash("sha256").update(JSON.stringify(items.map(identityOf)));
      const name = `${sequenceText(first.sequenceNumber)}-${digest.digest("hex").slice(0, DIGEST_CHARACTERS)}`;
      const key = `${prefix}/${requireShard(first.shard)}/${name}.ndjson.gz`;
      const lines = items.map((item) => `${JSON.stringify(item)}\n`).join("");
      await putOnce(bucket, key, { bytes: gzipSync(lines), type: "application/gzip" });
    },
  };
}

function identityOf({ id, reason }: QuarantinedItem): readonly string[] {
  return [id, reason];
}
