/** Finer decimals, or a new tick: the state's integers are expressed in a finer scale, exactly. */
import type { Decimal } from "../events/event.ts";
import { pow10 } from "../ledger/exact.ts";
import { makeScale, type Scale, scaleDecimal } from "../ledger/scale.ts";
import { rescaleCore } from "../rollup/core-part.ts";
import { rescaleMarkoutPart } from "../rollup/markout-part.ts";
import { newPathCursor } from "../rollup/path-cursor.ts";
import { sealOpen } from "./buckets.ts";
import { rescaleFineRows } from "./fine-rows.ts";
import type { InstrumentState } from "./state.ts";

/** A price in half-ticks, after making the scale fine enough; `undefined` if that leaves the safe range. */
export function halfTicks(state: InstrumentState, price: Decimal): number | undefined {
  if (price.decimals > state.scale.priceDecimals && !refine(state, price.decimals, 0)) {
    return undefined;
  }
  const ticks = scaleDecimal(price, state.scale.priceDecimals);
  if (ticks === undefined) return undefined;
  const half = ticks * 2;
  return Number.isSafeInteger(half) ? half : undefined;
}

/** A quantity in lots, after making the scale fine enough. */
export function lotsOf(state: InstrumentState, quantity: Decimal): number | undefined {
  if (quantity.decimals > state.scale.quantityDecimals && !refine(state, 0, quantity.decimals)) {
    return undefined;
  }
  return scaleDecimal(quantity, state.scale.quantityDecimals);
}

/** Makes the scale at least this fine; false (and no change) if some number would leave the safe range. */
export function refine(state: InstrumentState, price: number, quantity: number): boolean {
  const { scale } = state;
  const next = makeScale(
    Math.max(scale.priceDecimals, price),
    Math.max(scale.quantityDecimals, quantity),
    scale,
  );
  const lots = 10 ** (next.quantityDecimals - scale.quantityDecimals);
  const ticks = 10 ** (next.priceDecimals - scale.priceDecimals);
  if (!staysSafe(state, lots, ticks)) return false;
  rescale(state, next);
  return true;
}

function staysSafe(state: InstrumentState, lots: number, ticks: number): boolean {
  const quantities = [state.position, state.open.maximumLots];
  const prices = [state.mid, state.priorMid, state.mark];
  for (const chain of state.chains.values()) {
    quantities.push(chain.quantity);
    prices.push(chain.price);
  }
  for (const trade of state.pending) {
    quantities.push(trade.lots);
    prices.push(trade.price);
  }
  return (
    quantities.every((value) => Number.isSafeInteger(value * lots)) &&
    prices.every((value) => Number.isSafeInteger(value * ticks))
  );
}

function rescale(state: InstrumentState, next: Scale): void {
  const from = state.scale;
  sealOpen(state);
  const lots = 10 ** (next.quantityDecimals - from.quantityDecimals);
  const ticks = 10 ** (next.priceDecimals - from.priceDecimals);
  const money =
    pow10(next.quantityDecimals - from.quantityDecimals) *
    (next.inverse ? 1n : pow10(next.priceDecimals - from.priceDecimals));
  state.scale = next;
  state.position *= lots;
  state.cost *= money;
  state.cash *= money;
  state.grossAnchor *= money;
  state.mid *= ticks;
  state.priorMid *= ticks;
  state.mark *= ticks;
  state.gridMid *= ticks;
  state.pastMids = state.pastMids.map((mid) => mid * ticks);
  rescaleQuotesAndTrades(state, lots, ticks);
  rescaleCore(state.open, from, next);
  state.path = { ...newPathCursor(), exact: state.open.path, highs: state.open.highs };
  if (state.fineRows !== undefined) rescaleFineRows(state.fineRows, from, next);
  for (const part of state.coarse) if (part !== undefined) rescaleCore(part, from, next);
  for (const { part } of state.lateCores.values()) rescaleCore(part, from, next);
  for (const bucket of state.markouts.values()) {
    for (const part of bucket.parts) rescaleMarkoutPart(part, from, next);
    bucket.packed = undefined;
  }
}

function rescaleQuotesAndTrades(state: InstrumentState, lots: number, ticks: number): void {
  for (const chain of [...state.chains.values(), ...state.ended.values()]) {
    chain.price *= ticks;
    chain.quantity *= lots;
    chain.filled *= lots;
    chain.versionQuantity *= lots;
    chain.versionFilled *= lots;
  }
  for (const trade of new Set([...state.pending, ...state.dirtyTrades.values()])) {
    trade.lots *= lots;
    trade.signedLots *= lots;
    trade.price *= ticks;
    trade.mid *= ticks;
    trade.mids.forEach((mid, index) => {
      trade.mids[index] = mid * ticks;
    });
  }
}
