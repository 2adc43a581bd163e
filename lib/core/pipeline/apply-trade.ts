/** One of our trades: ledger, attribution, quote, pending markouts and its row. */

import { formatDecimal } from "../events/decimal.ts";
import type { Decimal, TradeEvent } from "../events/event.ts";
import { applyToCostBasis } from "../ledger/cost-basis.ts";
import { changeDecimals, formatExact, formatUnits } from "../ledger/exact.ts";
import {
  CASH_DECIMALS,
  cashUnits,
  type InstrumentSpec,
  ledgerPrice,
  lotsToExact,
} from "../ledger/scale.ts";
import { addUnconverted, type CorePart } from "../rollup/core-part.ts";
import { stepNet } from "../rollup/path-cursor.ts";
import type { JsonValue } from "../rollup/row.ts";
import { flowTargets, grossLevel } from "./buckets.ts";
import { fillChain } from "./chains.ts";
import { type Applied, quarantine } from "./outcome.ts";
import { addPending, openParts } from "./pending-markouts.ts";
import { midBefore } from "./reference-mids.ts";
import { halfTicks, lotsOf } from "./rescale.ts";
import type { InstrumentState, PendingTrade, TradeTerms } from "./state.ts";

/** What a trade does to the ledger. */
export interface LedgerFlow {
  readonly time: number;
  readonly sequence: number;
  /** q, unsigned, and x = s·q − base fee. */
  readonly lots: number;
  readonly signedLots: number;
  readonly price: number;
  /** m0 in half-ticks, 0 = none: then the edge is 0 and all of the trade is inventory. */
  readonly mid: number;
  /** 10^-12 of the settlement currency, and of a currency without a rate. */
  readonly fee: bigint;
  readonly unconverted: { readonly currency: string; readonly fee: bigint } | undefined;
  readonly maker: boolean;
  readonly buy: boolean;
  /** −1 takes a trade back. */
  readonly times: 1 | -1;
}

/** Applies a trade that is due; whatever it refuses leaves the state untouched. */
export function applyTrade(state: InstrumentState, told: TradeEvent): Applied {
  const amendment = state.amendments.get(told.tradeId);
  if (amendment?.kind === "bust") return undefined;
  const event = amendment === undefined ? told : corrected(told, amendment.fields);
  const price = halfTicks(state, event.price);
  const lots = tradedLots(state, event);
  if (price === undefined || lots === undefined) return outOfRange(event);
  const charge = chargeOf(state, event, price);
  if ("reason" in charge) return charge;
  const fine = charge.baseLots === undefined ? lots : lotsOf(state, event.quantity);
  if (fine === undefined) return outOfRange(event);
  const exactPrice = halfTicks(state, event.price) ?? price;
  seedPosition(state, event, exactPrice);
  const buy = event.side === "buy";
  const flow: LedgerFlow = {
    time: event.time,
    sequence: event.sequence,
    lots: fine,
    signedLots: (buy ? fine : -fine) - (charge.baseLots ?? 0),
    price: exactPrice,
    mid: midBefore(state, event.time),
    fee: charge.fee ?? 0n,
    unconverted: charge.unconverted,
    maker: event.liquidity === "maker",
    buy,
    times: 1,
  };
  if (!Number.isSafeInteger(state.position + flow.signedLots)) return outOfRange(event);
  bookTrade(state, flow);
  track(state, event, flow, charge.fee);
  return undefined;
}

/** The quantity, in lots of a scale that `positionBefore` will not refine any more. */
function tradedLots(state: InstrumentState, event: TradeEvent): number | undefined {
  if (event.positionBefore !== undefined) lotsOf(state, event.positionBefore);
  return lotsOf(state, event.quantity);
}

function outOfRange(event: TradeEvent): Applied {
  const { price, quantity } = event;
  return quarantine(
    "out-of-range",
    `price ${formatDecimal(price)} × quantity ${formatDecimal(quantity)} leaves the exact range in the instrument's units`,
  );
}

function corrected(event: TradeEvent, fields: { readonly [field: string]: JsonValue }): TradeEvent {
  return { ...event, ...(fields as Partial<TradeEvent>) };
}

interface Charge {
  /** In 10^-12 of the settlement currency; undefined without a rate. */
  readonly fee: bigint | undefined;
  readonly baseLots: number | undefined;
  readonly unconverted: LedgerFlow["unconverted"];
}

