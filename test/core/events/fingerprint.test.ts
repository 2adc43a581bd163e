import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalNames, canonicalText } from "../../../lib/core/events/canonical.ts";
import type { BrawlerEvent } from "../../../lib/core/events/event.ts";
import { fingerprint, fnv1a } from "../../../lib/core/events/fingerprint.ts";
import { parseEvent } from "../../../lib/core/events/parse.ts";
import { isRefusal } from "../../../lib/core/events/refusal.ts";
import { KINDS, lineOf, shuffledEvent, wireEvent } from "./wire.ts";

function eventOf(line: string): BrawlerEvent {
  const outcome = parseEvent(line);
  if (isRefusal(outcome)) throw new Error(outcome.detail);
  return outcome;
}

describe("fnv1a", () => {
  it.each([
    { text: "", hash: 0x811c9dc5 },
    { text: "a", hash: 0xe40c292c },
    { text: "foobar", hash: 0xbf9cf968 },
  ])("of $text is the published value", ({ text, hash }) => {
    expect(fnv1a(text)).toBe(hash);
  });

  it("hashes the UTF-8 bytes of any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        let hash = 0x811c9dc5;
        for (const byte of Buffer.from(text, "utf8")) hash = Math.imul(hash ^ byte, 0x01000193);
        expect(fnv1a(text)).toBe(hash >>> 0);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("canonicalText", () => {
  it("holds defaults, shortest decimals, and fields by name, without the time of receipt", () => {
    const line = lineOf("quote", { price: "67413.500", receivedTime: 5 });
    expect(canonicalText(eventOf(line)).split("\n")).toStrictEqual([
      "main",
      "placed",
      "BTC-PERP",
      "67413.5",
      "0.5",
      "q-1",
      "",
      "7",
      "sell",
      "brawler",
      "1758300000000000",
      "quote",
      "",
    ]);
  });

  it.each(KINDS)("names every field of a %s but receivedTime, sorted", (type) => {
    const fields = Object.keys(eventOf(lineOf(type))).filter((name) => name !== "receivedTime");
    expect(canonicalNames(type)).toStrictEqual(fields.sort());
  });
});

describe("fingerprint", () => {
  it("is the FNV-1a of the canonical text, for every kind", () => {
    fc.assert(
      fc.property(wireEvent, (wire) => {
        const event = eventOf(JSON.stringify(wire));
        expect(fingerprint(event)).toBe(fnv1a(canonicalText(event)));
      }),
      { numRuns: 5_000 },
    );
  });

  it("is the same for an event whose decimals were never shortened", () => {
    const event = { ...eventOf(lineOf("trade")), price: { mantissa: 6741250, decimals: 2 } };
    expect(fingerprint(event as BrawlerEvent)).toBe(fingerprint(eventOf(lineOf("trade"))));
  });

  it("does not depend on the order of fields", () => {
    fc.assert(
      fc.property(shuffledEvent, (wire) => {
        const sorted = Object.fromEntries(Object.entries(wire).sort());
        const [one, other] = [eventOf(JSON.stringify(wire)), eventOf(JSON.stringify(sorted))];
        expect(fingerprint(one)).toBe(fingerprint(other));
      }),
    );
  });

  it.each([
    { changes: { price: "67412.500" }, when: "zeros end a decimal" },
    { changes: { price: 67412.5 }, when: "a decimal is a JSON number" },
    { changes: { account: "main", source: "brawler" }, when: "defaults are written out" },
    { changes: { execution: "trade" }, when: "the default execution is written out" },
    { changes: { receivedTime: 99 }, when: "it was received at another time" },
  ])("is the same when $when", ({ changes }) => {
    expect(fingerprint(eventOf(lineOf("trade", changes)))).toBe(
      fingerprint(eventOf(lineOf("trade"))),
    );
  });

  it.each([
    { price: "67412.51" },
    { side: "sell" },
    { fee: "0.0125" },
    { account: "hedge" },
    { source: "other" },
    { quoteId: "x" },
    { venue: "x" },
    { counterparty: "x" },
    { strategy: "x" },
    { time: 1 },
    { sequence: 8 },
    { positionBefore: "0" },
    { execution: "adl" },
  ])("changes with %j", (changes) => {
    expect(fingerprint(eventOf(lineOf("trade", changes)))).not.toBe(
      fingerprint(eventOf(lineOf("trade"))),
    );
  });
});
