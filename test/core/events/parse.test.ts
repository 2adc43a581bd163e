import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BrawlerEvent } from "../../../lib/core/events/event.ts";
import { parseEvent } from "../../../lib/core/events/parse.ts";
import {
  isRefusal,
  MAX_LINE_LENGTH,
  type Refusal,
  type RefusalReason,
} from "../../../lib/core/events/refusal.ts";
import { anyLine } from "./mangle.ts";
import { KINDS, type Kind, lineOf, shuffledEvent } from "./wire.ts";

const REASONS = [
  "not-json",
  "not-an-object",
  "line-too-long",
  "bad-encoding",
  "unknown-type",
  "missing-field",
  "unknown-field",
  "duplicate-field",
  "wrong-type",
  "bad-decimal",
  "out-of-range",
  "unsafe-number",
  "too-fine",
  "bad-instrument",
  "bad-account",
  "bad-value",
];

function eventOf(line: string): BrawlerEvent {
  const outcome = parseEvent(line);
  if (isRefusal(outcome)) throw new Error(outcome.detail);
  return outcome;
}

function refusalOf(line: string): Refusal {
  const outcome = parseEvent(line);
  if (!isRefusal(outcome)) throw new Error(`accepted ${line}`);
  return outcome;
}

/** What was sent, in which kind, with which fields changed. */
const GOOD: readonly (readonly [string, Kind, Readonly<Record<string, unknown>>])[] = [
  ["a crossed book", "reference", { bid: "2", ask: "1" }],
  ["a locked book", "reference", { bid: "1", ask: "1" }],
  ["a book without bids", "reference", { bid: "0", ask: "1" }],
  ["a negative bid", "reference", { bid: "-1", ask: "1" }],
  ["an empty level", "reference", { bidQuantity: "0" }],
  [
    "a cancel without price",
    "quote",
    { action: "cancelled", price: undefined, quantity: undefined },
  ],
  ["nothing left at expiry", "quote", { action: "expired", quantity: "0" }],
  ["a rejection with its reason", "quote", { action: "rejected", reason: "post-only" }],
  ["1e12 at 1e-9", "trade", { quantity: "1000000000000", price: "0.000000001" }],
  ["decimals as JSON numbers", "trade", { price: 67412.5, fee: 0 }],
  ["the finest fee", "trade", { fee: "-0.000000000001" }],
  ["the longest id", "trade", { tradeId: "x".repeat(256) }],
  ["256 code points of two units each", "trade", { tradeId: "🙂".repeat(256) }],
  ["an id that objects answer to, though no key of ours", "trade", { tradeId: "toString" }],
  ["the first microsecond", "trade", { time: 0 }],
  ["the last sequence", "trade", { sequence: Number.MAX_SAFE_INTEGER }],
  ["a payment by us", "funding", { rate: "0", payment: "-12.5", mark: "1" }],
  ["only the side was wrong", "correction", { price: undefined, side: "sell" }],
  ["the shortest instrument", "heartbeat", { instrument: "A" }],
  ["the longest instrument", "heartbeat", { instrument: `A${"._:-"}${"Z".repeat(27)}` }],
  ["an account of signs", "heartbeat", { account: "0_-" }],
];

