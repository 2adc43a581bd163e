import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatEvent } from "../../../lib/core/events/format.ts";
import { parseEvent } from "../../../lib/core/events/parse.ts";
import { isRefusal } from "../../../lib/core/events/refusal.ts";
import { KINDS, lineOf, wireEvent } from "./wire.ts";

function reformatted(line: string): string {
  const outcome = parseEvent(line);
  if (isRefusal(outcome)) throw new Error(outcome.detail);
  return formatEvent(outcome);
}

describe("formatEvent", () => {
  it.each(KINDS)("writes a plain %s as it was", (type) => {
    expect(reformatted(lineOf(type))).toBe(lineOf(type));
  });

  it("is undone by parseEvent, for every event", () => {
    fc.assert(
      fc.property(wireEvent, (wire) => {
        const event = parseEvent(JSON.stringify(wire));
        expect(parseEvent(reformatted(JSON.stringify(wire)))).toStrictEqual(event);
      }),
      { numRuns: 3_000 },
    );
  });

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(wireEvent, (wire) => {
        const once = reformatted(JSON.stringify(wire));
        expect(reformatted(once)).toBe(once);
      }),
    );
  });

  it("leaves out defaults, shortens decimals, and keeps what differs from a default", () => {
    const plain = { account: "main", source: "brawler", execution: "trade", price: "67412.50" };
    expect(reformatted(lineOf("trade", plain))).toBe(lineOf("trade"));
    const other = { account: "hedge", source: "desk", execution: "adl", receivedTime: 1 };
    expect(JSON.parse(reformatted(lineOf("trade", other)))).toMatchObject(other);
  });
});
