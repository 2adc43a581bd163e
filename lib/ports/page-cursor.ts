/** Where a page ended, as one word of letters, digits, `-` and `_`: the same in every store. */
import { InvalidCursorError } from "./invalid-cursor-error.ts";

/** What a position is made of: whole numbers from 0, and texts. */
export type CursorShape = readonly ("count" | "text")[];

export type CursorPosition<Shape extends CursorShape> = {
  readonly [Index in keyof Shape]: Shape[Index] extends "count" ? number : string;
};

/** @param list names what is paged and how it is ordered: a cursor continues that list alone */
export function encodeCursor(list: string, position: readonly (string | number)[]): string {
  return toBase64Url(asciiJson([list, ...position]));
}

/** @throws {InvalidCursorError} for anything that `encodeCursor` did not make for this list and shape */
export function decodeCursor<const Shape extends CursorShape>(
  list: string,
  shape: Shape,
  cursor: string,
): CursorPosition<Shape> {
  const [madeFor, ...position] = decodeList(cursor);
  const isOurs =
    madeFor === list &&
    position.length === shape.length &&
    shape.every((part, at) =>
      part === "count" ? isCount(position[at]) : typeof position[at] === "string",
    );
  if (!isOurs) throw new InvalidCursorError(cursor);
  return position as CursorPosition<Shape>;
}

function decodeList(cursor: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(fromBase64Url(cursor));
    return Array.isArray(parsed) ? parsed : [];
  } catch (cause) {
    throw new InvalidCursorError(cursor, { cause });
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** JSON whose every character is one byte. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function toBase64Url(ascii: string): string {
  let text = "";
  for (let at = 0; at < ascii.length; at += 3) {
    const bytes = [0, 1, 2].map((next) => ascii.charCodeAt(at + next) || 0);
    const bits = bytes.reduce((sum, byte) => (sum << 8) | byte, 0);
    const digits = [18, 12, 6, 0].map((shift) => DIGITS.charAt((bits >> shift) & 63));
    text += digits.slice(0, Math.min(3, ascii.length - at) + 1).join("");
  }
  return text;
}

function fromBase64Url(text: string): string {
  let ascii = "";
  let bits = 0;
  let held = 0;
  for (const digit of text) {
    const value = DIGITS.indexOf(digit);
    if (value === -1) throw new SyntaxError(`no digit of a cursor: ${digit}`);
    bits = ((bits << 6) | value) & 0xfff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      ascii += String.fromCharCode((bits >> held) & 0xff);
    }
  }
  return ascii;
}
