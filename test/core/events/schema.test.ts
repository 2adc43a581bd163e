/**
 * Goal: what is published about events is what is accepted.
 * Method: every line is judged by the parser and, as parsed JSON, by the compiled schema. The parser may refuse more,
 * for the reasons that `schema.ts` lists and for no other.
 */
import fc from "fast-check";
import { Compile } from "typebox/compile";
import { describe, expect, it } from "vitest";
import { parseEvent } from "../../../lib/core/events/parse.ts";
import { isRefusal } from "../../../lib/core/events/refusal.ts";
import { eventSchema } from "../../../lib/core/events/schema.ts";
import { anyLine } from "./mangle.ts";
import { KINDS, lineOf } from "./wire.ts";

const schema = Compile(eventSchema);

type Verdict = "accepted" | "refused" | "beyond the schema";

/** What the parser says; refusals that a schema cannot express are told apart. */
function parserVerdict(line: string): Verdict {
  const outcome = parseEvent(line);
  if (!isRefusal(outcome)) return "accepted";
  const { reason, field } = outcome;
  if (reason === "duplicate-field" || reason === "unsafe-number") return "beyond the schema";
  const isNumber = reason === "too-fine" && typeof memberOf(line, field ?? "") === "number";
  return isNumber ? "beyond the schema" : "refused";
}

function memberOf(line: string, name: string): unknown {
  return (JSON.parse(line) as Record<string, unknown>)[name];
}

function schemaAccepts(line: string): boolean {
  try {
    return schema.Check(JSON.parse(line));
  } catch {
    return false;
  }
}

describe("eventSchema", () => {
  it.each(KINDS)("accepts a %s", (type) => {
    expect(schemaAccepts(lineOf(type))).toBe(true);
  });

  it("agrees with parseEvent on every line, but for what no schema can say", () => {
    const seen = new Map<Verdict, number>();
    fc.assert(
      fc.property(anyLine, (line) => {
        const verdict = parserVerdict(line);
        seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
        if (verdict !== "beyond the schema") {
          expect(schemaAccepts(line)).toBe(verdict === "accepted");
        }
      }),
      { numRuns: 20_000 },
    );
    expect(seen.get("accepted")).toBeGreaterThan(2_000);
    expect(seen.get("refused")).toBeGreaterThan(2_000);
    expect(seen.get("beyond the schema")).toBeLessThan(4_000);
  });

  it.each([
    ["a quantity of nothing", lineOf("trade", { quantity: "0.00" })],
    ["a sign on a quantity", lineOf("trade", { quantity: "-1" })],
    ["an exponent", lineOf("trade", { price: "1e3" })],
    ["a fee of 13 decimals", lineOf("trade", { fee: "0.0000000000001" })],
    ["a placed quote without price", lineOf("quote", { price: undefined })],
    ["a correction of nothing", lineOf("correction", { price: undefined })],
    ["an unknown field", lineOf("trade", { orderId: "1" })],
    ["a field of another kind", lineOf("trade", { bid: "1" })],
    ["a control character", lineOf("trade", { tradeId: "a\u0000" })],
    ["257 characters", lineOf("trade", { tradeId: "x".repeat(257) })],
    ["a reserved word", lineOf("trade", { venue: "__proto__" })],
    ["half a surrogate pair", lineOf("trade", { tradeId: "\ud800" })],
    ["an instrument in small letters", lineOf("heartbeat", { instrument: "btc" })],
  ])("refuses %s", (_what, line) => {
    expect(schemaAccepts(line)).toBe(false);
  });

  it("is plain JSON", () => {
    expect(JSON.parse(JSON.stringify(eventSchema))).toMatchObject({ anyOf: expect.any(Array) });
  });
});
