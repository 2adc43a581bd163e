import { once } from "node:events";
import { constants, createZstdCompress } from "node:zlib";
import type { EpochUs } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { QuarantinedItem } from "../../ports/quarantine.ts";
import type { RecordArchive, RecordBatch, StreamRecord } from "../../ports/record-batch.ts";
import { archiveKey, hourOf, requireShard, sequenceText } from "./archive-key.ts";
import { type Bucket, putOnce } from "./bucket.ts";
import { encodeStreamedLine, type LineContent } from "./streamed-line.ts";

export interface S3ArchiveOptions {
  readonly bucket: Bucket;
  /** Of the archive's keys, without a slash at its end. */
  readonly prefix: string;
}

/** The data of a record → its lines, or why there are none. */
export type DecodeFrame = (
  base64: string,
) =>
  | { readonly outcome: "decoded"; readonly ndjson: Uint8Array }
  | { readonly outcome: "refused"; readonly reason: string };

export interface S3RecordArchiveOptions extends S3ArchiveOptions {
  readonly decode: DecodeFrame;
  /** Says when a record came whose stream does not. */
  readonly clock: Clock;
}

/**
 * Keeps batches as objects of NDJSON, compressed with zstd: an object for each hour in which records of the batch arrived,
 * which is one but at the turn of an hour and after an outage.
 */
export function s3RecordArchive(options: S3RecordArchiveOptions): RecordArchive<string> {
  return {
    async put(batch, refused) {
      requireShard(batch.shard);
      const reasons = reasonsOf(refused);
      for (const records of byHour(batch, options.clock))
        await putHour(options, batch.shard, records, reasons);
    },
  };
}

type ArrivedRecord = StreamRecord<string> & { readonly arrivedAt: EpochUs };

/** Runs of records that came in one hour: which one, that is the record's own, in whatever cut it comes again. */
function byHour(batch: RecordBatch<string>, clock: Clock): readonly (readonly ArrivedRecord[])[] {
  const runs: ArrivedRecord[][] = [];
  let hour: number | undefined;
  for (const record of batch.records) {
    const arrived = { ...record, arrivedAt: record.arrivedAt ?? clock.now() };
    if (hourOf(arrived.arrivedAt) !== hour) runs.push([]);
    hour = hourOf(arrived.arrivedAt);
    runs.at(-1)?.push(arrived);
  }
  return runs;
}

/** By sequence number and line. */
type Reasons = ReadonlyMap<string, string>;

function reasonsOf(refused: readonly QuarantinedItem[]): Reasons {
  return new Map(
    refused.map(({ sequenceNumber, line, reason }) => [`${sequenceNumber}/${line}`, reason]),
  );
}

async function putHour(
  { bucket, prefix, decode }: S3RecordArchiveOptions,
  shard: string,
  records: readonly ArrivedRecord[],
  reasons: Reasons,
): Promise<void> {
  const [first] = records;
  const last = records.at(-1);
  if (first === undefined || last === undefined) return;
  const key = archiveKey(prefix, {
    hour: hourOf(first.arrivedAt),
    shard,
    first: sequenceText(first.sequenceNumber),
    last: sequenceText(last.sequenceNumber),
  });
  const bytes = await compressed(records, (record) => linesOf(record, decode, reasons));
  await putOnce(bucket, key, { bytes, type: "application/zstd" });
}

/** Record by record, so that what they become when they are plain is never held at once. */
async function compressed(
  records: readonly ArrivedRecord[],
  textOf: (record: ArrivedRecord) => string,
): Promise<Uint8Array> {
  const compressor = createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  const chunks: Buffer[] = [];
  compressor.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = once(compressor, "end");
  for (const record of records) {
    if (!compressor.write(textOf(record))) await once(compressor, "drain");
  }
  compressor.end();
  await ended;
  return Buffer.concat(chunks);
}

function linesOf(
  { sequenceNumber, partitionKey, arrivedAt, data }: ArrivedRecord,
  decode: DecodeFrame,
  reasons: Reasons,
): string {
  const line = (lineNumber: number, content: LineContent["content"], ifRefused?: string) => {
    const reason = reasons.get(`${sequenceNumber}/${lineNumber}`) ?? ifRefused;
    const where = { sequenceNumber, partitionKey, arrivedAt, lineNumber };
    return encodeStreamedLine({ ...where, reason, content });
  };
  const frame = decode(data);
  if (frame.outcome === "refused") return line(0, data, frame.reason);
  return splitLines(frame.ndjson)
    .map((content, at) => line(at + 1, content))
    .join("");
}

const LINE_FEED = 10;

/** As the pipeline numbers them: a line feed ends a line, and what follows the last is one unless there is nothing. */
function splitLines(bytes: Uint8Array): readonly (string | Uint8Array)[] {
  const lines: (string | Uint8Array)[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(LINE_FEED, from);
    const to = end === -1 ? bytes.length : end;
    lines.push(textOrBytes(bytes.subarray(from, to)));
    from = to + 1;
  }
  return lines;
}

function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
  // What is no UTF-8 comes back as other bytes.
  return Buffer.compare(Buffer.from(text, "utf8"), bytes) === 0 ? text : bytes;
}
