import { zlibFrameCodec } from "../../../lib/adapters/frames/zlib-frame-codec.ts";
import { s3ArchivedStream } from "../../../lib/adapters/s3/archived-stream.ts";
import { s3Quarantine } from "../../../lib/adapters/s3/quarantine.ts";
import { s3RecordArchive } from "../../../lib/adapters/s3/record-archive.ts";
import type { EpochUs } from "../../../lib/core/units.ts";
import { archivedStreamContract } from "../../contract/archived-stream.contract.ts";
import { failedBatchesContract } from "../../contract/failed-batches.contract.ts";
import { quarantineContract } from "../../contract/quarantine.contract.ts";
import { bucketModel } from "./bucket-model.ts";
import { base64Of, givenUpIn } from "./given-up.ts";
import { quarantinedItems } from "./stored-objects.ts";

const codec = zlibFrameCodec();
const clock = { now: () => 1_758_240_000_000_000 as EpochUs };

archivedStreamContract(
  "S3, in pages of 3 keys",
  async () => {
    const { bucket } = bucketModel(3);
    const place = { bucket, prefix: "archive" };
    const archive = s3RecordArchive({ ...place, decode: codec.decodeBase64, clock });
    return { archive, stream: s3ArchivedStream(place), close: async () => {} };
  },
  codec,
);

quarantineContract("S3", async () => {
  const { bucket } = bucketModel();
  const place = { bucket, prefix: "quarantine" };
  return {
    quarantine: s3Quarantine(place),
    items: () => quarantinedItems(bucket, place.prefix),
    close: async () => {},
  };
});

failedBatchesContract("S3, in pages of 3 keys, whatever they are called", {
  open: async () => {
    const { bucket } = bucketModel(3);
    return givenUpIn(
      bucket,
      (n) => `shardId-${n % 2}/${1_000_000 - n}`,
      async () => {},
    );
  },
  toData: base64Of,
});
