import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs, createStreamParser } from "../../dashboard/model/event-stream.ts";

const TEXT =
  'event: live\ndata: {"a":1}\nid: c1\n\n: still here\n\nevent: fresh\ndata: one\ndata: two\nid: c2\n\n';

describe("createStreamParser", () => {
  it("reads messages, joins their lines and leaves comments out", () => {
    expect(createStreamParser()(TEXT)).toEqual([
      { event: "live", id: "c1", data: '{"a":1}' },
      { event: "fresh", id: "c2", data: "one\ntwo" },
    ]);
  });

  it("reads the same messages however the text is cut", () => {
    const whole = createStreamParser()(TEXT);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: TEXT.length })), (cuts) => {
        const parse = createStreamParser();
        const edges = [0, ...cuts.toSorted((a, b) => a - b), TEXT.length];
        const pieces = edges.slice(1).map((end, index) => TEXT.slice(edges[index], end));
        expect(pieces.flatMap((piece) => parse(piece))).toEqual(whole);
      }),
    );
  });

  it("gives nothing of a message that has not ended", () => {
    expect(createStreamParser()("data: half")).toEqual([]);
  });
});

describe("backoffMs", () => {
  it("doubles from 2 s to 60 s", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 99].map((failures) => backoffMs(failures, 0))).toEqual([
      2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ]);
  });

  it("spreads readers over the last quarter of each wait", () => {
    expect(backoffMs(1, 0.999)).toBeGreaterThanOrEqual(1_500);
    expect(backoffMs(1, 0.999)).toBeLessThan(2_000);
  });
});
