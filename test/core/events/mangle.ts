/** Lines as a broken or hostile producer would send them: good ones, mutated, and plain noise. */
import fc from "fast-check";
import { shuffledEvent, wireEvent } from "./wire.ts";

const HOSTILE_VALUES: readonly unknown[] = [
  null,
  true,
  false,
  "",
  " ",
  "0",
  "-1",
  "1e3",
  "NaN",
  "Infinity",
  "0x10",
  "+1",
  "__proto__",
  "constructor",
  "prototype",
  "\u0000",
  "\u202egnp",
  "x".repeat(257),
  "🙂".repeat(256),
  "🙂".repeat(257),
  "\ud800",
  "9007199254740993",
  "0.0000000000001",
  "-0",
  "-0.0",
  "01",
  "buy",
  "BUY",
  0,
  -0,
  -1,
  1.5,
  1e3,
  1e15,
  1e21,
  1e-7,
  0.1,
  2 ** 53,
  2 ** 53 - 1,
  123456789.12345679,
  [],
  [1],
  {},
  { mantissa: 1, decimals: 0 },
  { time: 1 },
  "' OR 1=1 --",
  "<script>alert(1)</script>",
];

const NAMES = [
  "type",
  "instrument",
  "time",
  "sequence",
  "source",
  "account",
  "receivedTime",
  "tradeId",
  "side",
  "price",
  "quantity",
  "liquidity",
  "fee",
  "quoteId",
  "action",
  "reason",
  "bid",
  "ask",
  "mark",
  "rate",
  "intervalMinutes",
  "payment",
  "kind",
  "contract",
  "tick",
  "execution",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "Price",
  "price ",
  "",
  "e\u0301",
  "0",
];

/** A good event with some fields replaced, added or left out. */
const changed = fc
  .tuple(
    fc.oneof(wireEvent, shuffledEvent),
    fc.array(
      fc.tuple(
        fc.constantFrom(...NAMES),
        fc.oneof(
          fc.constantFrom(...HOSTILE_VALUES),
          fc.constant(undefined),
          fc.double(),
          fc.string(),
          fc.integer(),
        ),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([event, changes]) => {
    const members = new Map<string, unknown>(Object.entries(event));
    for (const [name, value] of changes) {
      if (value === undefined) members.delete(name);
      else members.set(name, value);
    }
    return toLine([...members]);
  });

/** A good event in which one key stands twice. */
const repeated = fc.tuple(wireEvent, fc.nat(), fc.nat()).map(([event, from, at]) => {
  const members: [string, unknown][] = Object.entries(event);
  const again = members[from % members.length] ?? ["type", "trade"];
  members.splice(at % (members.length + 1), 0, again);
  return toLine(members);
});

function toLine(members: readonly (readonly [string, unknown])[]): string {
  const parts = members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `{${parts.join(",")}}`;
}

const SCRAPS = [
  '"',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ":",
  ",",
  " ",
  "\t",
  "\r",
  "\u0000",
  "\u007f",
  "é",
  "🙂",
  "0",
  "9",
  "-",
  ".",
  "e5",
  "E",
  "+",
  "null",
  "true",
  "\\u0041",
  "\\ud800",
  "\\n",
  "\\x",
  '"__proto__":1,',
  "\ufeff",
  "NaN",
  "\\u0022",
  "00",
  '":"',
  '","',
];

/** A good line with characters cut out, put in or doubled. */
const mutated = fc
  .tuple(
    fc.oneof(wireEvent, shuffledEvent),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.constantFrom("", ...SCRAPS)), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([event, edits]) => {
    let line = JSON.stringify(event);
    for (const [position, cut, put] of edits) {
      const at = position % (line.length + 1);
      line = line.slice(0, at) + put + line.slice(at + cut);
    }
    return line;
  });

/** White space wherever JSON allows it. */
const spaced = fc
  .tuple(wireEvent, fc.constantFrom(" ", "  ", "\t", "\r", "\n"))
  .map(([event, space]) => JSON.stringify(event, undefined, space).replaceAll("\n", space));

/** Escapes where none are needed. */
const escaped = fc.tuple(wireEvent, fc.nat()).map(([event, position]) => {
  const line = JSON.stringify(event);
  const at = position % line.length;
  const code = line.charCodeAt(at).toString(16).padStart(4, "0");
  return `${line.slice(0, at)}\\u${code}${line.slice(at + 1)}`;
});

const noise = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.string({ maxLength: 80 }),
  fc.json(),
  fc
    .array(fc.constantFrom(...SCRAPS, '"type":"trade"'), { maxLength: 30 })
    .map((all) => all.join("")),
);

/** Any line: about a third of them are good events. */
export const anyLine: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: wireEvent.map((event) => JSON.stringify(event)) },
  { weight: 1, arbitrary: shuffledEvent.map((event) => JSON.stringify(event)) },
  { weight: 1, arbitrary: spaced },
  { weight: 1, arbitrary: escaped },
  { weight: 1, arbitrary: repeated },
  { weight: 4, arbitrary: changed },
  { weight: 3, arbitrary: mutated },
  { weight: 1, arbitrary: noise },
);
