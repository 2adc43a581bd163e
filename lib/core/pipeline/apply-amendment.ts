/**
 * Busts and corrections. Live, the trade is taken back at once from what was stored of it and the instrument is
 * marked `restating`; exact history comes from folding again with the amendments known from the start.
 */
import { parseDecimal } from "../events/decimal.ts";
import type { BustEvent, CorrectionEvent, Decimal } from "../events/event.ts";
import { divideHalfEven } from "../ledger/exact.ts";
import { cashUnits } from "../ledger/scale.ts";
import type { JsonValue } from "../rollup/row.ts";
import { bookTrade, type LedgerFlow } from "./apply-trade.ts";
import type { FoldContext, StoredTrade } from "./context.ts";
import { type Applied, quarantine } from "./outcome.ts";
import { halfTicks, lotsOf } from "./rescale.ts";
import { tradeValue } from "./rows.ts";
import type { Amendment, InstrumentState } from "./state.ts";

export function applyAmendment(
  state: InstrumentState,
  event: BustEvent | CorrectionEvent,
  context: FoldContext,
): Applied {
  const { tradeId } = event;
  const known = state.amendments.get(tradeId);
  if (known?.kind === "bust") return afterBust(event, known);
  if (state.foreknown.has(tradeId) && isPartOf(known, event.sequence)) return undefined;
  const pending = state.dirtyTrades.get(tradeId) ?? findPending(state, tradeId);
  const stored = pending === undefined ? context.findTrade(tradeId) : tradeValue(state, pending);
  if (stored === undefined) {
    return quarantine("unknown-trade", `no trade ${tradeId} is known for this instrument`);
  }
  const amendment = amended(known, event);
  state.amendments.set(tradeId, amendment);
  state.restating = true;
  takeBack(state, event, { ...stored, ...known?.fields }, stored);
  if (event.type === "correction") {
    bookAgain(state, event, { ...stored, ...amendment.fields }, stored);
  }
  return undefined;
}

/** One that was told before the bust, and comes late, finds the trade taken out already. */
function afterBust({ type, tradeId, sequence }: BustEvent | CorrectionEvent, bust: Amendment) {
  if (sequence <= bust.sequence) return undefined;
  const reason = type === "bust" ? "unknown-trade" : "correction-after-bust";
  return quarantine(reason, `trade ${tradeId} was busted before`);
}

function isPartOf(known: Amendment | undefined, sequence: number): boolean {
  return known?.sequence === sequence || known?.earlier?.includes(sequence) === true;
}

/** Of two corrections the one that was told later wins, in whatever order they come. */
function amended(known: Amendment | undefined, event: BustEvent | CorrectionEvent): Amendment {
  const { type: kind, sequence } = event;
  if (event.type === "bust") return { kind, sequence, fields: {} };
  const own = correctedFields(event);
  if (known === undefined) return { kind, sequence, fields: own };
  const isLater = sequence > known.sequence;
  return {
    kind,
    sequence: isLater ? sequence : known.sequence,
    earlier: [...(known.earlier ?? []), isLater ? known.sequence : sequence],
    fields: isLater ? { ...known.fields, ...own } : { ...own, ...known.fields },
  };
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

/** Reverses the flow of the trade as it was told and corrected so far; the realized split is restated later. */
function takeBack(
  state: InstrumentState,
  { sequence }: BustEvent | CorrectionEvent,
  so: StoredTrade,
  told: StoredTrade,
): void {
  const flow = flowOf(state, so, told, sequence);
  if (flow === undefined) return;
  bookTrade(state, { ...flow, signedLots: -flow.signedLots, times: -1 });
}

function bookAgain(
  state: InstrumentState,
  { sequence }: CorrectionEvent,
  so: StoredTrade,
  told: StoredTrade,
): void {
  const flow = flowOf(state, so, told, sequence);
  if (flow !== undefined) bookTrade(state, flow);
}

/** What a trade did to the ledger, from its stored row `so` (corrections included) and the row as it was `told`. */
function flowOf(
  state: InstrumentState,
  so: StoredTrade,
  told: StoredTrade,
  sequence: number,
): LedgerFlow | undefined {
  const price = decimalOf(so["price"]);
  const ticks = price === undefined ? undefined : halfTicks(state, price);
  const names = [so["quantity"], told["quantity"], told["signedQuantity"]];
  const [lots, toldLots, toldSigned] = readLots(state, names);
  if (ticks === undefined || lots === undefined || toldLots === undefined) return undefined;
  const buy = so["side"] === "buy";
  // What a base fee took out of the position as it was told.
  const base = (told["side"] === "buy" ? toldLots : -toldLots) - (toldSigned ?? 0);
  const mid = so["preTradeMid"];
  return {
    time: so["time"] as number,
    sequence,
    lots,
    signedLots: (buy ? lots : -lots) - (toldSigned === undefined ? 0 : base),
    price: ticks,
    mid: typeof mid === "string" ? midHalfTicks(state, mid) : 0,
    ...feesOf(so, told),
    maker: so["liquidity"] === "maker",
    buy,
    times: 1,
  };
}

/** Quantities in lots of one scale, the finest that any of them needs. */
function readLots(
  state: InstrumentState,
  values: readonly (JsonValue | undefined)[],
): readonly (number | undefined)[] {
  const read = () =>
    values.map((value) => {
      const decimal = decimalOf(value);
      return decimal === undefined ? undefined : lotsOf(state, decimal);
    });
  read();
  return read();
}

/** The fee in settlement currency, a corrected one at the rate of the one that was told. */
function feesOf(so: StoredTrade, told: StoredTrade): Pick<LedgerFlow, "fee" | "unconverted"> {
  const fee = cashOf(so["fee"]);
  const toldFee = cashOf(told["fee"]);
  if (told["feeSettled"] === null) {
    const currency = told["feeCurrency"];
    const unconverted = typeof currency === "string" ? { currency, fee } : undefined;
    return { fee: 0n, unconverted };
  }
  const settled = cashOf(told["feeSettled"]);
  if (toldFee === 0n) return { fee, unconverted: undefined };
  const [amount, unit] = toldFee < 0n ? [-settled * fee, -toldFee] : [settled * fee, toldFee];
  return { fee: divideHalfEven(amount, unit), unconverted: undefined };
}

function cashOf(value: JsonValue | undefined): bigint {
  const decimal = decimalOf(value);
  return decimal === undefined ? 0n : (cashUnits(decimal) ?? 0n);
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