/** The fee in settlement currency: as it is, out of the base quantity at the price, or by its rate. */
function chargeOf(
  state: InstrumentState,
  event: TradeEvent,
  price: number,
): Charge | Exclude<Applied, undefined> {
  const { fee, feeCurrency, feeRate } = event;
  const cash = cashUnits(fee);
  if (cash === undefined) {
    return quarantine(
      "too-fine",
      `fee has ${fee.decimals} decimals, at most ${CASH_DECIMALS} are exact`,
    );
  }
  const none = { baseLots: undefined, unconverted: undefined };
  if (feeCurrency === undefined || isSettlement(state.spec, feeCurrency))
    return { fee: cash, ...none };
  if (feeCurrency === state.spec?.base) {
    const baseLots = lotsOf(state, fee);
    if (baseLots === undefined) return quarantine("too-fine", "fee leaves the exact range in lots");
    return { fee: baseFeeCash(state, fee, price), baseLots, unconverted: undefined };
  }
  if (feeRate === undefined) {
    const unconverted = cash === 0n ? undefined : { currency: feeCurrency, fee: cash };
    return { fee: cash === 0n ? 0n : undefined, baseLots: undefined, unconverted };
  }
  return { fee: product(fee, feeRate), ...none };
}

function isSettlement(spec: InstrumentSpec | undefined, currency: string): boolean {
  if (spec === undefined) return USD_LIKE.has(currency);
  return currency === spec.settle;
}

/** Without an instrument line the settlement currency is taken to be the dollar, in any of its forms. */
const USD_LIKE: ReadonlySet<string> = new Set(["USD", "USDT", "USDC"]);

/** p · fee in 10^-12, half to even. */
function baseFeeCash(state: InstrumentState, fee: Decimal, price: number): bigint {
  const units = BigInt(fee.mantissa) * BigInt(price) * 5n;
  return changeDecimals(units, fee.decimals + state.scale.priceDecimals + 1, CASH_DECIMALS);
}

function product(a: Decimal, b: Decimal): bigint {
  const units = BigInt(a.mantissa) * BigInt(b.mantissa);
  return changeDecimals(units, a.decimals + b.decimals, CASH_DECIMALS);
}

/** `positionBefore` seeds the first trade's position at the pre-trade mid, and is checked on every other. */
function seedPosition(state: InstrumentState, event: TradeEvent, price: number): void {
  const first = !state.seeded;
  state.seeded = true;
  if (event.positionBefore === undefined) return;
  const before = lotsOf(state, event.positionBefore);
  if (before === state.position) return;
  if (!first || before === undefined || state.position !== 0) {
    state.open.positionBreaks += 1;
    return;
  }
  const mid = midBefore(state, event.time);
  const value = BigInt(before) * ledgerPrice(state.scale, mid || price);
  const gross = grossLevel(state);
  const since = Math.max(0, state.open.to - event.time);
  for (const part of flowTargets(state, event.time, event.sequence)) {
    part.absoluteTime += BigInt(Math.abs(before)) * BigInt(since);
  }
  state.position = before;
  state.open.maximumLots = Math.max(state.open.maximumLots, Math.abs(before));
  state.cost = value;
  state.cash -= value;
  // A seed bought at an older mid than the present one has earned the difference: it is inventory.
  const moved = grossLevel(state) - gross;
  if (moved === 0n) return;
  state.open.inventory += moved;
  stepNet(state.path, moved * state.scale.netPerMoney, state.open.to, state.scale.netPerMoney);
}

/** Books a trade in the ledger and in the parts that its time belongs to. */
export function bookTrade(state: InstrumentState, flow: LedgerFlow): void {
  const { scale } = state;
  const signed = BigInt(flow.signedLots);
  const price = ledgerPrice(scale, flow.price);
  const start = flow.mid > 0 ? ledgerPrice(scale, flow.mid) : price;
  const spread = signed * (start - price);
  const before = grossLevel(state);
  const targets = flowTargets(state, flow.time, flow.sequence);
  if (flow.time < state.open.to) heldSince(state, flow, targets);
  const basis = applyToCostBasis(state, flow.signedLots, price);
  state.position = basis.position;
  state.cost = basis.cost;
  state.cash -= signed * price;
  const gross = grossLevel(state) - before;
  const inventory = state.mid > 0 ? signed * (ledgerPrice(scale, state.mid) - start) : gross;
  const notional = BigInt(flow.lots) * (price < 0n ? -price : price);
  for (const part of targets) {
    part.spread += spread;
    part.inventory += inventory;
    part.realized += basis.realized;
    addTradeCounts(part, flow, notional);
  }
  if (targets[0] !== state.open) {
    for (const part of targets) part.gross += gross;
    state.grossAnchor += gross;
  }
  const size = Math.abs(state.position);
  if (size > state.open.maximumLots) state.open.maximumLots = size;
  const fee = BigInt(flow.times) * flow.fee;
  state.fees += fee;
  state.trades += flow.times;
  state.lastTradeTime = Math.max(state.lastTradeTime, flow.time);
  const net = (spread + inventory) * scale.netPerMoney - fee * scale.netPerCash;
  stepNet(state.path, net, state.open.to, scale.netPerMoney);
}

