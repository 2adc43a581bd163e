/**
 * Whether two deliveries of one sequence say the same: a 32-bit FNV-1a of `canonicalText(event)` as UTF-8, computed
 * without building the text, since every event of a feed passes here.
 */
import { DIGIT_0, LINE_FEED, MINUS, POINT } from "./ascii.ts";
import { formatDecimal } from "./decimal.ts";
import type {
  BrawlerEvent,
  BustEvent,
  CorrectionEvent,
  Decimal,
  FundingEvent,
  HeartbeatEvent,
  InstrumentEvent,
  QuoteEvent,
  ReferenceEvent,
  TradeEvent,
} from "./event.ts";

const OFFSET_BASIS = 0x811c9dc5 | 0;
const PRIME = 0x01000193;

/** 32-bit FNV-1a of a text's UTF-8 bytes, as an unsigned integer. */
export function fnv1a(text: string): number {
  return hashText(OFFSET_BASIS, text) >>> 0;
}

/** FNV-1a of the event's canonical text, an unsigned 32-bit integer; `receivedTime` and spelling do not matter. */
export function fingerprint(event: BrawlerEvent): number {
  return hashEvent(event) >>> 0;
}

/** Each kind's values in the order of `canonicalNames`; a test holds the two together. */
function hashEvent(event: BrawlerEvent): number {
  switch (event.type) {
    case "trade":
      return hashTrade(event);
    case "quote":
      return hashQuote(event);
    case "reference":
      return hashReference(event);
    case "funding":
      return hashFunding(event);
    case "bust":
      return hashBust(event);
    case "correction":
      return hashCorrection(event);
    case "instrument":
      return hashInstrument(event);
    case "heartbeat":
      return hashHeartbeat(event);
  }
}

function hashTrade(event: TradeEvent): number {
  let hash = textField(OFFSET_BASIS, event.account);
  hash = textField(hash, event.counterparty);
  hash = textField(hash, event.execution);
  hash = decimalField(hash, event.fee);
  hash = textField(hash, event.feeCurrency);
  hash = decimalField(hash, event.feeRate);
  hash = textField(hash, event.instrument);
  hash = textField(hash, event.liquidity);
  hash = decimalField(hash, event.positionBefore);
  hash = decimalField(hash, event.price);
  hash = decimalField(hash, event.quantity);
  hash = textField(hash, event.quoteId);
  hash = integerField(hash, event.sequence);
  hash = textField(hash, event.side);
  hash = textField(hash, event.source);
  hash = textField(hash, event.strategy);
  hash = integerField(hash, event.time);
  hash = textField(hash, event.tradeId);
  hash = textField(hash, event.type);
  return textField(hash, event.venue);
}

function hashQuote(event: QuoteEvent): number {
  let hash = textField(OFFSET_BASIS, event.account);
  hash = textField(hash, event.action);
  hash = textField(hash, event.instrument);
  hash = decimalField(hash, event.price);
  hash = decimalField(hash, event.quantity);
  hash = textField(hash, event.quoteId);
  hash = textField(hash, event.reason);
  hash = integerField(hash, event.sequence);
  hash = textField(hash, event.side);
  return hashEnd(hash, event);
}

function hashReference(event: ReferenceEvent): number {
  let hash = textField(OFFSET_BASIS, event.account);
  hash = decimalField(hash, event.ask);
  hash = decimalField(hash, event.askQuantity);
  hash = decimalField(hash, event.bid);
  hash = decimalField(hash, event.bidQuantity);
  hash = textField(hash, event.instrument);
  hash = decimalField(hash, event.mark);
  hash = integerField(hash, event.sequence);
  return hashEnd(hash, event);
}

function hashFunding(event: FundingEvent): number {
  let hash = textField(OFFSET_BASIS, event.account);
  hash = textField(hash, event.instrument);
  hash = integerField(hash, event.intervalMinutes);
  hash = decimalField(hash, event.mark);
  hash = decimalField(hash, event.payment);
  hash = decimalField(hash, event.rate);
  hash = integerField(hash, event.sequence);
  return hashEnd(hash, event);
}

function hashBust(event: BustEvent): number {
  let hash = textField(OFFSET_BASIS, event.account);
  hash = textField(hash, event.instrument);
  hash = integerField(hash, event.sequence);
  hash = textField(hash, event.source);
  hash = integerField(hash, event.time);
  hash = textField(hash, event.tradeId);
  return textField(hash, event.type);
}

function hashCorrection(event: CorrectionEvent): number {
  let hash = textField(OFFSET_BASIS, event.account);
  hash = decimalField(hash, event.fee);
  hash = textField(hash, event.instrument);
  hash = decimalField(hash, event.price);
  hash = decimalField(hash, event.quantity);
  hash = integerField(hash, event.sequence);
  hash = textField(hash, event.side);
  hash = textField(hash, event.source);
  hash = integerField(hash, event.time);
  hash = textField(hash, event.tradeId);
  return textField(hash, event.type);
}

