/** Events as they stand on the wire, for tests: one plain sample of each kind, and arbitrary ones with all their spellings. */
import fc from "fast-check";

export type WireEvent = Readonly<Record<string, string | number>>;

const envelope = { instrument: "BTC-PERP", time: 1_758_300_000_000_000, sequence: 7 };

/** The smallest event of each kind. */
export const SAMPLES = {
  trade: {
    type: "trade",
    ...envelope,
    tradeId: "t-1",
    side: "buy",
    price: "67412.5",
    quantity: "0.25",
    liquidity: "maker",
    fee: "-0.0125",
  },
  quote: {
    type: "quote",
    ...envelope,
    quoteId: "q-1",
    action: "placed",
    side: "sell",
    price: "67413",
    quantity: "0.5",
  },
  reference: { type: "reference", ...envelope, bid: "67412", ask: "67413" },
  funding: { type: "funding", ...envelope, rate: "-0.0001", intervalMinutes: 480 },
  bust: { type: "bust", ...envelope, tradeId: "t-1" },
  correction: { type: "correction", ...envelope, tradeId: "t-1", price: "67412" },
  instrument: {
    type: "instrument",
    ...envelope,
    base: "BTC",
    quote: "USD",
    settle: "USD",
    kind: "perp",
    contract: "linear",
    multiplier: "1",
    tick: "0.5",
    lot: "0.001",
  },
  heartbeat: { type: "heartbeat", ...envelope },
} as const satisfies Readonly<Record<string, WireEvent>>;

export type Kind = keyof typeof SAMPLES;
export const KINDS = Object.keys(SAMPLES) as readonly Kind[];

/** The sample of a kind as a line, with some fields set, or left out by `undefined`. */
export function lineOf(type: Kind, changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...SAMPLES[type], ...changes });
}

const safe = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

/** A decimal text in any accepted spelling: zeros that end the fraction included. */
export function decimalText(options: {
  readonly signed?: boolean;
  readonly zero?: boolean;
  readonly decimals?: number;
}): fc.Arbitrary<string> {
  const { signed = false, zero = true, decimals = 18 } = options;
  const parts = fc.tuple(safe, fc.nat({ max: decimals }), fc.nat({ max: 3 }), fc.boolean());
  const text = parts.map(([mantissa, places, zeros, negative]) => {
    const digits = String(mantissa).padStart(places + 1, "0");
    const point = digits.length - places;
    const fraction = digits.slice(point) + "0".repeat(zeros);
    const sign = signed && negative ? "-" : "";
    return `${sign}${digits.slice(0, point)}${fraction === "" ? "" : `.${fraction}`}`;
  });
  const plain = fc
    .tuple(fc.integer({ min: 1, max: 999_999 }), fc.nat({ max: Math.min(decimals, 5) }))
    .map(([mantissa, places]) => (mantissa / 10 ** places).toFixed(places));
  return zero ? fc.oneof(plain, text, fc.constantFrom("0", "0.00")) : fc.oneof(plain, text);
}

/** A JSON number of at most 15 digits whose shortest form has no exponent. */
const decimalNumber = fc
  .tuple(fc.integer({ min: 1, max: 999_999_999 }), fc.nat({ max: 6 }))
  .map(([mantissa, places]) => Number((mantissa / 10 ** places).toFixed(places)))
  .filter((value) => value > 0);

const positive = fc.oneof(decimalText({ zero: false }), decimalNumber);
const unsigned = fc.oneof(decimalText({}), decimalNumber);
const signed = fc.oneof(decimalText({ signed: true }), decimalNumber);
const cash = decimalText({ signed: true, decimals: 12 });

const NEVER = ["__proto__", "constructor", "prototype"];
const isAllowed = (name: string) => !NEVER.includes(name);

const text = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9:_-]{1,24}$/).filter(isAllowed),
  fc.constantFrom("O'Brien & Söhne", "日本", "🙂", "x".repeat(256), 'a "b" \\c', "<b>", "é"),
);
const side = fc.constantFrom("buy", "sell");
const integer = fc.oneof(fc.integer({ min: 0, max: 3_000_000_000 }), fc.maxSafeNat());

const ENVELOPE = {
  instrument: fc.oneof(
    fc.constantFrom("BTC-PERP", "ETH-PERP", "1000SHIB-PERP"),
    fc.stringMatching(/^[A-Z0-9][A-Z0-9._:-]{0,31}$/),
  ),
  time: integer,
  sequence: safe,
};
const ENVELOPE_OPTIONAL = {
  source: text,
  account: fc.oneof(
    fc.constant("main"),
    fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,31}$/).filter(isAllowed),
  ),
  receivedTime: integer,
};

type Fields = Readonly<Record<string, fc.Arbitrary<string | number>>>;

function wire(type: string, required: Fields, optional: Fields): fc.Arbitrary<WireEvent> {
  const always: Fields = { type: fc.constant(type), ...ENVELOPE, ...required };
  const all: Fields = { ...always, ...ENVELOPE_OPTIONAL, ...optional };
  return fc.record<Record<string, string | number>>(all, { requiredKeys: Object.keys(always) });
}

const ARBITRARY_KINDS: Readonly<Record<Kind, fc.Arbitrary<WireEvent>>> = {
  trade: wire(
    "trade",
    {
      tradeId: text,
      side,
      price: positive,
      quantity: positive,
      liquidity: fc.constantFrom("maker", "taker"),
      fee: cash,
    },
    {
      feeCurrency: text,
      quoteId: text,
      counterparty: text,
      venue: text,
      strategy: text,
      positionBefore: signed,
      feeRate: positive,
      execution: fc.constantFrom("trade", "liquidation", "adl", "settlement"),
    },
  ),
  quote: fc.oneof(
    wire(
      "quote",
      {
        quoteId: text,
        action: fc.constantFrom("placed", "replaced"),
        side,
        price: positive,
        quantity: positive,
      },
      { reason: text },
    ),
    wire(
      "quote",
      { quoteId: text, action: fc.constantFrom("cancelled", "expired", "rejected"), side },
      { price: unsigned, quantity: unsigned, reason: text },
    ),
  ),
  reference: wire(
    "reference",
    { bid: signed, ask: signed },
    { bidQuantity: unsigned, askQuantity: unsigned, mark: positive },
  ),
  funding: wire(
    "funding",
    { rate: signed, intervalMinutes: fc.integer({ min: 1, max: 10_000 }) },
    { payment: cash, mark: positive },
  ),
  bust: wire("bust", { tradeId: text }, {}),
  correction: wire(
    "correction",
    { tradeId: text, fee: cash },
    { price: positive, quantity: positive, side },
  ),
  instrument: wire(
    "instrument",
    {
      base: text,
      quote: text,
      settle: text,
      kind: fc.constantFrom("spot", "perp", "future"),
      contract: fc.constantFrom("linear", "inverse"),
      multiplier: positive,
      tick: positive,
      lot: positive,
    },
    { positionLimit: positive },
  ),
  heartbeat: wire("heartbeat", {}, {}),
};

/** A good event of any kind. */
export const wireEvent: fc.Arbitrary<WireEvent> = fc.oneof(...Object.values(ARBITRARY_KINDS));

/** A good event with its fields in any order. */
export const shuffledEvent: fc.Arbitrary<WireEvent> = wireEvent.chain((event) => {
  const names = Object.keys(event);
  return fc
    .shuffledSubarray(names, { minLength: names.length, maxLength: names.length })
    .map((order) => Object.fromEntries(order.map((name) => [name, event[name] ?? ""])));
});
