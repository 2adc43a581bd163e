/**
 * The rules of each kind, in one place for all readers: from a draft whose required fields are filled in to an event.
 * Every property is written in the same order whatever the line's order was, so that a kind has one hidden shape.
 */
import type { EpochUs } from "../units.ts";
import {
  blame,
  choiceOf,
  type Draft,
  decimalOf,
  integerOf,
  optionalDecimal,
  optionalText,
  textOf,
} from "./draft.ts";
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
import {
  DEFAULTS,
  EVENT_TYPES,
  type EventType,
  FIELD,
  hasField,
  type KindFields,
} from "./field.ts";
import { isNeverKey } from "./plain-text.ts";
import { quoted } from "./refusal.ts";

/** What the names of instruments and accounts look like. */
export const INSTRUMENT_NAME = /^[A-Z0-9][A-Z0-9._:-]{0,31}$/;
export const ACCOUNT_NAME = /^[a-z0-9][a-z0-9_-]{0,31}$/;

const SIDES = ["buy", "sell"] as const;
const LIQUIDITIES = ["maker", "taker"] as const;
const EXECUTIONS = ["trade", "liquidation", "adl", "settlement"] as const;
const ACTIONS = ["placed", "replaced", "cancelled", "expired", "rejected"] as const;
const INSTRUMENT_KINDS = ["spot", "perp", "future"] as const;
const CONTRACTS = ["linear", "inverse"] as const;

/** Every word that an event may hold in a place where there is a choice. */
export const CHOICES: readonly string[] = [
  ...EVENT_TYPES,
  ...SIDES,
  ...LIQUIDITIES,
  ...EXECUTIONS,
  ...ACTIONS,
  ...INSTRUMENT_KINDS,
  ...CONTRACTS,
];

type Builder = (draft: Draft) => BrawlerEvent;

const BUILDER_BY_TYPE: Readonly<Record<EventType, Builder>> = {
  trade: buildTrade,
  quote: buildQuote,
  reference: buildReference,
  funding: buildFunding,
  bust: buildBust,
  correction: buildCorrection,
  instrument: buildInstrument,
  heartbeat: buildHeartbeat,
};

const BUILDERS = EVENT_TYPES.map((type) => BUILDER_BY_TYPE[type]);

/** The event; it means nothing where the draft has a fault afterwards. */
export function buildEvent(kind: KindFields, draft: Draft): BrawlerEvent {
  const build = BUILDERS[kind.index] ?? buildHeartbeat;
  return build(draft);
}

function buildTrade(draft: Draft): TradeEvent {
  return {
    type: "trade",
    account: accountOf(draft),
    instrument: instrumentOf(draft),
    time: timeOf(draft),
    sequence: integerOf(draft, FIELD.sequence, 1),
    source: sourceOf(draft),
    receivedTime: receivedTimeOf(draft),
    tradeId: textOf(draft, FIELD.tradeId),
    side: choiceOf(draft, FIELD.side, SIDES),
    price: decimalOf(draft, FIELD.price, "positive"),
    quantity: decimalOf(draft, FIELD.quantity, "positive"),
    liquidity: choiceOf(draft, FIELD.liquidity, LIQUIDITIES),
    fee: decimalOf(draft, FIELD.fee, "cash"),
    feeCurrency: optionalText(draft, FIELD.feeCurrency),
    quoteId: optionalText(draft, FIELD.quoteId),
    counterparty: optionalText(draft, FIELD.counterparty),
    venue: optionalText(draft, FIELD.venue),
    strategy: optionalText(draft, FIELD.strategy),
    positionBefore: optionalDecimal(draft, FIELD.positionBefore, "signed"),
    feeRate: optionalDecimal(draft, FIELD.feeRate, "positive"),
    execution: hasField(draft, FIELD.execution)
      ? choiceOf(draft, FIELD.execution, EXECUTIONS)
      : DEFAULTS.execution,
  };
}

function buildQuote(draft: Draft): QuoteEvent {
  const action = choiceOf(draft, FIELD.action, ACTIONS);
  const isStanding = action === "placed" || action === "replaced";
  return {
    type: "quote",
    account: accountOf(draft),
    instrument: instrumentOf(draft),
    time: timeOf(draft),
    sequence: integerOf(draft, FIELD.sequence, 1),
    source: sourceOf(draft),
    receivedTime: receivedTimeOf(draft),
    quoteId: textOf(draft, FIELD.quoteId),
    action,
    side: choiceOf(draft, FIELD.side, SIDES),
    price: quotedDecimal(draft, FIELD.price, isStanding),
    quantity: quotedDecimal(draft, FIELD.quantity, isStanding),
    reason: optionalText(draft, FIELD.reason),
  };
}

/** A quote that stands needs price and quantity above 0; one that goes may repeat them, or say 0. */
function quotedDecimal(draft: Draft, field: number, isStanding: boolean): Decimal | undefined {
  const value = optionalDecimal(draft, field, isStanding ? "positive" : "unsigned");
  if (isStanding && value === undefined) {
    blame(draft, "missing-field", field, "required where a quote is placed or replaced");
  }
  return value;
}

function buildReference(draft: Draft): ReferenceEvent {
  return {
    type: "reference",
    account: accountOf(draft),
    instrument: instrumentOf(draft),
    time: timeOf(draft),
    sequence: integerOf(draft, FIELD.sequence, 1),
    source: sourceOf(draft),
    receivedTime: receivedTimeOf(draft),
    bid: decimalOf(draft, FIELD.bid, "signed"),
    ask: decimalOf(draft, FIELD.ask, "signed"),
    bidQuantity: optionalDecimal(draft, FIELD.bidQuantity, "unsigned"),
    askQuantity: optionalDecimal(draft, FIELD.askQuantity, "unsigned"),
    mark: optionalDecimal(draft, FIELD.mark, "positive"),
  };
}

