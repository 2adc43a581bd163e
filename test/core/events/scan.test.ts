/**
 * Goal: a line of bytes means what its text means, to the last field and to the reason of a refusal.
 * Method: every line, good, mutated or noise, is read by the scanner and by the parser, in the middle of other bytes.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEvent } from "../../../lib/core/events/parse.ts";
import { isRefusal, MAX_LINE_LENGTH } from "../../../lib/core/events/refusal.ts";
import { scanEvent } from "../../../lib/core/events/scan.ts";
import { anyLine } from "./mangle.ts";
import { KINDS, lineOf, wireEvent } from "./wire.ts";

/** Scans the line where it stands between others, as it does in a file. */
function scanned(line: string | Uint8Array, around = "\n"): ReturnType<typeof scanEvent> {
  const middle = Buffer.from(line as string);
  const edge = Buffer.from(around);
  const bytes = new Uint8Array(Buffer.concat([edge, middle, edge]));
  return scanEvent(bytes, edge.length, edge.length + middle.length);
}

describe("scanEvent", () => {
  it.each(KINDS)("reads a %s as parseEvent does", (type) => {
    expect(scanned(lineOf(type))).toStrictEqual(parseEvent(lineOf(type)));
  });

  it("agrees with parseEvent on every line, good or bad", () => {
    const around = fc.constantFrom("\n", "", '"', "}", "0", "0,", '","');
    let accepted = 0;
    fc.assert(
      fc.property(anyLine, around, (line, edge) => {
        fc.pre(line.isWellFormed());
        const outcome = scanned(line, edge);
        if (!isRefusal(outcome)) accepted++;
        expect(outcome).toStrictEqual(parseEvent(line));
      }),
      { numRuns: 20_000 },
    );
    expect(accepted).toBeGreaterThan(2_000);
  });

  it("never throws on any bytes, and says which are no UTF-8", () => {
    fc.assert(
      fc.property(wireEvent, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 }))), (wire, edits) => {
        const bytes = Buffer.from(JSON.stringify(wire));
        for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
        const outcome = scanned(bytes);
        const isText = Buffer.from(bytes.toString("utf8"), "utf8").equals(bytes);
        if (isText) expect(outcome).toStrictEqual(parseEvent(bytes.toString("utf8")));
        else expect(outcome).toMatchObject({ reason: "bad-encoding" });
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ["a trailing comma", lineOf("heartbeat").replace("}", ",}")],
    ["a leading comma", lineOf("heartbeat").replace("{", "{,")],
    ["an empty object", "{}"],
    ["a brace", "{"],
    ["nothing", ""],
    ["an unclosed text", '{"type":"heartbeat}'],
    ["an unclosed key", '{"type}'],
    ["a bare value", '{"type":heartbeat}'],
    ["a quoted integer", lineOf("heartbeat").replace(":7", ':"7"')],
    ["an integer with an exponent", lineOf("heartbeat").replace(":7", ":7e1")],
    ["an integer of 17 digits", lineOf("heartbeat").replace(":7", ":12345678901234567")],
    ["the greatest integer", lineOf("heartbeat").replace(":7", ":9007199254740991")],
    ["one more", lineOf("heartbeat").replace(":7", ":9007199254740992")],
    ["a number with an exponent in its shortest form", lineOf("trade", { price: 1.5e-7 })],
    ["that number, written out", lineOf("trade", { price: 0 }).replace(":0,", ":0.00000015,")],
    ["a number that ends in zeros", lineOf("trade", { price: 0 }).replace(":0,", ":10.5000,")],
    ["a number of 16 digits", lineOf("trade", { price: 0 }).replace(":0,", ":0.1234567890123456,")],
    ["a bare minus", lineOf("trade", { fee: 0 }).replace(":0}", ":-}")],
    ["minus zero", lineOf("trade", { fee: 0 }).replace(":0}", ":-0}")],
    ["a half quoted decimal", lineOf("trade").replace('"67412.5"', '"67412.5')],
    ["a decimal quoted at its end", lineOf("trade").replace('"67412.5"', '67412.5"')],
    ["a point without digits", lineOf("trade", { price: "5." })],
    ["digits of the greatest mantissa", lineOf("trade", { price: "90071992547409.91" })],
    ["one space after colons and commas", lineOf("trade").replace(/[:,](?=")/g, "$& ")],
    ["a space before the end", lineOf("trade").replace("}", " }")],
    ["a carriage return", `${lineOf("trade")}\r`],
    ["a field of another kind", lineOf("heartbeat", { bid: "1" })],
    ["a key that only starts like a field", lineOf("heartbeat", { tim: 1 })],
    ["a key that goes on after a field", lineOf("heartbeat", { times: 1 })],
    ["a second type", lineOf("heartbeat").replace("}", ',"type":"bust"}')],
  ])("agrees with parseEvent on %s", (_what, line) => {
    expect(scanned(line)).toStrictEqual(parseEvent(line));
    expect(scanned(line, "")).toStrictEqual(parseEvent(line));
  });

  it.each([
    ["a lone continuation byte", [0x80]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["an overlong slash of three bytes", [0xe0, 0x80, 0xaf]],
    ["half a surrogate pair", [0xed, 0xa0, 0x80]],
    ["a code point beyond the last", [0xf4, 0x90, 0x80, 0x80]],
    ["a sequence that is cut off", [0xf0, 0x9f, 0x99]],
    ["Latin-1", [0x53, 0xf6, 0x68, 0x6e, 0x65]],
  ])("refuses %s as bad-encoding", (_what, bad) => {
    const [before = "", after = ""] = lineOf("bust", { tradeId: "?" }).split("?");
    const bytes = Buffer.concat([Buffer.from(before), Buffer.from(bad), Buffer.from(after)]);
    expect(scanned(bytes)).toMatchObject({ reason: "bad-encoding" });
  });

  it("never takes one text for another that starts and ends like it", () => {
    const middle = fc.stringMatching(/^[ab]{0,34}$/);
    const ids = fc.array(middle, { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(
        ids,
        fc.constantFrom("", "Q", "Quote"),
        fc.constantFrom("", "9", "0001"),
        (middles, start, end) => {
          for (const tradeId of [...middles, ...middles].map((text) => `${start}${text}x${end}`)) {
            expect(scanned(lineOf("bust", { tradeId }))).toMatchObject({ tradeId });
            const venue = tradeId;
            expect(scanned(lineOf("trade", { venue }))).toMatchObject({ venue });
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    [-1, 3],
    [2, 1],
    [0, 4],
    [Number.NaN, 1],
  ])("throws a RangeError for bytes %d to %d of three, which are not there", (from, to) => {
    expect(() => scanEvent(new Uint8Array(3), from, to)).toThrow(RangeError);
  });

  it("does not keep the bytes: an event stays as it was when they are overwritten", () => {
    const bytes = new Uint8Array(Buffer.from(lineOf("trade", { tradeId: "x".repeat(60) })));
    const event = scanEvent(bytes, 0, bytes.length);
    const before = structuredClone(event);
    bytes.fill(0);
    scanned(lineOf("trade", { tradeId: "y", side: "sell", price: "1" }));
    expect(event).toStrictEqual(before);
  });

  it("refuses a line that is too long, unread", () => {
    const line = new Uint8Array(4 * MAX_LINE_LENGTH).fill(0xff);
    expect(scanEvent(line, 0, line.length)).toMatchObject({ reason: "line-too-long" });
  });
});
