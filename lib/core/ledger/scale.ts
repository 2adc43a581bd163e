/**
 * The integer units of one instrument. Prices are half-ticks of 10^-priceDecimals (so that a mid, the mean of two
 * prices, is an integer), quantities are lots of 10^-quantityDecimals contracts, and money is the integer product.
 */
import type { Decimal, InstrumentEvent } from "../events/event.ts";
import { divideHalfEven, type ExactDecimal, pow10 } from "./exact.ts";

export type InstrumentSpec = Pick<
  InstrumentEvent,
  | "base"
  | "quote"
  | "settle"
  | "kind"
  | "contract"
  | "multiplier"
  | "tick"
  | "lot"
  | "positionLimit"
> & {
  /** True when nobody told us: tick and lot are the finest decimals seen. */
  readonly inferred: boolean;
};

/** φ of an inverse contract is an integer of 10^-16 of the settlement currency. */
export const INVERSE_DECIMALS = 16;
/** Fees and funding are integers of 10^-12; finer is refused. */
export const CASH_DECIMALS = 12;

/**
 * money · numerator · 10^-moneyDecimals is the amount in settlement currency;
 * net PnL, which mixes money with fees, is kept in 10^-netDecimals.
 */
export interface Scale {
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
  readonly inverse: boolean;
  readonly multiplier: Decimal;
  readonly moneyNumerator: bigint;
  readonly moneyDecimals: number;
  readonly netDecimals: number;
  /** money → net units, and 10^-12 cash → net units. */
  readonly netPerMoney: bigint;
  readonly netPerCash: bigint;
}

export function makeScale(
  priceDecimals: number,
  quantityDecimals: number,
  contract: { readonly inverse: boolean; readonly multiplier: Decimal },
): Scale {
  const { inverse, multiplier } = contract;
  const moneyNumerator = inverse ? 1n : BigInt(multiplier.mantissa) * 5n;
  const moneyDecimals = inverse
    ? quantityDecimals + INVERSE_DECIMALS
    : priceDecimals + quantityDecimals + multiplier.decimals + 1;
  const netDecimals = Math.max(moneyDecimals, CASH_DECIMALS);
  return {
    priceDecimals,
    quantityDecimals,
    inverse,
    multiplier,
    moneyNumerator,
    moneyDecimals,
    netDecimals,
    netPerMoney: moneyNumerator * pow10(netDecimals - moneyDecimals),
    netPerCash: pow10(netDecimals - CASH_DECIMALS),
  };
}

/** mantissa · 10^(decimals − d) as a safe integer, or `undefined` when it is not one (too fine, or too large). */
export function scaleDecimal(value: Decimal, decimals: number): number | undefined {
  const shift = decimals - value.decimals;
  if (shift < 0) return undefined;
  const scaled = shift === 0 ? value.mantissa : value.mantissa * (TENS[shift] ?? 10 ** shift);
  return Number.isSafeInteger(scaled) ? scaled : undefined;
}

const TENS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/** Cash in 10^-12, or `undefined` when the decimal is finer than that. */
export function cashUnits(value: Decimal): bigint | undefined {
  if (value.decimals > CASH_DECIMALS) return undefined;
  return BigInt(value.mantissa) * pow10(CASH_DECIMALS - value.decimals);
}

/**
 * The price that the ledger runs on: half-ticks for a linear contract; for an inverse one
 *
 *     φ(p) = −round-half-even(v · 10^16 / p)       v = quote units per contract
 *
 * under which every linear identity holds unchanged, in settlement currency.
 */
export function ledgerPrice(scale: Scale, halfTicks: number): bigint {
  if (!scale.inverse) return BigInt(halfTicks);
  const { multiplier, priceDecimals } = scale;
  const numerator = BigInt(multiplier.mantissa) * 2n * pow10(INVERSE_DECIMALS + priceDecimals);
  return -divideHalfEven(numerator, BigInt(halfTicks) * pow10(multiplier.decimals));
}

export function moneyToExact(scale: Scale, money: bigint): ExactDecimal {
  return { units: money * scale.moneyNumerator, decimals: scale.moneyDecimals };
}

/** A quantity as reports state it: base units (contracts × multiplier), or contracts where they are inverse. */
export function quantityToExact(scale: Scale, lots: bigint): ExactDecimal {
  if (scale.inverse) return lotsToExact(scale, lots);
  const { mantissa, decimals } = scale.multiplier;
  return { units: lots * BigInt(mantissa), decimals: scale.quantityDecimals + decimals };
}

/** A quantity in contracts, as it is on the wire. */
export function lotsToExact(scale: Scale, lots: bigint): ExactDecimal {
  return { units: lots, decimals: scale.quantityDecimals };
}

export function cashToExact(cash: bigint): ExactDecimal {
  return { units: cash, decimals: CASH_DECIMALS };
}

export function netToExact(scale: Scale, net: bigint): ExactDecimal {
  return { units: net, decimals: scale.netDecimals };
}

/** A price in half-ticks as a decimal of quote currency. */
export function priceToExact(scale: Scale, halfTicks: number): ExactDecimal {
  return { units: BigInt(halfTicks) * 5n, decimals: scale.priceDecimals + 1 };
}

/** Money as a float in settlement currency, for weights of statistics. */
export function moneyToNumber(scale: Scale, money: number): number {
  return (money * Number(scale.moneyNumerator)) / 10 ** scale.moneyDecimals;
}

/** Notional in settlement currency as a float: quantity at a price, unsigned. */
export function notionalNumber(scale: Scale, lots: number, halfTicks: number): number {
  const price = scale.inverse ? Math.abs(Number(ledgerPrice(scale, halfTicks))) : halfTicks;
  return moneyToNumber(scale, lots * price);
}
