/**
 * Markouts: what happened to the mid after each of our trades.
 *
 * @see docs/reference/metrics.md#markout for the definition, its sources and how halted books are treated
 */
import type { Side } from "../events/event.ts";
import type { Bps, DurationUs } from "../units.ts";

/** A wait after a trade, by the name it has in reports; `0s` is the edge, against the pre-trade mid. */
export interface Horizon {
  readonly label: string;
  readonly us: DurationUs;
}

/** Prices of one trade in one unit (any: only ratios count). */
export interface MarkoutPrices {
  readonly side: Side;
  /** p, what we traded at. */
  readonly price: number;
  /** m0, the last valid mid strictly before the trade. */
  readonly preTradeMid: number;
}

const SIGN: Readonly<Record<Side, 1 | -1>> = { buy: 1, sell: -1 };

/**
 * Markout of one trade: how far the mid has moved in our favour from the price we traded at.
 *
 *     M(h) = s · (mid(t + h) − p) / m0 · 10⁴       s = +1 if we bought, −1 if we sold
 *
 * With mid = m0 it is the edge E: what a maker earns, and a taker pays, at the trade.
 *
 * @param mid the last valid mid at or before t + h
 * @returns bps of the pre-trade mid, before fees; positive is good for us; `undefined` unless both mids are > 0
 */
export function markoutBps(trade: MarkoutPrices, mid: number): Bps | undefined {
  const { side, price, preTradeMid } = trade;
  if (!(preTradeMid > 0 && mid > 0)) return undefined;
  return (((SIGN[side] * (mid - price)) / preTradeMid) * 1e4) as Bps;
}

/**
 * Price impact, mid to mid: I(h) = s · (mid(t + h) − m0) / m0 · 10⁴, so that M(h) = E + I(h).
 *
 * @returns bps; negative is adverse selection; `undefined` unless both mids are > 0
 * @public half of the identity; the report needs its sum in money only
 */
export function impactBps(trade: MarkoutPrices, mid: number): Bps | undefined {
  const { side, preTradeMid } = trade;
  return markoutBps({ side, price: preTradeMid, preTradeMid }, mid);
}

/**
 * A fee in bps of the notional at the pre-trade mid: φ = fee / (q · m0) · 10⁴. Net markout is N = M − φ.
 *
 * @param fee and notional in settlement currency; a fee is positive when we pay
 */
export function feeBps(fee: number, notionalAtMid: number): Bps | undefined {
  return notionalAtMid > 0 ? (((fee / notionalAtMid) * 1e4) as Bps) : undefined;
}
