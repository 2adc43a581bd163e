/** The archive bucket: what came, what was set aside, and what was given up on. */
import { zlibFrameCodec } from "../lib/adapters/frames/zlib-frame-codec.ts";
import { kinesisBatch } from "../lib/adapters/kinesis/kinesis-event.ts";
import { systemClock } from "../lib/adapters/local/system-clock.ts";
import { s3ArchivedStream } from "../lib/adapters/s3/archived-stream.ts";
import { s3FailedBatches, type UnreadableBatch } from "../lib/adapters/s3/failed-batches.ts";
import { s3Quarantine } from "../lib/adapters/s3/quarantine.ts";
import { s3RecordArchive } from "../lib/adapters/s3/record-archive.ts";
import type { ArchivedStream } from "../lib/ports/archived-stream.ts";
import type { FailedBatches } from "../lib/ports/failed-batches.ts";
import type { Quarantine } from "../lib/ports/quarantine.ts";
import type { RecordArchive } from "../lib/ports/record-batch.ts";
import { client } from "./buckets.ts";
import { requireEnv } from "./env.ts";

const RAW = "raw";

/** Also decodes what the stream hands over. */
export const frames = zlibFrameCodec();

function bucket() {
  return { client, name: requireEnv("BRAWLER_ARCHIVE_BUCKET") };
}

export function recordArchive(): RecordArchive<string> {
  const decode = (data: string) => frames.decodeBase64(data);
  return s3RecordArchive({ bucket: bucket(), clock: systemClock, prefix: RAW, decode });
}

/** What `recordArchive` has kept. */
export function archivedStream(): ArchivedStream {
  return s3ArchivedStream({ bucket: bucket(), prefix: RAW });
}

export function quarantine(): Quarantine {
  return s3Quarantine({ bucket: bucket(), prefix: "quarantine" });
}

export function failedBatches(
  onUnreadable: (unreadable: UnreadableBatch) => void,
): FailedBatches<string> {
  return s3FailedBatches({ bucket: bucket(), toBatch: kinesisBatch, onUnreadable });
}
