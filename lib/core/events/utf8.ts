/** Text from bytes, where the core has no decoder of the platform's. */

const NO_CODE_POINT = -1;

/** The text of bytes that are known to be ASCII. Four at a time: the engine builds short texts in place. */
export function asciiText(bytes: DataView, from: number, to: number): string {
  let text = "";
  let at = from;
  for (; at + 4 <= to; at += 4) {
    text += String.fromCharCode(
      bytes.getUint8(at),
      bytes.getUint8(at + 1),
      bytes.getUint8(at + 2),
      bytes.getUint8(at + 3),
    );
  }
  for (; at < to; at++) text += String.fromCharCode(bytes.getUint8(at));
  return text;
}

/**
 * Decodes UTF-8 strictly: overlong forms, surrogates, code points beyond 10FFFF and cut sequences are refused, never
 * replaced.
 *
 * @returns the text, or `undefined` when the bytes are no UTF-8. Cost: linear.
 * @throws {RangeError} if [from, to) leaves the view
 */
export function decodeUtf8(bytes: DataView, from: number, to: number): string | undefined {
  let text = "";
  let run = from;
  let at = from;
  while (at < to) {
    if (bytes.getUint8(at) < 0x80) {
      at++;
      continue;
    }
    text += asciiText(bytes, run, at);
    const point = codePointAt(bytes, at, to);
    if (point === NO_CODE_POINT) return undefined;
    text += String.fromCodePoint(point);
    at += point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    run = at;
  }
  return text + asciiText(bytes, run, to);
}

/** The code point of two to four bytes at `at`, −1 where they are none. */
function codePointAt(bytes: DataView, at: number, to: number): number {
  const lead = bytes.getUint8(at);
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (lead < 0xc2 || lead > 0xf4 || at + length > to) return NO_CODE_POINT;
  let point = lead & (0xff >> (length + 1));
  for (let next = at + 1; next < at + length; next++) {
    const byte = bytes.getUint8(next);
    if ((byte & 0xc0) !== 0x80) return NO_CODE_POINT;
    point = (point << 6) | (byte & 0x3f);
  }
  return isScalar(point, length) ? point : NO_CODE_POINT;
}

function isScalar(point: number, length: number): boolean {
  if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;
  return length === 2 || point >= (length === 3 ? 0x800 : 0x10000);
}
