import { createZstdDecompress } from "node:zlib";
import { HOUR_US } from "../../core/units.ts";
import type { ArchivedStream, StreamedLine, StreamRange } from "../../ports/archived-stream.ts";
import { type ArchivePlace, archivePlace, hourPrefix, sequenceText } from "./archive-key.ts";
import { type Bucket, getObject, listObjects } from "./bucket.ts";
import type { S3ArchiveOptions } from "./record-archive.ts";
import { S3Error } from "./s3-error.ts";
import { decodeStreamedLine } from "./streamed-line.ts";

/** Objects that are fetched ahead of the one that is read: small ones take longer to come than to read. */
const READ_AHEAD = 32;

interface ArchivedObject extends ArchivePlace {
  readonly key: string;
}

/** What `s3RecordArchive` keeps under the same prefix. */
export function s3ArchivedStream(options: S3ArchiveOptions): ArchivedStream {
  return { read: (range) => readRange(options, range) };
}

async function* readRange(
  { bucket, prefix }: S3ArchiveOptions,
  range: StreamRange,
): AsyncGenerator<StreamedLine> {
  for await (const objects of hoursIn(bucket, prefix, range)) {
    let seen: readonly ArchivedObject[] = [];
    for await (const { object, bytes } of fetchAhead(bucket, objects)) {
      // Objects come by their first record: what ends before this one begins is done with.
      seen = seen.filter((other) => other.shard !== object.shard || other.last >= object.first);
      const overlapping = seen.filter(({ shard }) => shard === object.shard);
      seen = [...seen, object];
      for await (const line of linesIn(object, bytes)) {
        if (isAsked(range, line) && !isIn(overlapping, line)) yield line;
      }
    }
  }
}

/** A record that came in another cut too stands in the same hour, in an object that holds all between its ends. */
function isIn(objects: readonly ArchivedObject[], { sequenceNumber }: StreamedLine): boolean {
  if (objects.length === 0) return false;
  const sequence = sequenceText(sequenceNumber);
  return objects.some(({ first, last }) => sequence >= first && sequence <= last);
}

function isAsked({ from, to, partitionKey }: StreamRange, line: StreamedLine): boolean {
  const { receivedTime } = line;
  const isOfKey = partitionKey === undefined || line.partitionKey === partitionKey;
  return isOfKey && receivedTime >= from && receivedTime < to;
}

/**
 * The objects of one hour after the other, each hour's by their first record: a partition key that moved to another shard
 * has higher sequence numbers there.
 */
async function* hoursIn(
  bucket: Bucket,
  prefix: string,
  { from, to }: StreamRange,
): AsyncGenerator<readonly ArchivedObject[]> {
  const after = hourPrefix(prefix, Math.floor(Math.max(0, from) / HOUR_US)).slice(0, -1);
  let objects: ArchivedObject[] = [];
  for await (const { key } of listObjects(bucket, `${prefix}/`, after)) {
    const place = archivePlace(prefix, key);
    if (place === undefined) continue;
    if (place.hour * HOUR_US >= to) break;
    if (objects.length > 0 && objects[0]?.hour !== place.hour) {
      yield objects.sort(byFirstRecord);
      objects = [];
    }
    objects.push({ ...place, key });
  }
  if (objects.length > 0) yield objects.sort(byFirstRecord);
}

function byFirstRecord(a: ArchivedObject, b: ArchivedObject): number {
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  return a.last < b.last ? -1 : 1;
}

async function* fetchAhead(
  bucket: Bucket,
  objects: readonly ArchivedObject[],
): AsyncGenerator<{ readonly object: ArchivedObject; readonly bytes: Uint8Array }> {
  const fetching: Promise<Uint8Array>[] = [];
  const fetchUpTo = (end: number) => {
    for (const object of objects.slice(fetching.length, end)) {
      const fetched = fetch(bucket, object.key);
      // One that nobody comes to is no failure.
      fetched.catch(() => undefined);
      fetching.push(fetched);
    }
  };
  for (const [at, object] of objects.entries()) {
    fetchUpTo(at + READ_AHEAD);
    const bytes = await fetching[at];
    // Nothing is held that has been read.
    fetching[at] = NOTHING;
    if (bytes !== undefined) yield { object, bytes };
  }
}

const NOTHING = Promise.resolve(new Uint8Array(0));

async function fetch(bucket: Bucket, key: string): Promise<Uint8Array> {
  const bytes = await getObject(bucket, key);
  if (bytes !== undefined) return bytes;
  throw new S3Error("damaged", `read ${key} of ${bucket.name}`, {
    says: "it was listed, and is gone",
  });
}

async function* linesIn(
  { key, shard }: ArchivedObject,
  bytes: Uint8Array,
): AsyncGenerator<StreamedLine> {
  let rest = "";
  try {
    for await (const chunk of createZstdDecompress().setEncoding("utf8").end(bytes)) {
      const texts = (rest + String(chunk)).split("\n");
      rest = texts.pop() ?? "";
      for (const text of texts) yield required(key, decodeStreamedLine(shard, text));
    }
  } catch (error) {
    throw error instanceof S3Error ? error : damaged(key, error);
  }
  if (rest !== "") throw damaged(key);
}

function required(key: string, line: StreamedLine | undefined): StreamedLine {
  if (line === undefined) throw damaged(key);
  return line;
}

function damaged(key: string, cause?: unknown): S3Error {
  const says = cause instanceof Error ? cause.message : "a line of it is none of ours";
  return new S3Error("damaged", `read ${key}`, { says, cause });
}
