/**
 * One line of bytes → one event, without JSON.parse: the hot path of every replay. It knows the fields, so it reads
 * a decimal as two integers and a word as a string it has seen before, in one pass and without garbage.
 *
 * It judges nothing: at anything out of the ordinary (an escape, a byte outside of ASCII, white space beyond one
 * space, a fault of any kind) it gives up, and `parseEvent` reads the line. So the verdicts are the same by
 * construction, and only lines that are good and plain are fast.
 */
import { buildEvent } from "./build-event.ts";
import { ZERO } from "./decimal.ts";
import { type Draft, emptyDraft } from "./draft.ts";
import type { BrawlerEvent } from "./event.ts";
import {
  addField,
  FIELD,
  FIELD_COUNT,
  FIELD_NAMES,
  FIRST_DECIMAL,
  FIRST_TEXT,
  FIRST_WORD,
  fieldsOf,
  hasAll,
  hasField,
  hasOnly,
} from "./field.ts";
import { intern, internTable } from "./intern.ts";
import { parseEvent } from "./parse.ts";
import { isNeverKey, MAX_TEXT_CHARACTERS } from "./plain-text.ts";
import { isRefusal, LINE_TOO_LONG, MAX_LINE_LENGTH, type Refusal, refuse } from "./refusal.ts";
import { decodeUtf8 } from "./utf8.ts";

const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const DIGIT_0 = 48;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const LAST_PRINTABLE = 126;

/** What a reader of one field answers where the line is out of the ordinary. */
const UNUSUAL = -1;

/** Digits that a double holds whatever they are. */
const SURE_DIGITS = 15;
/** Digits that an int32 holds whatever they are. */
const SMALL_DIGITS = 9;
/** Digits of 2^53. */
const TIME_DIGITS = 16;
/** A double of so many decimals has no exponent in its shortest form. */
const SURELY_PLAIN_DECIMALS = 6;
const TENS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/** UTF-16 units need at most three bytes each: a longer line has too many of them, whatever they are. */
const MAX_LINE_BYTES = 3 * MAX_LINE_LENGTH;

/**
 * Reads the event on the bytes [from, to), without its line end. The same verdict and the same event as `parseEvent`
 * on their text; bytes that are no UTF-8 are refused as `bad-encoding`. Never throws, keeps no reference to `bytes`.
 */
export function scanEvent(bytes: Uint8Array, from: number, to: number): BrawlerEvent | Refusal {
  return scan(bytes, from, to) ?? parseBytes(bytes, from, to);
}

function parseBytes(bytes: Uint8Array, from: number, to: number): BrawlerEvent | Refusal {
  if (to - from > MAX_LINE_BYTES) return LINE_TOO_LONG;
  const line = decodeUtf8(bytes, from, to);
  if (line === undefined) return refuse("bad-encoding", undefined, "expected UTF-8");
  return parseEvent(line);
}

/** The one draft of all lines: scanning is synchronous, and events take only what is immutable from it. */
const draft: Draft = emptyDraft();
/** Choices, instruments, parties: few, and they stay. */
const words = internTable(9);
/** Ids: many, but a quote's comes back while it is open. */
const ids = internTable(12);

/** The event, or `undefined` where the line is out of the ordinary. */
function scan(bytes: Uint8Array, from: number, to: number): BrawlerEvent | undefined {
  const end = to - 1;
  if (bytes[from] !== OPEN || bytes[end] !== CLOSE) return undefined;
  clear();
  let at = from;
  while (at !== end) {
    at = afterSpace(bytes, at + 1);
    const field = fieldAt(bytes, at, end);
    if (field === UNUSUAL || hasField(draft, field)) return undefined;
    addField(draft, field);
    at = afterSpace(bytes, at + keyOf(field).length);
    at = readValue(field, bytes, at, end);
    if (at !== end && bytes[at] !== COMMA) return undefined;
  }
  return finish();
}

function clear(): void {
  const { slots } = draft;
  for (let field = 0; field < FIELD_COUNT; field++) slots[field] = undefined;
  draft.low = 0;
  draft.high = 0;
  draft.fault = undefined;
}

function finish(): BrawlerEvent | undefined {
  const kind = fieldsOf(draft.slots[FIELD.type] as string);
  if (kind === undefined || !hasAll(draft, kind) || !hasOnly(draft, kind)) return undefined;
  const outcome = buildEvent(kind.type, draft);
  return isRefusal(outcome) ? undefined : outcome;
}

function afterSpace(bytes: Uint8Array, at: number): number {
  return bytes[at] === SPACE ? at + 1 : at;
}

/** Each key as it stands on the wire, with quotes and colon. */
const KEYS: readonly Uint8Array[] = FIELD_NAMES.map((name) =>
  Uint8Array.from(`"${name}":`, (character) => character.charCodeAt(0)),
);
const NO_KEY = new Uint8Array(0);

function keyOf(field: number): Uint8Array {
  return KEYS[field] ?? NO_KEY;
}

