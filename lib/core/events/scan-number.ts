/**
 * Integers and decimals from bytes into a draft. Behind the line stands its brace, which is no digit: so runs of
 * digits end by themselves.
 */
import { DIGIT_0, MINUS, POINT, QUOTE } from "./ascii.ts";
import type { Draft } from "./draft.ts";
import { UNUSUAL } from "./scan-key.ts";

/** Digits that an int32 holds whatever they are. */
const SMALL_DIGITS = 9;
/** Digits that a double holds whatever they are. */
const SURE_DIGITS = 15;
/** Digits of 2^53. */
const MAX_DIGITS = 16;
/** A double of so many decimals has no exponent in its shortest form. */
const SURELY_PLAIN_DECIMALS = 6;
/** What the point is where a digit is its own value. */
const POINT_DIGIT = POINT ^ DIGIT_0;
const TENS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/** Reads the integer at `at`, as one integer of nine digits and one of the rest. @returns where it ends, or `UNUSUAL` */
export function scanInteger(draft: Draft, field: number, bytes: DataView, at: number): number {
  const middle = at + SMALL_DIGITS;
  let next = at;
  let value = 0;
  let digit = bytes.getUint8(next) ^ DIGIT_0;
  for (; digit < 10 && next < middle; digit = bytes.getUint8(++next) ^ DIGIT_0) {
    value = (Math.imul(value, 10) + digit) | 0;
  }
  if (digit < 10) {
    next = digitsEnd(bytes, middle);
    if (next - at > MAX_DIGITS) return UNUSUAL;
    value = value * (TENS[next - middle] as number) + smallDigitsOf(bytes, middle, next);
  }
  if (!isWhole(bytes, at, next) || value > Number.MAX_SAFE_INTEGER) return UNUSUAL;
  draft.integers[field] = value;
  return next;
}

/**
 * Reads the decimal at `at`, quotes aside, as one integer in one pass. Zeros that end its fraction are left out.
 *
 * @returns where it ends, or `UNUSUAL`: more than 15 digits, or a JSON number that may have an exponent in its
 * shortest form
 */
export function scanDecimal(draft: Draft, field: number, bytes: DataView, at: number): number {
  const start = bytes.getUint8(at) === MINUS ? at + 1 : at;
  let next = start;
  let mantissa = 0;
  let digit = bytes.getUint8(next) ^ DIGIT_0;
  for (; digit < 10; digit = bytes.getUint8(++next) ^ DIGIT_0) {
    mantissa = (Math.imul(mantissa, 10) + digit) | 0;
  }
  const point = next;
  if (digit === POINT_DIGIT) {
    digit = bytes.getUint8(++next) ^ DIGIT_0;
    for (; digit < 10; digit = bytes.getUint8(++next) ^ DIGIT_0) {
      mantissa = (Math.imul(mantissa, 10) + digit) | 0;
    }
  }
  if (next === point + 1 || !isWhole(bytes, start, point)) return UNUSUAL;
  if (next - start > SMALL_DIGITS) return scanLongDecimal(draft, field, bytes, at);
  const decimals = next === point ? 0 : next - point - 1;
  const kept = keepDecimal(draft, field, start === at ? mantissa : -mantissa, decimals);
  return kept > SURELY_PLAIN_DECIMALS && bytes.getUint8(at - 1) !== QUOTE ? UNUSUAL : next;
}

/** Puts an int32 mantissa into its slot, without the zeros that end its fraction. @returns how many decimals are left */
function keepDecimal(draft: Draft, field: number, mantissa: number, decimals: number): number {
  let short = mantissa;
  let left = decimals;
  while (left > 0 && short % 10 === 0) {
    short = (short / 10) | 0;
    left--;
  }
  draft.mantissas[field] = short | 0;
  draft.decimals[field] = left;
  return left;
}

/** The same for more digits than an int32 holds. */
function scanLongDecimal(draft: Draft, field: number, bytes: DataView, at: number): number {
  const start = bytes.getUint8(at) === MINUS ? at + 1 : at;
  const point = digitsEnd(bytes, start);
  const end = bytes.getUint8(point) === POINT ? digitsEnd(bytes, point + 1) : point;
  const decimals = decimalsOf(bytes, point, end);
  const isBare = bytes.getUint8(at - 1) !== QUOTE;
  if (isBare && decimals > SURELY_PLAIN_DECIMALS) return UNUSUAL;
  if (point - start + decimals > SURE_DIGITS) return UNUSUAL;
  const mantissa = mantissaOf(bytes, start, point, decimals);
  draft.mantissas[field] = start === at || mantissa === 0 ? mantissa : -mantissa;
  draft.decimals[field] = decimals;
  return end;
}

/** One digit or more, none of them a zero that leads others. */
function isWhole(bytes: DataView, from: number, to: number): boolean {
  return to > from && (bytes.getUint8(from) !== DIGIT_0 || to === from + 1);
}

function digitsEnd(bytes: DataView, from: number): number {
  let at = from;
  while ((bytes.getUint8(at) ^ DIGIT_0) < 10) at++;
  return at;
}

/** How many digits follow the point, without the zeros that end them. */
function decimalsOf(bytes: DataView, point: number, end: number): number {
  let last = end;
  while (last > point && bytes.getUint8(last - 1) === DIGIT_0) last--;
  return last > point + 1 ? last - point - 1 : 0;
}

/** At most 15 digits in all. */
function mantissaOf(bytes: DataView, start: number, point: number, decimals: number): number {
  const whole = digitsOf(bytes, start, point);
  if (decimals === 0) return whole;
  const fraction = digitsOf(bytes, point + 1, point + 1 + decimals);
  return decimals > SMALL_DIGITS
    ? whole * 10 ** decimals + fraction
    : whole * (TENS[decimals] ?? 1) + fraction;
}

/** The integer of the digits, exact up to 2^53: float arithmetic only where nine digits do not hold it. */
function digitsOf(bytes: DataView, from: number, to: number): number {
  const middle = to - SMALL_DIGITS;
  if (middle <= from) return smallDigitsOf(bytes, from, to);
  return digitsOf(bytes, from, middle) * 1e9 + smallDigitsOf(bytes, middle, to);
}

function smallDigitsOf(bytes: DataView, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    value = (Math.imul(value, 10) + (bytes.getUint8(at) ^ DIGIT_0)) | 0;
  }
  return value;
}