/** What was sent, in which kind, with which fields changed, and the reason; the last of those fields is to blame. */
const BAD: readonly (readonly [string, Kind, Readonly<Record<string, unknown>>, RefusalReason])[] =
  [
    ["a trade of nothing", "trade", { quantity: "0" }, "out-of-range"],
    ["a sign on a quantity", "trade", { quantity: "-1" }, "out-of-range"],
    ["a price of zero", "trade", { price: "0.00" }, "out-of-range"],
    ["a negative price", "trade", { price: "-1" }, "out-of-range"],
    ["the number zero", "trade", { price: 0 }, "out-of-range"],
    ["NaN in quotes", "trade", { price: "NaN" }, "bad-decimal"],
    ["an exponent", "trade", { price: "1e3" }, "bad-decimal"],
    ["hex", "trade", { price: "0x1F" }, "bad-decimal"],
    ["a plus", "trade", { price: "+1" }, "bad-decimal"],
    ["an empty price", "trade", { price: "" }, "bad-decimal"],
    ["null for a price", "trade", { price: null }, "wrong-type"],
    ["true for a price", "trade", { price: true }, "wrong-type"],
    ["a list for a price", "trade", { price: ["1"] }, "wrong-type"],
    ["a parsed decimal", "trade", { price: { mantissa: 1, decimals: 0 } }, "wrong-type"],
    ["2^53", "trade", { price: "9007199254740992" }, "unsafe-number"],
    ["a float's dust", "trade", { price: 0.1 + 0.2 }, "unsafe-number"],
    ["a number with an exponent", "trade", { price: 1e-7 }, "unsafe-number"],
    ["1e300", "trade", { price: 1e300 }, "unsafe-number"],
    ["13 decimals in a fee", "trade", { fee: "0.0000000000001" }, "too-fine"],
    ["19 decimals", "trade", { price: "0.0000000000000000001" }, "too-fine"],
    ["no side", "trade", { side: undefined }, "missing-field"],
    ["no fee", "trade", { fee: undefined }, "missing-field"],
    ["a side in capitals", "trade", { side: "BUY" }, "bad-value"],
    ["an empty side", "trade", { side: "" }, "bad-value"],
    ["a side by number", "trade", { side: 1 }, "wrong-type"],
    ["an unknown liquidity", "trade", { liquidity: "unknown" }, "bad-value"],
    ["an unknown execution", "trade", { execution: "block" }, "bad-value"],
    ["an empty id", "trade", { tradeId: "" }, "bad-value"],
    ["an id by number", "trade", { tradeId: 17 }, "wrong-type"],
    ["an id of 257 characters", "trade", { tradeId: "x".repeat(257) }, "bad-value"],
    ["NUL in an id", "trade", { tradeId: "a\u0000b" }, "bad-value"],
    ["a line feed in an id", "trade", { tradeId: "a\nb" }, "bad-value"],
    ["a terminal's escape", "trade", { tradeId: "\u001b[2J" }, "bad-value"],
    ["the short form of that", "trade", { tradeId: "\u009b2J" }, "bad-value"],
    ["text turned right to left", "trade", { tradeId: "abc\u202egnp" }, "bad-value"],
    ["half a surrogate pair", "trade", { tradeId: "\ud800" }, "bad-value"],
    ["a currency called __proto__", "trade", { feeCurrency: "__proto__" }, "bad-value"],
    ["a counterparty called constructor", "trade", { counterparty: "constructor" }, "bad-value"],
    ["null for an optional text", "trade", { venue: null }, "wrong-type"],
    ["a rate of zero", "trade", { feeRate: "0" }, "out-of-range"],
    ["a field of nobody", "trade", { orderId: "1" }, "unknown-field"],
    ["a field of another kind", "trade", { bid: "1" }, "unknown-field"],
    ["the key constructor", "trade", { constructor: "1" }, "unknown-field"],
    ["the key prototype", "trade", { prototype: "1" }, "unknown-field"],
    ["the key toString", "trade", { toString: "1" }, "unknown-field"],
    ["a placed quote without price", "quote", { price: undefined }, "missing-field"],
    [
      "a replaced quote without quantity",
      "quote",
      { action: "replaced", quantity: undefined },
      "missing-field",
    ],
    ["a placed quote of nothing", "quote", { quantity: "0" }, "out-of-range"],
    [
      "a sign on what was cancelled",
      "quote",
      { action: "cancelled", quantity: "-1" },
      "out-of-range",
    ],
    ["an unknown action", "quote", { action: "filled" }, "bad-value"],
    ["no ask", "reference", { ask: undefined }, "missing-field"],
    ["a sign on a level", "reference", { bidQuantity: "-1" }, "out-of-range"],
    ["a mark of zero", "reference", { mark: "0" }, "out-of-range"],
    ["an interval of nothing", "funding", { intervalMinutes: 0 }, "out-of-range"],
    ["an integer in quotes", "funding", { intervalMinutes: "480" }, "wrong-type"],
    ["13 decimals in a payment", "funding", { payment: "0.0000000000001" }, "too-fine"],
    ["a correction of nothing", "correction", { price: undefined }, "missing-field"],
    ["a correction to nothing", "correction", { quantity: "0" }, "out-of-range"],
    ["a tick of zero", "instrument", { tick: "0" }, "out-of-range"],
    ["an option", "instrument", { kind: "option" }, "bad-value"],
    ["a time before the epoch", "heartbeat", { time: -1 }, "out-of-range"],
    ["half a microsecond", "heartbeat", { time: 1.5 }, "wrong-type"],
    ["a time beyond 2^53", "heartbeat", { time: 2 ** 53 }, "unsafe-number"],
    ["an ISO time", "heartbeat", { time: "2025-09-19T00:00:00Z" }, "wrong-type"],
    ["sequence 0", "heartbeat", { sequence: 0 }, "out-of-range"],
    ["received before the epoch", "heartbeat", { receivedTime: -1 }, "out-of-range"],
    ["an instrument in small letters", "heartbeat", { instrument: "btc-perp" }, "bad-instrument"],
    ["an empty instrument", "heartbeat", { instrument: "" }, "bad-instrument"],
    ["33 characters of instrument", "heartbeat", { instrument: "A".repeat(33) }, "bad-instrument"],
    ["4 KB of instrument", "heartbeat", { instrument: "A".repeat(4096) }, "bad-instrument"],
    ["an instrument and a line feed", "heartbeat", { instrument: "BTC-PERP\n" }, "bad-instrument"],
    ["an instrument called __proto__", "heartbeat", { instrument: "__proto__" }, "bad-instrument"],
    ["a spreadsheet's formula", "heartbeat", { instrument: "=1+1" }, "bad-instrument"],
    ["markup", "heartbeat", { instrument: "<B>" }, "bad-instrument"],
    ["an account in capitals", "heartbeat", { account: "Main" }, "bad-account"],
    ["an account called constructor", "heartbeat", { account: "constructor" }, "bad-account"],
    ["an empty account", "heartbeat", { account: "" }, "bad-account"],
    ["an empty source", "heartbeat", { source: "" }, "bad-value"],
  ];

