import { zlibFrameCodec } from "../../../lib/adapters/frames/zlib-frame-codec.ts";
import type { OutgoingLine } from "../../../lib/ports/event-sink.ts";
import type { StoredRecord } from "./stream-model.ts";

const codec = zlibFrameCodec();

/** What a reader of the stream makes of its records. */
export function linesOfRecords(records: readonly StoredRecord[]): OutgoingLine[] {
  return records.flatMap(({ partitionKey, data }) => {
    const frame = codec.decode(data);
    if (frame.outcome === "refused") throw new Error(frame.detail);
    const lines = Buffer.from(frame.ndjson).toString("utf8").split("\n").slice(0, -1);
    return lines.map((line) => ({ instrument: partitionKey, line }));
  });
}
