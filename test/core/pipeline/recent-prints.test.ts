import { describe, expect, it } from "vitest";
import type { BrawlerEvent } from "../../../lib/core/events/event.ts";
import { decodeState, encodeState } from "../../../lib/core/pipeline/codec.ts";
import type { FoldContext } from "../../../lib/core/pipeline/context.ts";
import { type InstrumentState, newInstrumentState } from "../../../lib/core/pipeline/state.ts";
import { offer } from "../../../lib/core/pipeline/step.ts";
import { batchesOf, DEFAULTS, FUTURE_LIMIT } from "../../fold.ts";

const CONTEXT: FoldContext = {
  futureLimit: FUTURE_LIMIT,
  findTrade: () => undefined,
  quarantined: () => {},
};

function reference(sequence: number, bid: string): BrawlerEvent {
  const time = 1_767_225_600_000_000 + sequence;
  const line = { type: "reference", instrument: "BTC-PERP", time, sequence, bid, ask: "101.5" };
  const event = batchesOf([line])[0]?.deliveries[0]?.event;
  if (event === undefined) throw new Error(`expected an event: ${JSON.stringify(line)}`);
  return event;
}

function foldedState(events: number): InstrumentState {
  const state = newInstrumentState("main", "BTC-PERP", DEFAULTS);
  for (let sequence = 1; sequence <= events; sequence += 1) {
    offer(state, reference(sequence, "100.25"), CONTEXT);
  }
  return state;
}

describe("a sequence that comes again", () => {
  const ways = [
    { way: "as it was folded", restored: (state: InstrumentState) => state },
    {
      way: "after a restart",
      restored: (state: InstrumentState) => decodeState(encodeState(state)),
    },
  ];

  it.each(ways)("is a duplicate with the same content, in any spelling: $way", ({ restored }) => {
    const state = restored(foldedState(300));
    expect(offer(state, reference(300, "100.250"), CONTEXT)).toBe("duplicate");
    expect(offer(state, reference(45, "100.25"), CONTEXT)).toBe("duplicate");
  });

  it.each(ways)("is a conflict with other content: $way", ({ restored }) => {
    const state = restored(foldedState(300));
    const outcome = offer(state, reference(45, "100.3"), CONTEXT);
    expect(outcome).toMatchObject({ reason: "sequence-conflict" });
  });

  it("is compared with what came before and after the restart", () => {
    const state = decodeState(encodeState(foldedState(300)));
    for (let sequence = 301; sequence <= 400; sequence += 1) {
      offer(state, reference(sequence, "100.25"), CONTEXT);
    }
    expect(offer(state, reference(200, "99"), CONTEXT)).toMatchObject({
      reason: "sequence-conflict",
    });
    expect(offer(state, reference(350, "99"), CONTEXT)).toMatchObject({
      reason: "sequence-conflict",
    });
    expect(offer(state, reference(200, "100.25"), CONTEXT)).toBe("duplicate");
  });

  it("is a duplicate whatever it holds once 256 others followed", () => {
    const state = foldedState(300);
    expect(offer(state, reference(44, "1"), CONTEXT)).toBe("duplicate");
  });
});

describe("a snapshot", () => {
  it("holds fingerprints of what came, and no events", () => {
    const text = encodeState(foldedState(300));
    expect(text).not.toContain("100.25");
    expect(JSON.parse(text).recentEvents).toBeUndefined();
    expect(encodeState(decodeState(text))).toBe(text);
  });
});
