/** One string for bytes that come again and again: instruments, sides, parties, the quotes that are open. */
import { asciiText } from "./utf8.ts";

/** Longer texts are not kept, so that the table is bounded in bytes too. */
const MAX_KEPT = 40;

/** A table of the last texts seen, one a slot: what collides takes the other's place. */
export interface InternTable {
  readonly texts: string[];
  readonly mask: number;
}

/** @param sizePower the table has 2^sizePower slots */
export function internTable(sizePower: number): InternTable {
  const size = 2 ** sizePower;
  return { texts: new Array<string>(size).fill(""), mask: size - 1 };
}

/** The text of the printable ASCII bytes [from, to), the same string as last time where the table still has it. */
export function intern(table: InternTable, bytes: Uint8Array, from: number, to: number): string {
  const slot = hashOf(bytes, from, to) & table.mask;
  const known = table.texts[slot] ?? "";
  if (isSame(known, bytes, from, to)) return known;
  const text = asciiText(bytes, from, to);
  if (text.length <= MAX_KEPT) table.texts[slot] = text;
  return text;
}

/** From the length, the first byte and the last four: where names and counters differ. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = Math.imul((bytes[from] ?? 0) + ((to - from) << 8), 0x9e3779b1);
  for (let at = Math.max(from, to - 4); at < to; at++) {
    hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  }
  return hash ^ (hash >>> 15);
}

function isSame(text: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) !== bytes[from + at]) return false;
  }
  return true;
}
