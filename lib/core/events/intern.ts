/** One string for bytes that come again and again: instruments, sides, parties, the quotes that are open. */
import { asciiText } from "./utf8.ts";

const SLOT_WORDS = 8;
/** Longer texts are not kept, so that the table is bounded in bytes too. */
const MAX_KEPT = 4 * SLOT_WORDS - 1;

/**
 * A table of the last texts seen, one a slot: what collides takes the other's place. Texts are compared as the words
 * of four bytes that they were, from the opening quote on. The last word comes first: it ends with the text (of two
 * letters, with the closing quote), so it may overlap the one before.
 */
export interface InternTable {
  readonly texts: string[];
  readonly words: Int32Array;
  readonly mask: number;
}

/**
 * @param sizePower the table has 2^sizePower slots
 * @param known texts that are there from the start, as the very strings to give back: comparing with them is then a
 * matter of one address
 */
export function internTable(sizePower: number, known: readonly string[]): InternTable {
  const size = 2 ** sizePower;
  const texts = new Array<string>(size).fill("");
  const table = { texts, words: new Int32Array(size * SLOT_WORDS), mask: size - 1 };
  for (const text of known) {
    const bytes = Uint8Array.from(`"${text}"`, (character) => character.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    texts[texts.indexOf(intern(table, view, 1, 1 + text.length))] = text;
  }
  return table;
}

/**
 * The text of the printable ASCII bytes [from, to), the same string as last time where the table still has it. A quote
 * stands before them and one after.
 */
export function intern(table: InternTable, bytes: DataView, from: number, to: number): string {
  const length = to - from;
  if (length < 2 || length > MAX_KEPT) return asciiText(bytes, from, to);
  const first = from - 1;
  const last = length === 2 ? first : to - 4;
  const slot = slotOf(table, bytes.getInt32(first, true) + length, bytes.getInt32(last, true));
  const { texts, words } = table;
  const known = texts[slot] as string;
  let word = slot * SLOT_WORDS;
  let isKnown = known.length === length && words[word] === bytes.getInt32(last, true);
  for (let at = first; isKnown && at < last; at += 4) {
    isKnown = words[++word] === bytes.getInt32(at, true);
  }
  return isKnown ? known : keep(table, slot, bytes, { from, to });
}

/** From the first word and the length, and the last word: where names and counters differ. */
function slotOf(table: InternTable, start: number, end: number): number {
  const hash = Math.imul(end ^ Math.imul(start, 0x9e3779b1), 0x85ebca6b);
  return (hash ^ (hash >>> 15)) & table.mask;
}

function keep(
  table: InternTable,
  slot: number,
  bytes: DataView,
  span: { readonly from: number; readonly to: number },
): string {
  const text = asciiText(bytes, span.from, span.to);
  const first = span.from - 1;
  const last = text.length === 2 ? first : span.to - 4;
  let word = slot * SLOT_WORDS;
  table.texts[slot] = text;
  table.words[word] = bytes.getInt32(last, true);
  for (let at = first; at < last; at += 4) table.words[++word] = bytes.getInt32(at, true);
  return text;
}
