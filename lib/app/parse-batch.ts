/** The records of a batch as events by instrument, in order, and what is none. */
import type { DecodedFrame } from "../ports/frame-codec.ts";
import type { QuarantinedItem } from "../ports/quarantine.ts";
import type { RecordBatch } from "../ports/record-batch.ts";
import type { StateKey } from "../ports/state-store.ts";
import type { Delivery } from "./fold-group.ts";
import { groupsByInstrument, type InstrumentGroup } from "./group-by-instrument.ts";
import { parseLines } from "./parse-lines.ts";
import { frameItem, lineItems } from "./quarantined-items.ts";

/** The events of one instrument, and for each the place of its record within the batch. */
export interface RecordGroup {
  readonly key: StateKey;
  readonly deliveries: readonly Delivery[];
  readonly records: readonly number[];
}

export interface ParsedBatch {
  readonly groups: readonly RecordGroup[];
  /** Frames and lines. */
  readonly quarantined: readonly QuarantinedItem[];
}

export function parseBatch<Data>(
  batch: RecordBatch<Data>,
  decode: (data: Data) => DecodedFrame,
): ParsedBatch {
  const groups = groupsByInstrument();
  const records = new Map<InstrumentGroup, number[]>();
  const quarantined: QuarantinedItem[] = [];
  batch.records.forEach((record, place) => {
    const frame = decode(record.data);
    if (frame.outcome === "refused") {
      quarantined.push(frameItem(batch.shard, record.sequenceNumber, frame));
      return;
    }
    const { deliveries, refused } = parseLines(frame.ndjson);
    for (const delivery of deliveries) {
      const group = groups.add(delivery);
      const places = records.get(group);
      if (places === undefined) records.set(group, [place]);
      else places.push(place);
    }
    const where = { shard: batch.shard, sequenceNumber: record.sequenceNumber };
    quarantined.push(...lineItems(where, frame.ndjson, refused));
  });
  const found = groups.all().map((group) => ({ ...group, records: records.get(group) ?? [] }));
  return { groups: found, quarantined };
}
