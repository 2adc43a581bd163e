/** Which field's key stands at a place: mostly the one that was guessed. */
import { QUOTE } from "./ascii.ts";
import { FIELD_COUNT, FIELD_NAMES } from "./field.ts";

/** What a reader of bytes answers where the line is out of the ordinary. */
export const UNUSUAL = -1;

/** Stands for the field before the first one. */
export const NO_FIELD = FIELD_COUNT;

/** Each key as it stands on the wire, with quotes and colon: none is shorter than six bytes. */
const KEYS = FIELD_NAMES.map((name) => {
  const bytes = Uint8Array.from(`"${name}":`, (character) => character.charCodeAt(0));
  return new DataView(bytes.buffer);
});
const KEY_LENGTHS = Uint8Array.from(KEYS, (key) => key.byteLength);

/** A key is compared as words of four bytes: the last one first, which overlaps the one before it. */
const LAST_WORDS = Int32Array.from(KEYS, (key) => key.getInt32(key.byteLength - 4, true));
const KEY_WORDS = 4;
const OTHER_WORDS = Int32Array.from({ length: FIELD_COUNT * KEY_WORDS }, (_, index) => {
  const key = KEYS[Math.floor(index / KEY_WORDS)];
  const at = 4 * (index % KEY_WORDS);
  return key !== undefined && at < key.byteLength - 4 ? key.getInt32(at, true) : 0;
});

/** The fields whose names begin with a byte. */
const FIELDS_BY_LETTER: readonly (readonly number[])[] = Array.from({ length: 256 }, (_, letter) =>
  FIELD_NAMES.flatMap((name, field) => (name.charCodeAt(0) === letter ? [field] : [])),
);
const NO_FIELDS: readonly number[] = [];

/** The field that came last after each field: a feed spells its lines alike. Only a guess, to be checked. */
const following = new Uint8Array(FIELD_COUNT + 1);

/** Which field may come after `before`, or first after `NO_FIELD`. */
export function guessAfter(before: number): number {
  return following[before] as number;
}

/** Which field's key stands at `at`, so that it is the next guess after `before`; `UNUSUAL` when none does. */
export function findKey(before: number, bytes: DataView, at: number, end: number): number {
  if (at + 1 >= end || bytes.getUint8(at) !== QUOTE) return UNUSUAL;
  for (const field of FIELDS_BY_LETTER[bytes.getUint8(at + 1)] ?? NO_FIELDS) {
    if (isKeyAt(field, bytes, at, end)) {
      following[before] = field;
      return field;
    }
  }
  return UNUSUAL;
}

/** True when the field's key, quotes and colon included, stands at `at` and ends before `end`. */
export function isKeyAt(field: number, bytes: DataView, at: number, end: number): boolean {
  const last = at + keyLength(field) - 4;
  if (last + 4 > end || bytes.getInt32(last, true) !== LAST_WORDS[field]) return false;
  let word = field * KEY_WORDS;
  for (let next = at; next < last; next += 4) {
    if (bytes.getInt32(next, true) !== OTHER_WORDS[word]) return false;
    word++;
  }
  return true;
}

/** How many bytes the field's key has, quotes and colon included. */
export function keyLength(field: number): number {
  return KEY_LENGTHS[field] as number;
}