/** The fields whose names begin with a byte. */
const FIELDS_BY_LETTER: readonly (readonly number[])[] = Array.from({ length: 128 }, (_, letter) =>
  FIELD_NAMES.flatMap((name, field) => (name.charCodeAt(0) === letter ? [field] : [])),
);
const NO_FIELDS: readonly number[] = [];

/** The field whose key, quotes and colon included, stands at `at`. */
function fieldAt(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== QUOTE) return UNUSUAL;
  const fields = FIELDS_BY_LETTER[bytes[at + 1] ?? 0] ?? NO_FIELDS;
  for (const field of fields) {
    if (standsAt(keyOf(field), bytes, at, end)) return field;
  }
  return UNUSUAL;
}

function standsAt(key: Uint8Array, bytes: Uint8Array, at: number, end: number): boolean {
  if (at + key.length > end) return false;
  for (let next = 2; next < key.length; next++) {
    if (bytes[at + next] !== key[next]) return false;
  }
  return true;
}

/** Reads the value at `at` into its slot. @returns where it ends, or `UNUSUAL` */
function readValue(field: number, bytes: Uint8Array, at: number, end: number): number {
  if (field < FIRST_DECIMAL) return readInteger(field, bytes, at, end);
  if (field >= FIRST_WORD) return readText(field, bytes, at, end);
  if (bytes[at] !== QUOTE) return readDecimal(field, bytes, at, end);
  const next = readDecimal(field, bytes, at + 1, end);
  return next !== UNUSUAL && bytes[next] === QUOTE ? next + 1 : UNUSUAL;
}

function readInteger(field: number, bytes: Uint8Array, at: number, end: number): number {
  const next = digitsEnd(bytes, at, end);
  if (!isWhole(bytes, at, next) || next - at > TIME_DIGITS) return UNUSUAL;
  const value = digitsOf(bytes, at, next);
  if (value > Number.MAX_SAFE_INTEGER) return UNUSUAL;
  draft.slots[field] = value;
  return next;
}

/** The decimal at `at`, quotes aside. */
function readDecimal(field: number, bytes: Uint8Array, at: number, end: number): number {
  const start = bytes[at] === MINUS ? at + 1 : at;
  const point = digitsEnd(bytes, start, end);
  const next = bytes[point] === POINT ? digitsEnd(bytes, point + 1, end) : point;
  if (!isWhole(bytes, start, point) || next === point + 1) return UNUSUAL;
  const decimals = decimalsOf(bytes, point, next);
  const isBare = bytes[at - 1] !== QUOTE;
  if (point - start + decimals > SURE_DIGITS) return UNUSUAL;
  if (isBare && decimals > SURELY_PLAIN_DECIMALS) return UNUSUAL;
  const mantissa = mantissaOf(bytes, start, point, decimals);
  draft.slots[field] =
    mantissa === 0 ? ZERO : { mantissa: start === at ? mantissa : -mantissa, decimals };
  return next;
}

/** How many digits follow the point, without the zeros that end them. */
function decimalsOf(bytes: Uint8Array, point: number, end: number): number {
  let last = end;
  while (last > point && bytes[last - 1] === DIGIT_0) last--;
  return last > point + 1 ? last - point - 1 : 0;
}

function mantissaOf(bytes: Uint8Array, start: number, point: number, decimals: number): number {
  const whole = digitsOf(bytes, start, point);
  if (decimals === 0) return whole;
  const first = point + 1;
  return whole * (TENS[decimals] ?? 1) + digitsOf(bytes, first, first + decimals);
}

/** One digit or more, none of them a zero that leads others. */
function isWhole(bytes: Uint8Array, from: number, to: number): boolean {
  return to > from && (bytes[from] !== DIGIT_0 || to === from + 1);
}

function digitsEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && ((bytes[at] ?? 0) ^ DIGIT_0) < 10) at++;
  return at;
}

/** The integer of at most 18 digits, as two of nine: float arithmetic only puts them together. */
function digitsOf(bytes: Uint8Array, from: number, to: number): number {
  const middle = to - SMALL_DIGITS;
  if (middle <= from) return smallDigitsOf(bytes, from, to);
  return smallDigitsOf(bytes, from, middle) * 1e9 + smallDigitsOf(bytes, middle, to);
}

function smallDigitsOf(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = (value * 10 + ((bytes[at] ?? 0) - DIGIT_0)) | 0;
  return value;
}

function readText(field: number, bytes: Uint8Array, at: number, end: number): number {
  const start = at + 1;
  const close = plainEnd(bytes, start, end);
  if (bytes[at] !== QUOTE || bytes[close] !== QUOTE || close === end) return UNUSUAL;
  const length = close - start;
  if (length === 0 || length > MAX_TEXT_CHARACTERS) return UNUSUAL;
  const isId = field === FIELD.tradeId || field === FIELD.quoteId;
  const text = intern(isId ? ids : words, bytes, start, close);
  if (field >= FIRST_TEXT && isNeverKey(text)) return UNUSUAL;
  draft.slots[field] = text;
  return close + 1;
}

/** Where the run of bytes ends that stand for themselves in JSON and may stand in a text. */
function plainEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE || byte === BACKSLASH || byte < SPACE || byte > LAST_PRINTABLE) break;
    at++;
  }
  return at;
}
