/**
 * Events as finished NDJSON lines, numbered gaplessly from 1 for one instrument. Prices arrive in ticks and
 * quantities in lots, so that what is written is exact.
 */
import type { Liquidity, QuoteAction, Side } from "../events/event.ts";
import type { EpochUs } from "../units.ts";
import { divideHalfEven, fixedText, shortText } from "./decimal-text.ts";
import type { FeeTier, InstrumentProfile } from "./instrument-profile.ts";

/** One line, and when it arrives: its event time, unless the delivery was made faulty. */
export interface SimulatedLine {
  readonly time: EpochUs;
  readonly instrument: string;
  /** NDJSON without the line break. */
  readonly line: string;
}

export interface QuoteLine {
  readonly quoteId: string;
  readonly action: QuoteAction;
  readonly side: Side;
  readonly price: number;
  readonly quantity: number;
  readonly reason?: string;
}

export interface TradeLine {
  readonly tradeId: string;
  readonly side: Side;
  readonly price: number;
  readonly quantity: number;
  readonly liquidity: Liquidity;
  readonly fee: string;
  readonly quoteId: string | undefined;
  readonly counterparty: string | undefined;
  readonly positionBefore: number | undefined;
}

export interface Book {
  readonly bid: number;
  readonly ask: number;
  readonly bidLots: number | undefined;
  readonly askLots: number | undefined;
}

/** What an instrument is, as far as its lines go. */
export type Contract = Pick<
  InstrumentProfile,
  "name" | "base" | "quote" | "settle" | "kind" | "contract" | "multiplier" | "tick" | "lot"
>;

/** The finest that a ledger counts in; what an inverse contract pays has no finite decimal at all. */
const FEE_DECIMALS = 12;
const PAYMENT_DECIMALS = 8;

/** Notional × rate, exact up to 12 decimals and rounded there, half to even. */
export function feeText(contract: Contract, price: number, lots: number, rateE6: number): string {
  const round = FEE_DECIMALS;
  return scaledNotional(contract, { price, lots, rate: rateE6, rateDecimals: 6, round });
}

export function feeRate(tiers: readonly FeeTier[], tier: number, liquidity: Liquidity): number {
  const index = Math.min(tiers.length - 1, Math.max(0, tier));
  const found = tiers[index];
  if (found === undefined) throw new RangeError("an instrument needs at least one fee tier");
  return liquidity === "maker" ? found.makerE6 : found.takerE6;
}

interface Scaled {
  readonly price: number;
  readonly lots: number;
  /** Integer of 10^-rateDecimals. */
  readonly rate: number;
  readonly rateDecimals: number;
  /** Rounds a linear contract's to this many decimals, half to even; an inverse one's has 12. */
  readonly round: number;
}

function scaledNotional(contract: Contract, scaled: Scaled): string {
  const { tick, lot, multiplier } = contract;
  const size = BigInt(scaled.lots * lot.mantissa) * BigInt(multiplier.mantissa);
  const price = BigInt(scaled.price * tick.mantissa);
  const sizeDecimals = lot.decimals + multiplier.decimals + scaled.rateDecimals;
  const rate = BigInt(scaled.rate);
  if (contract.contract === "inverse") {
    const exponent = FEE_DECIMALS + tick.decimals - sizeDecimals;
    const numerator = size * rate * 10n ** BigInt(Math.max(0, exponent));
    const value = divideHalfEven(numerator, price * 10n ** BigInt(Math.max(0, -exponent)));
    return shortText(value, FEE_DECIMALS);
  }
  const decimals = sizeDecimals + tick.decimals;
  const exact = size * price * rate;
  const { round } = scaled;
  if (decimals <= round) return shortText(exact, decimals);
  return shortText(divideHalfEven(exact, 10n ** BigInt(decimals - round)), round);
}

export class EventWriter {
  /** Finished lines in order of time; whoever takes them empties it. */
  readonly out: SimulatedLine[] = [];
  private readonly contract: Contract;
  private readonly head: string;
  private sequenceNumber: number;
  private lastTime: number;

  constructor(contract: Contract, sequence: number, lastTime: number) {
    this.contract = contract;
    this.head = `","instrument":"${contract.name}","time":`;
    this.sequenceNumber = sequence;
    this.lastTime = lastTime;
  }

  /** Of the last line written. */
  get sequence(): number {
    return this.sequenceNumber;
  }

  /** Of the last line written; the next is never earlier. */
  get time(): number {
    return this.lastTime;
  }

