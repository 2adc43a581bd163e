/** Bytes of NDJSON → events and refused lines, numbered from 1. */
import type { BrawlerEvent } from "../core/events/event.ts";
import { isRefusal, type Refusal } from "../core/events/refusal.ts";
import { scanEvent } from "../core/events/scan.ts";
import type { Delivery } from "./fold-group.ts";
import type { InputBatch, RefusedLine } from "./fold-input.ts";

const LINE_FEED = 10;

/** A line feed ends a line; what follows the last one is a line of its own unless there is nothing. */
export function parseLines(bytes: Uint8Array): InputBatch {
  const deliveries: Delivery[] = [];
  const refused: RefusedLine[] = [];
  let from = 0;
  for (let line = 1; from < bytes.length; line += 1) {
    const to = lineEnd(bytes, from);
    const parsed: BrawlerEvent | Refusal = scanEvent(bytes, from, to);
    if (isRefusal(parsed)) refused.push({ line, reason: parsed.reason, detail: parsed.detail });
    else deliveries.push({ event: parsed, line });
    from = to + 1;
  }
  return { deliveries, refused };
}

/** The bytes of one line; none where there is no such line. */
export function lineOf(bytes: Uint8Array, line: number): Uint8Array {
  let from = 0;
  for (let before = line; before > 1; before -= 1) from = lineEnd(bytes, from) + 1;
  return bytes.subarray(from, lineEnd(bytes, from));
}

function lineEnd(bytes: Uint8Array, from: number): number {
  const end = bytes.indexOf(LINE_FEED, from);
  return end < 0 ? bytes.length : end;
}
