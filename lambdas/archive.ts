/** The archive bucket: what came, what was set aside, and what was given up on. */
import { zlibFrameCodec } from "../lib/adapters/frames/zlib-frame-codec.ts";
import { kinesisBatch } from "../lib/adapters/kinesis/kinesis-event.ts";
import { systemClock } from "../lib/adapters/local/system-clock.ts";
import { s3Client } from "../lib/adapters/s3/client.ts";
import { s3FailedBatches, type UnreadableBatch } from "../lib/adapters/s3/failed-batches.ts";
import { s3Quarantine } from "../lib/adapters/s3/quarantine.ts";
import { s3RecordArchive } from "../lib/adapters/s3/record-archive.ts";
import type { FailedBatches } from "../lib/ports/failed-batches.ts";
import type { Quarantine } from "../lib/ports/quarantine.ts";
import type { RecordArchive } from "../lib/ports/record-batch.ts";
import { optionalEnv, requireEnv } from "./env.ts";

const endpoint = optionalEnv("AWS_ENDPOINT_URL");
const client = s3Client(endpoint === undefined ? {} : { endpoint });

/** Also decodes what the stream hands over. */
export const frames = zlibFrameCodec();

function bucket() {
  return { client, name: requireEnv("BRAWLER_ARCHIVE_BUCKET") };
}

export function recordArchive(): RecordArchive<string> {
  const decode = (data: string) => frames.decodeBase64(data);
  return s3RecordArchive({ bucket: bucket(), clock: systemClock, prefix: "raw", decode });
}

export function quarantine(): Quarantine {
  return s3Quarantine({ bucket: bucket(), prefix: "quarantine" });
}

export function failedBatches(
  onUnreadable: (unreadable: UnreadableBatch) => void,
): FailedBatches<string> {
  return s3FailedBatches({ bucket: bucket(), toBatch: kinesisBatch, onUnreadable });
}