  instrument(time: number, positionLimitLots: number | undefined): void {
    const { base, quote, settle, kind, contract, multiplier, tick, lot } = this.contract;
    const limit =
      positionLimitLots === undefined
        ? ""
        : `,"positionLimit":"${shortText(positionLimitLots * lot.mantissa, lot.decimals)}"`;
    this.write(
      "instrument",
      time,
      `,"base":"${base}","quote":"${quote}","settle":"${settle}","kind":"${kind}"` +
        `,"contract":"${contract}","multiplier":"${shortText(multiplier.mantissa, multiplier.decimals)}"` +
        `,"tick":"${shortText(tick.mantissa, tick.decimals)}"` +
        `,"lot":"${shortText(lot.mantissa, lot.decimals)}"${limit}`,
    );
  }

  reference(time: number, book: Book): void {
    const bid = book.bidLots === undefined ? "" : `,"bidQuantity":"${this.lots(book.bidLots)}"`;
    const ask = book.askLots === undefined ? "" : `,"askQuantity":"${this.lots(book.askLots)}"`;
    this.write(
      "reference",
      time,
      `,"bid":"${this.price(book.bid)}","ask":"${this.price(book.ask)}"${bid}${ask}`,
    );
  }

  heartbeat(time: number): void {
    this.write("heartbeat", time, "");
  }

  quote(time: number, quote: QuoteLine): void {
    const reason = quote.reason === undefined ? "" : `,"reason":"${quote.reason}"`;
    this.write(
      "quote",
      time,
      `,"quoteId":"${quote.quoteId}","action":"${quote.action}","side":"${quote.side}"` +
        `,"price":"${this.price(quote.price)}","quantity":"${this.lots(quote.quantity)}"${reason}`,
    );
  }

  /** @param clockUs added to the time that is written: the trades' own clock may be off */
  trade(time: number, trade: TradeLine, clockUs = 0): void {
    const quoteId = trade.quoteId === undefined ? "" : `,"quoteId":"${trade.quoteId}"`;
    const counterparty =
      trade.counterparty === undefined ? "" : `,"counterparty":"${trade.counterparty}"`;
    const before =
      trade.positionBefore === undefined
        ? ""
        : `,"positionBefore":"${this.lots(trade.positionBefore)}"`;
    this.write(
      "trade",
      time,
      `,"tradeId":"${trade.tradeId}","side":"${trade.side}","price":"${this.price(trade.price)}"` +
        `,"quantity":"${this.lots(trade.quantity)}","liquidity":"${trade.liquidity}"` +
        `,"fee":"${trade.fee}"${quoteId}${counterparty}${before}`,
      clockUs,
    );
  }

  /** @param positionLots signed; undefined leaves the cash to rate × mark */
  funding(time: number, rateE8: number, mark: number, positionLots: number | undefined): void {
    const payment =
      positionLots === undefined ? "" : `,"payment":"${this.payment(rateE8, mark, positionLots)}"`;
    this.write(
      "funding",
      time,
      `,"rate":"${shortText(rateE8, 8)}","intervalMinutes":${this.intervalMinutes}` +
        `${payment},"mark":"${this.price(mark)}"`,
    );
  }

  /** Of the funding lines to come. */
  intervalMinutes = 480;

  private payment(rateE8: number, mark: number, positionLots: number): string {
    return scaledNotional(this.contract, {
      price: mark,
      lots: -positionLots,
      rate: rateE8,
      rateDecimals: 8,
      round: PAYMENT_DECIMALS,
    });
  }

  bust(time: number, tradeId: string): void {
    this.write("bust", time, `,"tradeId":"${tradeId}"`);
  }

  correction(time: number, tradeId: string, price: number, fee: string): void {
    this.write(
      "correction",
      time,
      `,"tradeId":"${tradeId}","price":"${this.price(price)}","fee":"${fee}"`,
    );
  }

  private price(ticks: number): string {
    return fixedText(ticks * this.contract.tick.mantissa, this.contract.tick.decimals);
  }

  private lots(lots: number): string {
    return fixedText(lots * this.contract.lot.mantissa, this.contract.lot.decimals);
  }

  private write(type: string, time: number, fields: string, clockUs = 0): void {
    const at = Math.max(time, this.lastTime);
    this.lastTime = at;
    this.sequenceNumber++;
    const line = `{"type":"${type}${this.head}${at + clockUs},"sequence":${this.sequenceNumber}${fields}}`;
    this.out.push({ time: at as EpochUs, instrument: this.contract.name, line });
  }
}