/**
 * A trade told after later events was held all the same: the time-weighted inventory since its time is corrected, with
 * the trades of the last horizon as the path of the position.
 */
function heldSince(state: InstrumentState, flow: LedgerFlow, targets: readonly CorePart[]): void {
  let held = state.position;
  let until = state.open.to;
  let area = 0n;
  let maximum = 0;
  // What was held between two trades of one instant counts for the maximum, though it lasted no time.
  const add = (since: number) => {
    const size = Math.abs(held + flow.signedLots);
    if (size > maximum) maximum = size;
    if (since >= until) return;
    area += BigInt(size - Math.abs(held)) * BigInt(until - since);
    until = since;
  };
  for (let index = state.pending.length - 1; index >= 0; index -= 1) {
    const later = state.pending[index];
    if (later === undefined || later.time <= flow.time) break;
    add(later.time);
    held -= later.signedLots;
  }
  add(flow.time);
  for (const part of targets) {
    part.absoluteTime += area;
    part.maximumLots = Math.max(part.maximumLots, maximum);
  }
}

function addTradeCounts(part: CorePart, flow: LedgerFlow, notional: bigint): void {
  const times = BigInt(flow.times);
  part.trades += flow.times;
  if (flow.maker) part.maker += flow.times;
  else part.taker += flow.times;
  if (flow.buy) part.buyLots += times * BigInt(flow.lots);
  else part.sellLots += times * BigInt(flow.lots);
  part.notional += times * notional;
  part.fees += times * flow.fee;
  if (flow.unconverted !== undefined) {
    const { currency, fee } = flow.unconverted;
    addUnconverted(part, currency, times * fee);
  }
}

/** The quote it filled, its markouts to come, and its row. */
function track(
  state: InstrumentState,
  event: TradeEvent,
  flow: LedgerFlow,
  fee: bigint | undefined,
): void {
  const counted = event.execution === "trade";
  if (counted && event.quoteId !== undefined) fillChain(state, event.quoteId, flow);
  const { horizons } = state.settings;
  const trade: PendingTrade = {
    time: event.time,
    sequence: event.sequence,
    tradeId: event.tradeId,
    side: event.side,
    liquidity: event.liquidity,
    counted,
    lots: flow.lots,
    signedLots: flow.signedLots,
    price: flow.price,
    mid: flow.mid,
    fresh: undefined,
    fee,
    status: horizons.map(() => 0),
    mids: horizons.map(() => 0),
    parts: openParts(state, event),
    row: rowFields(state, event, flow, fee),
    packed: undefined,
  };
  addPending(state, trade);
  state.dirtyTrades.set(trade.tradeId, trade);
}

function rowFields(
  state: InstrumentState,
  event: TradeEvent,
  flow: LedgerFlow,
  fee: bigint | undefined,
): TradeTerms {
  const { feeCurrency, quoteId, counterparty, venue, strategy } = event;
  return {
    side: event.side,
    liquidity: event.liquidity,
    execution: event.execution,
    price: formatDecimal(event.price),
    quantity: formatDecimal(event.quantity),
    signedQuantity: formatExact(lotsToExact(state.scale, BigInt(flow.signedLots))),
    fee: formatDecimal(event.fee),
    feeSettled: fee === undefined ? null : formatUnits(fee, CASH_DECIMALS),
    positionAfter: formatExact(lotsToExact(state.scale, BigInt(state.position))),
    ...(feeCurrency === undefined ? {} : { feeCurrency }),
    ...(quoteId === undefined ? {} : { quoteId }),
    ...(counterparty === undefined ? {} : { counterparty }),
    ...(venue === undefined ? {} : { venue }),
    ...(strategy === undefined ? {} : { strategy }),
  };
}