function buildFunding(draft: Draft): FundingEvent {
  return {
    type: "funding",
    account: accountOf(draft),
    instrument: instrumentOf(draft),
    time: timeOf(draft),
    sequence: integerOf(draft, FIELD.sequence, 1),
    source: sourceOf(draft),
    receivedTime: receivedTimeOf(draft),
    rate: decimalOf(draft, FIELD.rate, "signed"),
    intervalMinutes: integerOf(draft, FIELD.intervalMinutes, 1),
    payment: optionalDecimal(draft, FIELD.payment, "cash"),
    mark: optionalDecimal(draft, FIELD.mark, "positive"),
  };
}

function buildBust(draft: Draft): BustEvent {
  return {
    type: "bust",
    account: accountOf(draft),
    instrument: instrumentOf(draft),
    time: timeOf(draft),
    sequence: integerOf(draft, FIELD.sequence, 1),
    source: sourceOf(draft),
    receivedTime: receivedTimeOf(draft),
    tradeId: textOf(draft, FIELD.tradeId),
  };
}

function buildCorrection(draft: Draft): CorrectionEvent {
  const correction: CorrectionEvent = {
    type: "correction",
    account: accountOf(draft),
    instrument: instrumentOf(draft),
    time: timeOf(draft),
    sequence: integerOf(draft, FIELD.sequence, 1),
    source: sourceOf(draft),
    receivedTime: receivedTimeOf(draft),
    tradeId: textOf(draft, FIELD.tradeId),
    price: optionalDecimal(draft, FIELD.price, "positive"),
    quantity: optionalDecimal(draft, FIELD.quantity, "positive"),
    fee: optionalDecimal(draft, FIELD.fee, "cash"),
    side: hasField(draft, FIELD.side) ? choiceOf(draft, FIELD.side, SIDES) : undefined,
  };
  if (!correctsSomething(correction)) {
    blame(draft, "missing-field", FIELD.price, "a correction needs price, quantity, fee or side");
  }
  return correction;
}

function correctsSomething(correction: CorrectionEvent): boolean {
  const { price, quantity, fee, side } = correction;
  return (price ?? quantity ?? fee ?? side) !== undefined;
}

function buildInstrument(draft: Draft): InstrumentEvent {
  return {
    type: "instrument",
    account: accountOf(draft),
    instrument: instrumentOf(draft),
    time: timeOf(draft),
    sequence: integerOf(draft, FIELD.sequence, 1),
    source: sourceOf(draft),
    receivedTime: receivedTimeOf(draft),
    base: textOf(draft, FIELD.base),
    quote: textOf(draft, FIELD.quote),
    settle: textOf(draft, FIELD.settle),
    kind: choiceOf(draft, FIELD.kind, INSTRUMENT_KINDS),
    contract: choiceOf(draft, FIELD.contract, CONTRACTS),
    multiplier: decimalOf(draft, FIELD.multiplier, "positive"),
    tick: decimalOf(draft, FIELD.tick, "positive"),
    lot: decimalOf(draft, FIELD.lot, "positive"),
    positionLimit: optionalDecimal(draft, FIELD.positionLimit, "positive"),
  };
}

function buildHeartbeat(draft: Draft): HeartbeatEvent {
  return {
    type: "heartbeat",
    account: accountOf(draft),
    instrument: instrumentOf(draft),
    time: timeOf(draft),
    sequence: integerOf(draft, FIELD.sequence, 1),
    source: sourceOf(draft),
    receivedTime: receivedTimeOf(draft),
  };
}

function accountOf(draft: Draft): string {
  const account = optionalText(draft, FIELD.account);
  if (account === undefined || account === DEFAULTS.account) return DEFAULTS.account;
  if (!ACCOUNT_NAME.test(account) || isNeverKey(account)) {
    const was = quoted(account);
    blame(draft, "bad-account", FIELD.account, `expected ${ACCOUNT_NAME.source}, was ${was}`);
  }
  return account;
}

function instrumentOf(draft: Draft): string {
  const instrument = textOf(draft, FIELD.instrument);
  if (!isInstrument(instrument)) {
    const was = quoted(instrument);
    blame(
      draft,
      "bad-instrument",
      FIELD.instrument,
      `expected ${INSTRUMENT_NAME.source}, was ${was}`,
    );
  }
  return instrument;
}

/** The names that have passed, so that a feed of few instruments asks the pattern few times; bounded. */
const passed = new Set<string>();
const MAX_PASSED = 4_096;

function isInstrument(name: string): boolean {
  if (passed.has(name)) return true;
  if (!INSTRUMENT_NAME.test(name)) return false;
  if (passed.size < MAX_PASSED) passed.add(name);
  return true;
}

function timeOf(draft: Draft): EpochUs {
  return integerOf(draft, FIELD.time, 0) as EpochUs;
}

function receivedTimeOf(draft: Draft): EpochUs | undefined {
  if (!hasField(draft, FIELD.receivedTime)) return undefined;
  return integerOf(draft, FIELD.receivedTime, 0) as EpochUs;
}

function sourceOf(draft: Draft): string {
  return optionalText(draft, FIELD.source) ?? DEFAULTS.source;
}
