import type { Decimal } from "../events/event.ts";
import { changeDecimals } from "./exact.ts";
import { CASH_DECIMALS, ledgerPrice, type Scale } from "./scale.ts";

/**
 * Funding received, in 10^-12 of the settlement currency, rounded half to even.
 *
 *     F = −Q · k · mark · rate  (linear)        F = −Q · |φ(mark)| · rate  (inverse)
 *
 * Positive is cash to us: at a positive rate longs pay and shorts receive.
 *
 * @param position signed lots held at the funding time (trades before it, not those at it)
 * @param markHalfTicks the mark price in half-ticks
 */
export function fundingCash(
  scale: Scale,
  position: number,
  markHalfTicks: number,
  rate: Decimal,
): bigint {
  const price = ledgerPrice(scale, markHalfTicks);
  const money = -BigInt(position) * (price < 0n ? -price : price) * scale.moneyNumerator;
  const decimals = scale.moneyDecimals + rate.decimals;
  return changeDecimals(money * BigInt(rate.mantissa), decimals, CASH_DECIMALS);
}
