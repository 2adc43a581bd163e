/**
 * One line of bytes → one event, without JSON.parse: the hot path of every replay. It knows the fields, so it compares
 * keys four bytes at a time, reads a decimal as two integers and finds a word that it has seen before.
 *
 * It judges nothing: at anything out of the ordinary (an escape, a byte outside of ASCII, white space beyond one
 * space, a fault of any kind) it gives up, and `parseEvent` reads the line. So the verdicts are the same by
 * construction, and only lines that are good and plain are fast.
 */
import { BACKSLASH, CLOSE, COMMA, OPEN, QUOTE, SPACE, TILDE } from "./ascii.ts";
import { buildEvent, CHOICES } from "./build-event.ts";
import { clearDraft, newDraft } from "./draft.ts";
import type { BrawlerEvent } from "./event.ts";
import {
  FIELD,
  FIRST_DECIMAL,
  FIRST_TEXT,
  FIRST_WORD,
  fieldsOf,
  hasAll,
  hasOnly,
} from "./field.ts";
import { intern, internTable } from "./intern.ts";
import { parseEvent } from "./parse.ts";
import { isNeverKey, MAX_TEXT_CHARACTERS } from "./plain-text.ts";
import { LINE_TOO_LONG, MAX_LINE_LENGTH, type Refusal, refuse } from "./refusal.ts";
import { findKey, guessAfter, isKeyAt, keyLength, NO_FIELD, UNUSUAL } from "./scan-key.ts";
import { scanDecimal, scanInteger } from "./scan-number.ts";
import { decodeUtf8 } from "./utf8.ts";

/** UTF-16 units need at most three bytes each: a longer line has too many of them, whatever they are. */
const MAX_LINE_BYTES = 3 * MAX_LINE_LENGTH;

/**
 * Reads the event on the bytes [from, to), without its line end. The same verdict and the same event as `parseEvent`
 * on their text; bytes that are no UTF-8 are refused as `bad-encoding`. Events hold no reference to `bytes`.
 *
 * @throws {RangeError} unless 0 ≤ from ≤ to ≤ bytes.length; never for what the bytes are
 */
export function scanEvent(bytes: Uint8Array, from: number, to: number): BrawlerEvent | Refusal {
  if (!(from >= 0 && from <= to && to <= bytes.length)) {
    throw new RangeError(`scanEvent needs a range within ${bytes.length} bytes, was ${from}…${to}`);
  }
  const view = viewOf(bytes);
  return scan(view, from, to) ?? parseBytes(view, from, to);
}

let viewedBytes: Uint8Array = new Uint8Array(0);
let view: DataView = new DataView(viewedBytes.buffer);

/** The view of the bytes that were asked for last is kept, since lines come in chunks. */
function viewOf(bytes: Uint8Array): DataView {
  if (bytes !== viewedBytes) {
    viewedBytes = bytes;
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  return view;
}

function parseBytes(bytes: DataView, from: number, to: number): BrawlerEvent | Refusal {
  if (to - from > MAX_LINE_BYTES) return LINE_TOO_LONG;
  const line = decodeUtf8(bytes, from, to);
  if (line === undefined) return refuse("bad-encoding", undefined, "expected UTF-8");
  return parseEvent(line);
}

/** The one draft of all lines: scanning is synchronous, and events take only what is immutable from it. */
const draft = newDraft();
/** Choices, instruments, parties: few, and they stay. */
const words = internTable(9, CHOICES);
/** Ids: many, but a quote's comes back while it is open. */
const ids = internTable(12, []);

/** The event, or `undefined` where the line is out of the ordinary. */
function scan(bytes: DataView, from: number, to: number): BrawlerEvent | undefined {
  const end = to - 1;
  const isBraced = end > from && bytes.getUint8(from) === OPEN && bytes.getUint8(end) === CLOSE;
  if (!isBraced || !scanMembers(bytes, from, end)) return undefined;
  const kind = fieldsOf(draft.texts[FIELD.type] as string);
  if (kind === undefined || !hasAll(draft, kind) || !hasOnly(draft, kind)) return undefined;
  const event = buildEvent(kind, draft);
  return draft.fault === undefined ? event : undefined;
}

/** Fills in the draft from what stands between the braces; false where that is out of the ordinary. */
function scanMembers(bytes: DataView, from: number, end: number): boolean {
  let low = 0;
  let high = 0;
  let count = 0;
  let field: number = NO_FIELD;
  let at = from;
  do {
    at++;
    let next = guessAfter(field);
    if (!isKeyAt(next, bytes, at, end)) {
      at = afterSpace(bytes, at);
      next = findKey(field, bytes, at, end);
      if (next === UNUSUAL) return false;
    }
    field = next;
    if (field < 32) low |= 1 << field;
    else high |= 1 << field;
    count++;
    at = scanValue(field, bytes, afterSpace(bytes, at + keyLength(field)), end);
  } while (at !== UNUSUAL && bytes.getUint8(at) === COMMA);
  clearDraft(draft);
  draft.low = low;
  draft.high = high;
  const isEachOnce = bitsIn(low) + bitsIn(high) === count;
  return at === end && isEachOnce;
}

function afterSpace(bytes: DataView, at: number): number {
  return bytes.getUint8(at) === SPACE ? at + 1 : at;
}

/** How many bits are set. */
function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Reads the value at `at` into the draft. @returns where it ends, or `UNUSUAL` */
function scanValue(field: number, bytes: DataView, at: number, end: number): number {
  if (field < FIRST_DECIMAL) return scanInteger(draft, field, bytes, at);
  if (field >= FIRST_WORD) return scanText(field, bytes, at, end);
  if (bytes.getUint8(at) !== QUOTE) return scanDecimal(draft, field, bytes, at);
  const close = scanDecimal(draft, field, bytes, at + 1);
  return close !== UNUSUAL && bytes.getUint8(close) === QUOTE ? close + 1 : UNUSUAL;
}

/** The bytes that stand for themselves in JSON, and may stand in a text. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= SPACE && byte <= TILDE && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
);

function scanText(field: number, bytes: DataView, at: number, end: number): number {
  const from = at + 1;
  let to = from;
  while (to < end && PLAIN[bytes.getUint8(to)] === 1) to++;
  if (bytes.getUint8(at) !== QUOTE || bytes.getUint8(to) !== QUOTE) return UNUSUAL;
  if (to === from || to - from > MAX_TEXT_CHARACTERS) return UNUSUAL;
  const isId = field === FIELD.tradeId || field === FIELD.quoteId;
  const text = intern(isId ? ids : words, bytes, from, to);
  if (field >= FIRST_TEXT && isNeverKey(text)) return UNUSUAL;
  draft.texts[field] = text;
  return to + 1;
}
