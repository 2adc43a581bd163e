/**
 * Busts and corrections. Live, the trade is taken back at once from what was stored of it and the instrument is
 * marked `restating`; exact history comes from folding again with the amendments known from the start.
 */
import { parseDecimal } from "../events/decimal.ts";
import type { BustEvent, CorrectionEvent, Decimal } from "../events/event.ts";
import { cashUnits } from "../ledger/scale.ts";
import type { JsonValue } from "../rollup/row.ts";
import { bookTrade, type LedgerFlow } from "./apply-trade.ts";
import type { FoldContext, StoredTrade } from "./context.ts";
import { type Applied, quarantine } from "./outcome.ts";
import { halfTicks, lotsOf } from "./rescale.ts";
import { tradeValue } from "./rows.ts";
import type { InstrumentState } from "./state.ts";

export function applyAmendment(
  state: InstrumentState,
  event: BustEvent | CorrectionEvent,
  context: FoldContext,
): Applied {
  const { tradeId } = event;
  const known = state.amendments.get(tradeId);
  if (known?.kind === "bust" && event.sequence > known.sequence) {
    const reason = event.type === "bust" ? "unknown-trade" : "correction-after-bust";
    return quarantine(reason, `trade ${tradeId} was busted before`);
  }
  if (state.foreknown.has(tradeId)) return undefined;
  const pending = state.dirtyTrades.get(tradeId) ?? findPending(state, tradeId);
  const stored = pending === undefined ? context.findTrade(tradeId) : tradeValue(state, pending);
  if (stored === undefined) {
    return quarantine("unknown-trade", `no trade ${tradeId} is known for this instrument`);
  }
  const fields = event.type === "bust" ? {} : { ...known?.fields, ...correctedFields(event) };
  state.amendments.set(tradeId, { kind: event.type, sequence: event.sequence, fields });
  state.restating = true;
  takeBack(state, event, { ...stored, ...known?.fields });
  return undefined;
}

function findPending(state: InstrumentState, tradeId: string) {
  return state.pending.find((trade) => trade.tradeId === tradeId);
}

function correctedFields(event: CorrectionEvent): { [field: string]: JsonValue } {
  const fields: { [field: string]: JsonValue } = {};
  for (const name of ["price", "quantity", "fee"] as const) {
    const value = event[name];
    if (value !== undefined) fields[name] = { mantissa: value.mantissa, decimals: value.decimals };
  }
  if (event.side !== undefined) fields["side"] = event.side;
  return fields;
}

/** Reverses the stored flow, and for a correction books the corrected one; the realized split is restated later. */
function takeBack(
  state: InstrumentState,
  event: BustEvent | CorrectionEvent,
  stored: StoredTrade,
): void {
  const original = flowOf(state, stored, event);
  if (original === undefined) return;
  bookTrade(state, {
    ...original,
    signedLots: -original.signedLots,
    times: -1,
  });
  if (event.type === "bust") return;
  const { signedQuantity: _, ...rest } = stored;
  const changed = flowOf(state, { ...rest, ...correctedFields(event) }, event);
  if (changed !== undefined) bookTrade(state, changed);
}

function flowOf(
  state: InstrumentState,
  stored: StoredTrade,
  { sequence }: { readonly sequence: number },
): LedgerFlow | undefined {
  const price = decimalOf(stored["price"]);
  const quantity = decimalOf(stored["quantity"]);
  const fee = decimalOf(stored["feeSettled"] === null ? "0" : stored["fee"]);
  if (price === undefined || quantity === undefined || fee === undefined) return undefined;
  const ticks = halfTicks(state, price);
  const lots = lotsOf(state, quantity);
  if (ticks === undefined || lots === undefined) return undefined;
  const mid = stored["preTradeMid"];
  const buy = stored["side"] === "buy";
  const told = decimalOf(stored["signedQuantity"]);
  const signed = told === undefined ? undefined : lotsOf(state, told);
  return {
    time: stored["time"] as number,
    sequence,
    lots,
    signedLots: signed ?? (buy ? lots : -lots),
    price: ticks,
    mid: typeof mid === "string" ? midHalfTicks(state, mid) : 0,
    fee: cashUnits(fee) ?? 0n,
    unconverted: undefined,
    maker: stored["liquidity"] === "maker",
    buy,
    times: 1,
  };
}

/** A mid may lie on a half-tick, which has one decimal more than a price. */
function midHalfTicks(state: InstrumentState, text: string): number {
  const mid = decimalOf(text);
  if (mid === undefined) return 0;
  return Math.round((mid.mantissa / 10 ** mid.decimals) * 2 * 10 ** state.scale.priceDecimals);
}

function decimalOf(value: JsonValue | undefined): Decimal | undefined {
  if (typeof value === "object" && value !== null && "mantissa" in value) {
    return value as unknown as Decimal;
  }
  if (typeof value !== "string") return undefined;
  const parsed = parseDecimal(value);
  return typeof parsed === "string" ? undefined : parsed;
}
