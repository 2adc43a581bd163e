/** What is set aside from a batch, as it is kept. */
import type { BrawlerEvent } from "../core/events/event.ts";
import { formatEvent } from "../core/events/format.ts";
import { decodeUtf8 } from "../core/events/utf8.ts";
import type { Quarantine } from "../core/pipeline/outcome.ts";
import type { StreamedLine } from "../ports/archived-stream.ts";
import type { FrameRefusal } from "../ports/frame-codec.ts";
import type { QuarantinedItem } from "../ports/quarantine.ts";
import type { RecordBatch } from "../ports/record-batch.ts";
import type { QuarantinedEvent } from "./fold-group.ts";
import type { RefusedLine } from "./fold-input.ts";
import type { RecordGroup } from "./parse-batch.ts";
import { lineOf } from "./parse-lines.ts";

const TEXT_CHARACTERS = 4096;

interface Where {
  readonly shard: string;
  readonly sequenceNumber: string;
}

export function frameItem(
  shard: string,
  sequenceNumber: string,
  { reason, detail }: FrameRefusal,
): QuarantinedItem {
  const id = `${shard}/${sequenceNumber}/0`;
  return { id, shard, sequenceNumber, line: 0, reason, detail, text: "" };
}

/** Refused lines of a frame. */
export function lineItems(
  where: Where,
  ndjson: Uint8Array,
  refused: readonly RefusedLine[],
): QuarantinedItem[] {
  return refused.map(({ line, reason, detail }) => {
    const text = textOf(lineOf(ndjson, line));
    return { id: lineId(where, line), ...where, line, reason, detail, text };
  });
}

/** Events that the fold refused; one that had waited is known by its sequence alone. */
export function eventItems(
  { shard, records }: RecordBatch<unknown>,
  group: RecordGroup,
  events: readonly QuarantinedEvent[],
): QuarantinedItem[] {
  return events.map(({ delivery, quarantine: { reason, detail } }) => {
    const { event, line } = delivery;
    const place = group.deliveries.indexOf(delivery);
    const record = records[group.records[Math.max(place, 0)] ?? 0];
    const where = { shard, sequenceNumber: record?.sequenceNumber ?? "" };
    const text = formatEvent(event).slice(0, TEXT_CHARACTERS);
    if (place >= 0) return { id: lineId(where, line), ...where, line, reason, detail, text };
    const id = `${event.account}/${event.instrument}/${event.sequence}`;
    return { id, ...where, line: 0, reason, detail, text };
  });
}

/** An event that the fold refused, of a line that is read again. */
export function streamedItem(
  { shard, sequenceNumber, lineNumber: line }: StreamedLine,
  event: BrawlerEvent,
  { reason, detail }: Quarantine,
): QuarantinedItem {
  const where = { shard, sequenceNumber };
  const text = formatEvent(event).slice(0, TEXT_CHARACTERS);
  return { id: lineId(where, line), ...where, line, reason, detail, text };
}

function lineId({ shard, sequenceNumber }: Where, line: number): string {
  return `${shard}/${sequenceNumber}/${line}`;
}

function textOf(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = decodeUtf8(view, 0, bytes.length) ?? String.fromCharCode(...bytes.subarray(0, 256));
  return text.slice(0, TEXT_CHARACTERS);
}
