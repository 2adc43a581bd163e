/**
 * The events as JSON Schema (2020-12), for producers to check what they send, and for the API's description.
 *
 * `parseEvent` accepts nothing that the schema refuses. It refuses more, because a schema cannot say: that a key stands
 * twice; that a decimal's digits pass 2⁵³ − 1; that a JSON number has an exponent in its shortest form, more than 15
 * digits, or more decimals than its field takes; that a line is longer than 1 MiB.
 */
import Type, { type TNumberOptions, type TObject, type TProperties } from "typebox";
import { MAX_DECIMAL_CHARACTERS } from "./decimal.ts";
import { EVENT_TYPES, type EventType } from "./field.ts";
import { PLAIN_TEXT_PATTERN } from "./plain-text.ts";

const NO_RESERVED_WORD = "(?!(?:__proto__|constructor|prototype)$)";
const FRACTION = "([.](?=[0-9])[0-9]{0,18}0*)?$";
const CASH_FRACTION = "([.](?=[0-9])[0-9]{0,12}0*)?$";
const WHOLE = "(0|[1-9][0-9]{0,15})";

function decimal(pattern: string, numbers: TNumberOptions, description: string) {
  const text = Type.String({ pattern, maxLength: MAX_DECIMAL_CHARACTERS });
  return Type.Union([text, Type.Number(numbers)], { description });
}

function positive(description: string) {
  const pattern = `^(?!-)(?=.*[1-9])${WHOLE}${FRACTION}`;
  return decimal(pattern, { exclusiveMinimum: 0 }, `${description}; above 0`);
}

function unsigned(description: string) {
  return decimal(`^(?!-.*[1-9])-?${WHOLE}${FRACTION}`, { minimum: 0 }, `${description}; 0 or more`);
}

function signed(description: string) {
  return decimal(`^-?${WHOLE}${FRACTION}`, {}, description);
}

function cash(description: string) {
  return decimal(`^-?${WHOLE}${CASH_FRACTION}`, {}, `${description}; at most 12 decimals`);
}

function text(description: string) {
  const pattern = PLAIN_TEXT_PATTERN.replace("^", `^${NO_RESERVED_WORD}`);
  return Type.String({ pattern, description });
}

function integer(minimum: number, description: string) {
  return Type.Integer({ minimum, maximum: Number.MAX_SAFE_INTEGER, description });
}

const side = Type.Enum(["buy", "sell"], { description: "ours" });
const optional = Type.Optional;

const envelope = {
  instrument: Type.String({
    pattern: "^[A-Z0-9][A-Z0-9._:-]{0,31}$",
    description: 'such as "BTC-PERP"',
  }),
  time: integer(0, "event time in microseconds since the epoch, UTC"),
  sequence: integer(1, "per account and instrument, without gaps, assigned once by the producer"),
  source: optional(text('the producer, "brawler" unless given')),
  account: optional(
    Type.String({
      pattern: `^${NO_RESERVED_WORD}[a-z0-9][a-z0-9_-]{0,31}$`,
      description: '"main" unless given',
    }),
  ),
  receivedTime: optional(integer(0, "the receiver's clock in microseconds, for lag only")),
};

function eventObject(type: EventType, description: string, own: TProperties): TObject {
  return Type.Object(
    { type: Type.Literal(type), ...envelope, ...own },
    { additionalProperties: false, description },
  );
}

const trade = eventObject("trade", "one of our executions", {
  tradeId: text("unique per account and instrument"),
  side,
  price: positive("in quote currency per base unit"),
  quantity: positive("in contracts"),
  liquidity: Type.Enum(["maker", "taker"]),
  fee: cash("what it cost; negative is a rebate"),
  feeCurrency: optional(text("the settlement currency unless given")),
  quoteId: optional(text("the quote that was filled")),
  counterparty: optional(text("who traded with us")),
  venue: optional(text("where")),
  strategy: optional(text("which of our strategies")),
  positionBefore: optional(signed("our position just before, as the venue reports it")),
  feeRate: optional(positive("settlement currency per unit of a third fee currency")),
  execution: optional(
    Type.Enum(["trade", "liquidation", "adl", "settlement"], {
      description: '"trade" unless given',
    }),
  ),
});

/** A quote that stands needs price and quantity. */
const standingQuote = eventObject("quote", "a quote of ours that is placed or replaced", {
  quoteId: text("names the quote through all its versions"),
  action: Type.Enum(["placed", "replaced"]),
  side,
  price: positive("in quote currency per base unit"),
  quantity: positive("the total, filled included, in contracts"),
  reason: optional(text("why")),
});

const endingQuote = eventObject("quote", "a quote of ours that ends, or is refused", {
  quoteId: text("names the quote through all its versions"),
  action: Type.Enum(["cancelled", "expired", "rejected"]),
  side,
  price: optional(unsigned("in quote currency per base unit")),
  quantity: optional(unsigned("the total, filled included, in contracts")),
  reason: optional(text("why")),
});

const reference = eventObject(
  "reference",
  "the market's best bid and ask, valid if 0 < bid < ask",
  {
    bid: signed("in quote currency per base unit"),
    ask: signed("in quote currency per base unit"),
    bidQuantity: optional(unsigned("at the best bid, in contracts")),
    askQuantity: optional(unsigned("at the best ask, in contracts")),
    mark: optional(positive("the venue's mark price")),
  },
);

const funding = eventObject("funding", "a funding payment", {
  rate: signed("share per interval; positive: who is long pays"),
  intervalMinutes: integer(1, "how long the interval is"),
  payment: optional(cash("cash to us, negative when we paid; wins over rate times mark")),
  mark: optional(positive("the mark price at funding")),
});

const bust = eventObject("bust", "the trade with this id never happened", {
  tradeId: text("of the trade"),
});

const corrected = {
  price: positive("as it should have been"),
  quantity: positive("as it should have been"),
  fee: cash("as it should have been"),
  side,
};

/** Any of the four, and at least one: as many shapes as there are fields that could be that one. */
const corrections = (Object.keys(corrected) as (keyof typeof corrected)[]).map((named) =>
  eventObject("correction", `the trade with this id, with ${named} as it should have been`, {
    tradeId: text("of the trade"),
    price: optional(corrected.price),
    quantity: optional(corrected.quantity),
    fee: optional(corrected.fee),
    side: optional(corrected.side),
    [named]: corrected[named],
  }),
);

const instrument = eventObject("instrument", "what is traded; before the first event of it", {
  base: text('such as "BTC"'),
  quote: text('the currency of prices, such as "USD"'),
  settle: text("the currency of settlement: every figure is in it"),
  kind: Type.Enum(["spot", "perp", "future"]),
  contract: Type.Enum(["linear", "inverse"]),
  multiplier: positive("base units per contract; quote units where it is inverse"),
  tick: positive("the step of prices"),
  lot: positive("the step of quantities"),
  positionLimit: optional(positive("the greatest position, long or short")),
});

const heartbeat = eventObject("heartbeat", "the feed is alive up to `time`", {});

const shapes: Readonly<Record<EventType, readonly TObject[]>> = {
  trade: [trade],
  quote: [standingQuote, endingQuote],
  reference: [reference],
  funding: [funding],
  bust: [bust],
  correction: corrections,
  instrument: [instrument],
  heartbeat: [heartbeat],
};

/** One event, of any kind. */
export const eventSchema = Type.Union(
  EVENT_TYPES.flatMap((type) => shapes[type]),
  { description: "one event: one line of NDJSON" },
);
