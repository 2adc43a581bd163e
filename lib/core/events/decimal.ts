/** Decimals of the wire, exact: text or a JSON number in, `mantissa · 10^-decimals` out, and back. */
import { DIGIT_0, DIGIT_9, MINUS, POINT } from "./ascii.ts";
import type { Decimal } from "./event.ts";

/** More digits below the point than this are refused: no venue quotes finer, and 10^18 is as far as scaling goes. */
export const MAX_DECIMALS = 18;
/** Longer texts are refused unread. */
export const MAX_DECIMAL_CHARACTERS = 64;
/** A double tells decimals of this many digits apart; of more, it does not. */
const SURE_DIGITS = 15;
const MAX_DIGITS = 16;

export const ZERO: Decimal = { mantissa: 0, decimals: 0 };

/** Why a text or number is no decimal; the same words as the refusal's reason. */
export type DecimalFault = "bad-decimal" | "unsafe-number" | "too-fine";

/**
 * Reads `-?(0|[1-9][0-9]*)([.][0-9]+)?`: no plus, no exponent, no hex, no spaces, no bare point, no leading zeros.
 * Zeros that end the fraction vanish and `-0` is 0, so that one amount has one form.
 *
 * @returns the decimal; `bad-decimal` when the text is none, `unsafe-number` when its digits without those zeros pass
 * 2⁵³ − 1, `too-fine` when more than 18 of them stand below the point
 */
export function parseDecimal(text: string): Decimal | DecimalFault {
  const length = text.length;
  if (length === 0 || length > MAX_DECIMAL_CHARACTERS) return "bad-decimal";
  const start = text.charCodeAt(0) === MINUS ? 1 : 0;
  const point = digitsEnd(text, start);
  if (point === start) return "bad-decimal";
  if (text.charCodeAt(start) === DIGIT_0 && point > start + 1) return "bad-decimal";
  if (point < length && !isFraction(text, point)) return "bad-decimal";
  return assemble(text, { start, point, end: significantEnd(text, point) });
}

function digitsEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code < DIGIT_0 || code > DIGIT_9) break;
    at++;
  }
  return at;
}

function isFraction(text: string, point: number): boolean {
  if (text.charCodeAt(point) !== POINT) return false;
  return point + 1 < text.length && digitsEnd(text, point + 1) === text.length;
}

/** Where the text ends without the zeros that end its fraction, and without its point when nothing follows it. */
function significantEnd(text: string, point: number): number {
  if (point === text.length) return point;
  let end = text.length;
  while (text.charCodeAt(end - 1) === DIGIT_0) end--;
  return end - 1 === point ? point : end;
}

function assemble(
  text: string,
  span: { readonly start: number; readonly point: number; readonly end: number },
): Decimal | DecimalFault {
  let mantissa = 0;
  let digits = 0;
  for (let at = span.start; at < span.end; at++) {
    if (at === span.point) continue;
    mantissa = mantissa * 10 + (text.charCodeAt(at) - DIGIT_0);
    if (mantissa > 0) digits++;
  }
  const decimals = span.end > span.point ? span.end - span.point - 1 : 0;
  if (digits > MAX_DIGITS || mantissa > Number.MAX_SAFE_INTEGER) return "unsafe-number";
  if (decimals > MAX_DECIMALS) return "too-fine";
  if (mantissa === 0) return ZERO;
  return { mantissa: span.start === 1 ? -mantissa : mantissa, decimals };
}

/**
 * Reads a JSON number by its shortest decimal form. A form with an exponent, or of more than 15 digits (zeros that
 * lead it not counted), is refused as `unsafe-number`: it may not be what the producer meant. Send it as a text.
 */
export function decimalFromNumber(value: number): Decimal | DecimalFault {
  if (!Number.isFinite(value)) return "bad-decimal";
  const text = String(value);
  if (text.includes("e") || significantDigits(text) > SURE_DIGITS) return "unsafe-number";
  return parseDecimal(text);
}

function significantDigits(text: string): number {
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > DIGIT_0 && code <= DIGIT_9) digits++;
    else if (code === DIGIT_0 && digits > 0) digits++;
  }
  return digits;
}

/** The decimal as text: no exponent, no zeros that end its fraction, no `-0`. */
export function formatDecimal(value: Decimal): string {
  const { mantissa, decimals } = value;
  if (decimals === 0) return String(mantissa);
  const digits = String(Math.abs(mantissa)).padStart(decimals + 1, "0");
  const point = digits.length - decimals;
  let end = digits.length;
  while (end > point && digits.charCodeAt(end - 1) === DIGIT_0) end--;
  const whole = digits.slice(0, point);
  const text = end === point ? whole : `${whole}.${digits.slice(point, end)}`;
  return mantissa < 0 ? `-${text}` : text;
}

/** Negative when a < b, zero when they are the same amount, positive when a > b; exact for all decimals. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.decimals === b.decimals) return a.mantissa - b.mantissa;
  if (Math.sign(a.mantissa) !== Math.sign(b.mantissa)) return a.mantissa - b.mantissa;
  const finest = Math.max(a.decimals, b.decimals);
  const left = BigInt(a.mantissa) * 10n ** BigInt(finest - a.decimals);
  const right = BigInt(b.mantissa) * 10n ** BigInt(finest - b.decimals);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
