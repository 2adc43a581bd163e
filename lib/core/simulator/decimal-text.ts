/** Integers of a decimal unit as text: never through a float's own formatting, so never an exponent. */

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** `fixedText(674125, 1)` = `"67412.5"`: exactly `decimals` digits below the point. */
export function fixedText(mantissa: number, decimals: number): string {
  if (decimals === 0) return String(mantissa);
  if (mantissa < 0) return `-${fixedText(-mantissa, decimals)}`;
  const digits = String(mantissa);
  const whole = digits.length - decimals;
  if (whole > 0) return `${digits.slice(0, whole)}.${digits.slice(whole)}`;
  return `0.${digits.padStart(decimals, "0")}`;
}

/** The shortest decimal of `mantissa · 10^-decimals`: no trailing zeros, no `-0`. */
export function shortText(mantissa: number | bigint, decimals: number): string {
  let value = BigInt(mantissa);
  let places = decimals;
  while (places > 0 && value % 10n === 0n) {
    value /= 10n;
    places--;
  }
  if (value <= MAX_SAFE && value >= -MAX_SAFE) return fixedText(Number(value), places);
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(places + 1, "0");
  const whole = digits.length - places;
  const text = places === 0 ? digits : `${digits.slice(0, whole)}.${digits.slice(whole)}`;
  return negative ? `-${text}` : text;
}

/** The integer nearest to numerator / denominator, ties to even; denominator > 0. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n;
  const magnitude = negative ? -numerator : numerator;
  let quotient = magnitude / denominator;
  const twice = (magnitude % denominator) * 2n;
  if (twice > denominator || (twice === denominator && quotient % 2n === 1n)) quotient += 1n;
  return negative ? -quotient : quotient;
}