/** Every integer and mantissa of an event; none of a refusal. */
function numbersOf(outcome: BrawlerEvent | Refusal): readonly number[] {
  return Object.values(outcome)
    .map((value: unknown) => (value as { mantissa?: unknown } | undefined)?.mantissa ?? value)
    .filter((value) => typeof value === "number");
}

describe("parseEvent accepts", () => {
  it.each(KINDS)("the smallest %s, and fills in the defaults", (type) => {
    expect(eventOf(lineOf(type))).toMatchObject({
      type,
      account: "main",
      source: "brawler",
      receivedTime: undefined,
      instrument: "BTC-PERP",
      sequence: 7,
    });
  });

  it("a trade with every field", () => {
    const line = lineOf("trade", {
      account: "hedge",
      source: "desk-2",
      receivedTime: 1_758_300_000_000_250,
      feeCurrency: "USDC",
      quoteId: "q-9",
      counterparty: "O'Brien & Söhne",
      venue: "XYZ",
      strategy: "grid",
      positionBefore: "-1.5",
      feeRate: "1.0001",
      execution: "liquidation",
    });
    expect(eventOf(line)).toStrictEqual({
      type: "trade",
      account: "hedge",
      instrument: "BTC-PERP",
      time: 1_758_300_000_000_000,
      sequence: 7,
      source: "desk-2",
      receivedTime: 1_758_300_000_000_250,
      tradeId: "t-1",
      side: "buy",
      price: { mantissa: 674125, decimals: 1 },
      quantity: { mantissa: 25, decimals: 2 },
      liquidity: "maker",
      fee: { mantissa: -125, decimals: 4 },
      feeCurrency: "USDC",
      quoteId: "q-9",
      counterparty: "O'Brien & Söhne",
      venue: "XYZ",
      strategy: "grid",
      positionBefore: { mantissa: -15, decimals: 1 },
      feeRate: { mantissa: 10001, decimals: 4 },
      execution: "liquidation",
    });
  });

  it.each(GOOD)("%s, in a %s", (_when, type, changes) => {
    expect(eventOf(lineOf(type, changes)).type).toBe(type);
  });

  it.each([
    { line: `  ${lineOf("heartbeat")}\t\r`, when: "white space around it" },
    {
      line: lineOf("heartbeat").replaceAll(":", " : ").replaceAll(",", " ,\t"),
      when: "white space inside",
    },
    {
      line: lineOf("heartbeat").replace("heartbeat", "\\u0068eartbeat"),
      when: "an escaped letter",
    },
    { line: lineOf("heartbeat").replace("time", "\\u0074ime"), when: "an escaped letter in a key" },
    {
      line: lineOf("heartbeat").replace('"sequence":7', '"sequence":7.0'),
      when: "an integer with a point",
    },
    {
      line: lineOf("heartbeat").replace('"sequence":7', '"sequence":7e0'),
      when: "an integer with an exponent",
    },
  ])("a line with $when", ({ line }) => {
    expect(eventOf(line)).toStrictEqual(eventOf(lineOf("heartbeat")));
  });

  it("the fields in any order, and writes them in one", () => {
    fc.assert(
      fc.property(shuffledEvent, (wire) => {
        const event = eventOf(JSON.stringify(wire));
        const straight = Object.fromEntries(Object.entries(wire).sort());
        expect(Object.keys(event)).toStrictEqual(Object.keys(eventOf(JSON.stringify(straight))));
      }),
    );
  });

  it("minus zero as zero, in integers and decimals", () => {
    const event = eventOf(lineOf("trade", { fee: "-0" }).replace(/"time":\d+/, '"time":-0'));
    expect(event).toMatchObject({ time: 0, fee: { mantissa: 0, decimals: 0 } });
  });
});

