/** Exact arithmetic on integers of a unit 10^-decimals. Money never passes through a float. */

const POWERS: bigint[] = [1n];

/** 10^exponent, exponent ≥ 0. */
export function pow10(exponent: number): bigint {
  for (let next = POWERS.length; next <= exponent; next += 1) POWERS.push(10n ** BigInt(next));
  return POWERS[exponent] ?? 1n;
}

/**
 * numerator / denominator, rounded to the nearest integer, ties to even.
 *
 * @throws {RangeError} if the denominator is not positive
 */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) {
    throw new RangeError(`divideHalfEven needs a positive denominator, was ${denominator}`);
  }
  const quotient = numerator / denominator;
  const twice = (numerator - quotient * denominator) * 2n;
  const magnitude = twice < 0n ? -twice : twice;
  if (magnitude < denominator) return quotient;
  if (magnitude === denominator && quotient % 2n === 0n) return quotient;
  return numerator < 0n ? quotient - 1n : quotient + 1n;
}

/** Changes the unit from 10^-from to 10^-to; to ≥ from is exact, to < from rounds half to even. */
export function changeDecimals(units: bigint, from: number, to: number): bigint {
  if (to >= from) return units * pow10(to - from);
  return divideHalfEven(units, pow10(from - to));
}

/** Writes units · 10^-decimals without exponent, trailing zeros or `-0`. */
export function formatUnits(units: bigint, decimals: number): string {
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = trimZeros(digits.slice(digits.length - decimals));
  const text = fraction === "" ? whole : `${whole}.${fraction}`;
  return negative ? `-${text}` : text;
}

function trimZeros(fraction: string): string {
  let end = fraction.length;
  while (end > 0 && fraction.charCodeAt(end - 1) === 48) end -= 1;
  return fraction.slice(0, end);
}

/** An exact decimal of any size, for sums across instruments of different units. */
export interface ExactDecimal {
  readonly units: bigint;
  readonly decimals: number;
}

export const EXACT_ZERO: ExactDecimal = { units: 0n, decimals: 0 };

export function addExact(a: ExactDecimal, b: ExactDecimal): ExactDecimal {
  const decimals = Math.max(a.decimals, b.decimals);
  return {
    units: a.units * pow10(decimals - a.decimals) + b.units * pow10(decimals - b.decimals),
    decimals,
  };
}

export function negateExact(a: ExactDecimal): ExactDecimal {
  return { units: -a.units, decimals: a.decimals };
}

export function multiplyExact(a: ExactDecimal, b: ExactDecimal): ExactDecimal {
  return { units: a.units * b.units, decimals: a.decimals + b.decimals };
}

export function formatExact(a: ExactDecimal): string {
  return formatUnits(a.units, a.decimals);
}

/** Integers up to here, and powers of ten up to 10^22, are floats: one division then rounds as it should. */
const EXACT_INTEGER = BigInt(Number.MAX_SAFE_INTEGER);
const EXACT_POWER = 22;

/** The nearest float; for statistics and charts, never for sums of money. */
export function exactToNumber({ units, decimals }: ExactDecimal): number {
  const isExact = units <= EXACT_INTEGER && units >= -EXACT_INTEGER && decimals <= EXACT_POWER;
  return isExact ? Number(units) / 10 ** decimals : Number(`${units}e-${decimals}`);
}