function hashInstrument(event: InstrumentEvent): number {
  let hash = textField(OFFSET_BASIS, event.account);
  hash = textField(hash, event.base);
  hash = textField(hash, event.contract);
  hash = textField(hash, event.instrument);
  hash = textField(hash, event.kind);
  hash = decimalField(hash, event.lot);
  hash = decimalField(hash, event.multiplier);
  hash = decimalField(hash, event.positionLimit);
  hash = textField(hash, event.quote);
  hash = integerField(hash, event.sequence);
  hash = textField(hash, event.settle);
  hash = textField(hash, event.source);
  hash = decimalField(hash, event.tick);
  hash = integerField(hash, event.time);
  return textField(hash, event.type);
}

function hashHeartbeat(event: HeartbeatEvent): number {
  let hash = textField(OFFSET_BASIS, event.account);
  hash = textField(hash, event.instrument);
  hash = integerField(hash, event.sequence);
  return hashEnd(hash, event);
}

/** Most kinds end with these three. */
function hashEnd(before: number, event: BrawlerEvent): number {
  let hash = textField(before, event.source);
  hash = integerField(hash, event.time);
  return textField(hash, event.type);
}

function hashByte(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, PRIME);
}

function textField(hash: number, text: string | undefined): number {
  return hashByte(text === undefined ? hash : hashText(hash, text), LINE_FEED);
}

function hashText(before: number, text: string): number {
  let hash = before;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x80) return hashWideText(hash, text.slice(at));
    hash = hashByte(hash, code);
  }
  return hash;
}

function hashWideText(before: number, text: string): number {
  let hash = before;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) {
      hash = hashByte(hash, code);
    } else if (code < 0x800) {
      hash = hashByte(hash, 0xc0 | (code >> 6));
      hash = hashByte(hash, 0x80 | (code & 0x3f));
    } else {
      if (code < 0x10000) {
        hash = hashByte(hash, 0xe0 | (code >> 12));
      } else {
        hash = hashByte(hash, 0xf0 | (code >> 18));
        hash = hashByte(hash, 0x80 | ((code >> 12) & 0x3f));
      }
      hash = hashByte(hash, 0x80 | ((code >> 6) & 0x3f));
      hash = hashByte(hash, 0x80 | (code & 0x3f));
    }
  }
  return hash;
}

/** The digits of the integer at hand, most significant first, up to the end of the array. */
const digits = new Uint8Array(20);
const MAX_INT32 = 0x7fffffff;
/** With a digit and a point before them, so many fit. */
const MAX_PLAIN_DECIMALS = 18;

/** Fills in the digits of a non-negative safe integer; returns where they start. */
function writeDigits(value: number): number {
  let at = digits.length;
  let rest = value;
  if (value > MAX_INT32) {
    rest = Math.floor(value / 1e8);
    let low = (value - rest * 1e8) | 0;
    while (at > digits.length - 8) {
      const tens = (low / 10) | 0;
      digits[--at] = DIGIT_0 + low - tens * 10;
      low = tens;
    }
  }
  let high = rest | 0;
  do {
    const tens = (high / 10) | 0;
    digits[--at] = DIGIT_0 + high - tens * 10;
    high = tens;
  } while (high > 0);
  return at;
}

function hashDigits(before: number, from: number, to: number): number {
  let hash = before;
  for (let at = from; at < to; at++) hash = hashByte(hash, digits[at] ?? 0);
  return hash;
}

/** A non-negative safe integer: times, sequences, minutes. */
function integerField(hash: number, value: number): number {
  return hashByte(hashDigits(hash, writeDigits(value), digits.length), LINE_FEED);
}

function decimalField(hash: number, value: Decimal | undefined): number {
  return hashByte(value === undefined ? hash : hashDecimal(hash, value), LINE_FEED);
}

/** The bytes of `formatDecimal(value)`; without it where the mantissa is an int32 that ends in no zero of a fraction. */
function hashDecimal(before: number, value: Decimal): number {
  const { mantissa, decimals } = value;
  const magnitude = Math.abs(mantissa);
  const isPlain = magnitude <= MAX_INT32 && decimals < MAX_PLAIN_DECIMALS;
  if (!isPlain || (decimals > 0 && magnitude % 10 === 0)) {
    return hashText(before, formatDecimal(value));
  }
  const start = writeDecimal(magnitude, decimals);
  return hashDigits(mantissa < 0 ? hashByte(before, MINUS) : before, start, digits.length);
}

/** Fills in the digits and the point of a non-negative int32 mantissa; returns where they start. */
function writeDecimal(mantissa: number, decimals: number): number {
  let at = digits.length;
  let rest = mantissa | 0;
  let fraction = decimals;
  do {
    const tens = (rest / 10) | 0;
    digits[--at] = DIGIT_0 + rest - tens * 10;
    rest = tens;
    fraction--;
    if (fraction === 0) digits[--at] = POINT;
  } while (rest > 0 || fraction >= 0);
  return at;
}
