/** Which texts events may hold: ids, names of parties, currencies. All of them may end up on a screen or as a key. */

/** A text's length is counted in code points. */
export const MAX_TEXT_CHARACTERS = 256;

/**
 * Neither control characters, nor those that turn the direction of reading, nor line separators, nor halves of
 * surrogate pairs. A pattern of JSON Schema as well; linear, since it is one class.
 */
export const PLAIN_TEXT_PATTERN = "^[^\\p{Cc}\\p{Bidi_Control}\\p{Zl}\\p{Zp}\\p{Cs}]{1,256}$";

/** Names that an object of JavaScript already answers to: they are refused wherever they could become a key. */
export const NEVER_KEYS = ["__proto__", "constructor", "prototype"] as const;

const plainText = new RegExp(PLAIN_TEXT_PATTERN, "u");

/** 1 to 256 printable characters. */
export function isPlainText(text: string): boolean {
  if (text.length === 0 || text.length > 2 * MAX_TEXT_CHARACTERS) return false;
  return isShortAscii(text) || plainText.test(text);
}

function isShortAscii(text: string): boolean {
  if (text.length > MAX_TEXT_CHARACTERS) return false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

/** True for `__proto__`, `constructor` and `prototype`. */
export function isNeverKey(text: string): boolean {
  if (text.length < 9) return false;
  return text === "__proto__" || text === "constructor" || text === "prototype";
}