describe("parseEvent refuses", () => {
  it.each([
    { line: "", reason: "not-json", when: "nothing" },
    { line: "   ", reason: "not-json", when: "white space" },
    { line: "{", reason: "not-json", when: "half an object" },
    { line: `${lineOf("heartbeat")},`, reason: "not-json", when: "a comma after the object" },
    {
      line: `${lineOf("heartbeat")}${lineOf("heartbeat")}`,
      reason: "not-json",
      when: "two objects",
    },
    { line: lineOf("heartbeat").replaceAll('"', "'"), reason: "not-json", when: "single quotes" },
    {
      line: lineOf("heartbeat").replace(":7}", ":07}"),
      reason: "not-json",
      when: "a zero before a number",
    },
    { line: lineOf("heartbeat").replace(":7}", ":NaN}"), reason: "not-json", when: "NaN" },
    {
      line: lineOf("heartbeat").replace(":7}", ":Infinity}"),
      reason: "not-json",
      when: "Infinity",
    },
    { line: lineOf("heartbeat").replace(":7}", ":0x7}"), reason: "not-json", when: "hex" },
    { line: `\ufeff${lineOf("heartbeat")}`, reason: "not-json", when: "a byte order mark" },
    { line: "type,instrument,time", reason: "not-json", when: "CSV" },
    { line: "null", reason: "not-an-object", when: "null" },
    { line: "[]", reason: "not-an-object", when: "a list" },
    { line: `[${lineOf("heartbeat")}]`, reason: "not-an-object", when: "a list of events" },
    { line: "7", reason: "not-an-object", when: "a number" },
    { line: '"trade"', reason: "not-an-object", when: "a text" },
    { line: "{}", reason: "missing-field", when: "an empty object" },
    {
      line: '{"detail":"x"}',
      reason: "missing-field",
      when: "an object that looks like a refusal",
    },
    { line: '{"type":"fill"}', reason: "unknown-type", when: "another kind" },
    { line: '{"type":"Trade"}', reason: "unknown-type", when: "a kind in capitals" },
    { line: '{"type":"__proto__"}', reason: "unknown-type", when: "a kind that objects answer to" },
    { line: '{"type":1}', reason: "wrong-type", when: "a kind by number" },
    { line: '{"type":null}', reason: "wrong-type", when: "no kind" },
    { line: "x".repeat(MAX_LINE_LENGTH + 1), reason: "line-too-long", when: "too much" },
    { line: "[".repeat(MAX_LINE_LENGTH), reason: "not-json", when: "a million brackets" },
  ])("$when as $reason", ({ line, reason }) => {
    expect(refusalOf(line).reason).toBe(reason);
  });

  it.each(BAD)("%s, in a %s", (_when, type, changes, reason) => {
    const field = Object.keys(changes).at(-1);
    expect(refusalOf(lineOf(type, changes))).toMatchObject({ reason, field });
  });

  it("the key __proto__, and no object changes by it", () => {
    const line = lineOf("heartbeat").replace("{", '{"__proto__":{"polluted":1},');
    expect(refusalOf(line)).toMatchObject({ reason: "unknown-field", field: "__proto__" });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each([
    {
      line: lineOf("heartbeat").replace("}", ',"sequence":8}'),
      field: "sequence",
      when: "other content",
    },
    {
      line: lineOf("heartbeat").replace("}", ',"sequence":7}'),
      field: "sequence",
      when: "the same content",
    },
    {
      line: lineOf("heartbeat").replace("}", ',"\\u0074ime":1}'),
      field: "time",
      when: "another spelling",
    },
    {
      line: lineOf("trade", { tradeId: 'a":"\\' }).replace("}", ',"tradeId":"b"}'),
      field: "tradeId",
      when: "quotes before it",
    },
  ])("a key that stands twice, with $when", ({ line, field }) => {
    expect(refusalOf(line)).toMatchObject({ reason: "duplicate-field", field });
  });

  it("the first fault of the line by name, with what it was", () => {
    const refusal = refusalOf(lineOf("trade", { side: "BUY", price: "abc" }));
    expect(refusal.field).toBe("price");
    expect(refusal.detail).toContain('was "abc"');
  });

  it("with a detail that is short, plain ASCII, whatever the line held", () => {
    const line = lineOf("heartbeat", { [`\u001b[2J\u202e${"x".repeat(10_000)}`]: 1 });
    const { field, detail } = refusalOf(line);
    expect(`${field} ${detail}`).toMatch(/^[\x20-\x7e…−±]+$/);
    expect(detail.length).toBeLessThan(400);
  });
});

describe("parseEvent, whatever it is given,", () => {
  it("never throws, always says what it is, and changes no prototype", () => {
    let refused = 0;
    fc.assert(
      fc.property(anyLine, (line) => {
        const outcome = parseEvent(line);
        if (isRefusal(outcome)) {
          refused++;
          expect(REASONS).toContain(outcome.reason);
          expect(outcome.detail.length).toBeGreaterThan(0);
          expect(outcome.detail.length).toBeLessThan(600);
        } else {
          expect(KINDS).toContain(outcome.type);
        }
      }),
      { numRuns: 20_000 },
    );
    expect(refused).toBeGreaterThan(5_000);
    expect(refused).toBeLessThan(18_000);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.keys(Object.prototype)).toStrictEqual([]);
  });

  it("accepts only numbers that are safe, and no minus zero", () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const numbers = numbersOf(parseEvent(line));
        expect(numbers.filter((number) => !Number.isSafeInteger(number))).toStrictEqual([]);
        expect(numbers.some((number) => Object.is(number, -0))).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    {
      make: (n: number) => `{"type":"trade","tradeId":"${"\\\\".repeat(n)}"}`,
      when: "backslashes",
    },
    {
      make: (n: number) => `{"type":"trade",${'"a":1,'.repeat(n)}"b":1}`,
      when: "one key over and over",
    },
    { make: (n: number) => lineOf("trade", { price: "0".repeat(n) }), when: "zeros" },
    {
      make: (n: number) => lineOf("trade", { price: `0.${"0".repeat(n)}x` }),
      when: "a fraction of zeros",
    },
    {
      make: (n: number) => lineOf("heartbeat", { instrument: `${"A".repeat(n)}!` }),
      when: "a long instrument",
    },
    {
      make: (n: number) => lineOf("heartbeat", { source: `${"é".repeat(n)}\n` }),
      when: "a long text",
    },
  ])("reads 100,000 units of $when without trying each of them against the rest", ({ make }) => {
    const outcome = parseEvent(make(100_000));
    expect(isRefusal(outcome)).toBe(true);
  });
});
