/** What every EventSink promises: what was acknowledged has arrived, each instrument's lines in their order. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventSink, OutgoingLine } from "../../lib/ports/event-sink.ts";

/** A sink under test, and what lies at the other end of it. */
export interface OpenedSink {
  readonly sink: EventSink;
  /** Everything that has arrived, in the order in which a reader sees it, repetitions included. */
  arrived(): Promise<readonly OutgoingLine[]>;
  close(): Promise<void>;
}

export interface EventSinkCapabilities {
  /** The most bytes of one line, where a quarter of them at least can be compressed away. */
  readonly lineBytesMax: number;
}

const line = (sequence: number, instrument = "BTC-PERP"): OutgoingLine => ({
  instrument,
  line: JSON.stringify({ type: "heartbeat", instrument, sequence }),
});

const lines = (count: number, instrument = "BTC-PERP", from = 1): OutgoingLine[] =>
  Array.from({ length: count }, (_, i) => line(from + i, instrument));

/** By instrument, first arrivals only. */
function firstArrivals(arrived: readonly OutgoingLine[]): Map<string, string[]> {
  const seen = new Map<string, Set<string>>();
  for (const { instrument, line: text } of arrived) {
    seen.set(instrument, (seen.get(instrument) ?? new Set()).add(text));
  }
  return new Map(Array.from(seen, ([instrument, texts]) => [instrument, [...texts]]));
}

const textsOf = (published: readonly OutgoingLine[], instrument: string): string[] =>
  published.filter((one) => one.instrument === instrument).map((one) => one.line);

export function eventSinkContract(
  name: string,
  open: () => Promise<OpenedSink>,
  { lineBytesMax }: EventSinkCapabilities,
): void {
  describe(`${name} as an EventSink`, () => {
    let opened: OpenedSink;
    let sink: EventSink;

    beforeEach(async () => {
      opened = await open();
      sink = opened.sink;
    });
    afterEach(() => opened.close());

    it("says how many lines were acknowledged, and they have arrived", async () => {
      expect(await sink.publish(lines(3))).toEqual({ acknowledged: 3, refused: [] });
      expect(await opened.arrived()).toEqual(lines(3));
    });

    it("takes an empty call", async () => {
      expect(await sink.publish([])).toEqual({ acknowledged: 0, refused: [] });
      expect(await opened.arrived()).toEqual([]);
    });

    it("keeps the order of an instrument's lines through calls that do not wait for another", async () => {
      const calls = Array.from({ length: 40 }, (_, i) => lines(30, "BTC-PERP", 1 + 30 * i));
      await Promise.all(calls.map((call) => sink.publish(call)));
      expect(await opened.arrived()).toEqual(lines(1_200));
    });

    it("publishes 60 instruments side by side, each in its order", async () => {
      const names = Array.from({ length: 60 }, (_, i) => `COIN${i}-PERP`);
      const all = Array.from({ length: 20 }, (_, i) => names.map((one) => line(i + 1, one))).flat();
      expect((await sink.publish(all)).acknowledged).toBe(1_200);
      const arrived = firstArrivals(await opened.arrived());
      expect(arrived.size).toBe(60);
      for (const one of names) expect(arrived.get(one)).toEqual(textsOf(all, one));
    });

    it.each([
      { text: "{}", when: "nothing in it" },
      { text: '{"name":"日本🚀\\ud83d"}', when: "letters beyond ASCII" },
      {
        text: '{"a":"\r\\n\u2028\u0000"}',
        when: "control characters, a line separator, an escaped line feed",
      },
      { text: ' {"a":1} ', when: "blanks around it" },
    ])("carries a line with $when as it is", async ({ text }) => {
      await sink.publish([{ instrument: "A", line: text }]);
      expect(await opened.arrived()).toEqual([{ instrument: "A", line: text }]);
    });

    it("carries a line as long as one may be, and refuses a longer one with the reason, and nothing else", async () => {
      const long = { instrument: "A", line: incompressible(lineBytesMax) };
      const tooLong = { instrument: "A", line: incompressible(lineBytesMax + 1) };
      const outcome = await sink.publish([line(1, "A"), long, tooLong, line(2, "A")]);
      expect(outcome.acknowledged).toBe(3);
      expect(outcome.refused).toEqual([{ ...tooLong, detail: expect.stringContaining("bytes") }]);
      const arrived = await opened.arrived();
      expect(arrived.map((one) => one.line.length)).toEqual(
        [line(1, "A"), long, line(2, "A")].map((one) => one.line.length),
      );
    });

    it("refuses a line that is two", async () => {
      const two = { instrument: "A", line: '{"a":1}\n{"b":2}' };
      const outcome = await sink.publish([two, line(1, "A")]);
      expect(outcome).toEqual({
        acknowledged: 1,
        refused: [{ ...two, detail: expect.stringContaining("line feed") }],
      });
      expect(await opened.arrived()).toEqual([line(1, "A")]);
    });

    it.each(["", "x".repeat(129), "\ud800"])(
      "refuses the instrument %j and publishes nothing of that call",
      async (instrument) => {
        await expect(sink.publish([line(1), { ...line(2), instrument }])).rejects.toThrow(
          RangeError,
        );
        expect(await opened.arrived()).toEqual([]);
      },
    );

    it("sends what waits when it is closed, and takes nothing after", async () => {
      const publishing = sink.publish(lines(5));
      await Promise.resolve();
      await sink.close();
      await sink.close();
      const outcome = await publishing.catch((error: unknown) => error);
      const arrived = await opened.arrived();
      // Closed in the same turn, the call is either taken whole or refused whole.
      if (outcome instanceof Error) expect(arrived).toEqual([]);
      else expect(arrived).toEqual(lines(5));
      await expect(sink.publish(lines(1))).rejects.toThrow("closed");
    });

    it("carries any lines in any calls", async () => {
      const published = fc.record({
        instrument: fc.constantFrom("A", "B", "C"),
        line: fc.jsonValue().map((value) => JSON.stringify({ value })),
      });
      const calls = fc.array(fc.array(published, { maxLength: 12 }), { maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(calls, async (drawn) => {
          const fresh = await open();
          try {
            const unique = drawn.map((call, c) =>
              call.map((one, i) => ({ ...one, line: `{"at":"${c}/${i}","is":${one.line}}` })),
            );
            await Promise.all(unique.map((call) => fresh.sink.publish(call)));
            const arrived = firstArrivals(await fresh.arrived());
            for (const one of ["A", "B", "C"]) {
              expect(arrived.get(one) ?? []).toEqual(textsOf(unique.flat(), one));
            }
          } finally {
            await fresh.close();
          }
        }),
        { numRuns: 20 },
      );
    });
  });
}

/** JSON of so many bytes that no compressor makes much smaller: three quarters of it at best. */
function incompressible(bytes: number): string {
  let state = 7;
  const next = (): string => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return String.fromCharCode(0x30 + ((state >>> 16) % 64)).replace("\\", "!");
  };
  return `{"noise":"${Array.from({ length: bytes - 12 }, next).join("")}"}`;
}
