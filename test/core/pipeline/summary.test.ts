import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEvent } from "../../../lib/core/events/parse.ts";
import { isRefusal } from "../../../lib/core/events/refusal.ts";
import { grossLevel } from "../../../lib/core/pipeline/buckets.ts";
import { StateVersionError } from "../../../lib/core/pipeline/codec.ts";
import { newInstrumentState } from "../../../lib/core/pipeline/state.ts";
import { offer } from "../../../lib/core/pipeline/step.ts";
import { decodeSummary, encodeSummary } from "../../../lib/core/pipeline/summary.ts";
import { linesOf, stream } from "../../arbitraries.ts";
import { DEFAULTS, FUTURE_LIMIT } from "../../fold.ts";

const CONTEXT = { futureLimit: FUTURE_LIMIT, findTrade: () => undefined, quarantined: () => {} };

describe("a summary", () => {
  it("gives back the levels, identity and counts of its state, whatever was folded", () => {
    fc.assert(
      fc.property(stream({ late: true, length: { min: 1, max: 60 } }), (told) => {
        const state = newInstrumentState("main", told.instrument, DEFAULTS);
        for (const line of linesOf(told)) {
          const event = parseEvent(typeof line === "string" ? line : JSON.stringify(line));
          if (!isRefusal(event)) offer(state, event, CONTEXT);
        }
        const { buffer, holes, ...same } = state;
        const summary = decodeSummary(encodeSummary(state));
        const { buffered, holes: holeCount, gross, settledBefore, ...rest } = summary;
        expect(same).toMatchObject(rest);
        expect([buffered, holeCount, gross]).toEqual([
          buffer.size,
          holes.length,
          grossLevel(state),
        ]);
        expect(settledBefore).toBeLessThanOrEqual(state.open.from);
      }),
      { numRuns: 60 },
    );
  });

  it("is about a kilobyte", () => {
    const state = newInstrumentState("main", "BTC-PERP", DEFAULTS);
    expect(encodeSummary(state).length).toBeLessThan(1_000);
  });

  it.each([
    { text: "", when: "it was committed before there were summaries" },
    { text: '{"v":99}', when: "another version wrote it" },
  ])("is refused with what to do when $when", ({ text }) => {
    expect(() => decodeSummary(text)).toThrow(StateVersionError);
    expect(() => decodeSummary(text)).toThrow(/rebuild/);
  });
});
