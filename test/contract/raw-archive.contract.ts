/** What every RawArchive promises: each line as it came, in arrival order, at a position that never changes. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EpochUs } from "../../lib/core/units.ts";
import { HOUR_US } from "../../lib/core/units.ts";
import type { ArchivedLine, ArrivedLine, RawArchive } from "../../lib/ports/raw-archive.ts";
import type { Opened } from "./opened.ts";

export interface RawArchiveCapabilities {
  /** What stands after closing and opening again. */
  readonly reopening: "keeps-all" | "starts-empty";
}

const T0 = 1_758_240_000_000_000;

const arrived = (line: string, fields: Partial<ArrivedLine> = {}): ArrivedLine => ({
  receivedTime: T0 as EpochUs,
  verdict: "accepted",
  reason: undefined,
  line,
  ...fields,
});

const lines = (count: number, from = 1): ArrivedLine[] =>
  Array.from({ length: count }, (_, i) => arrived(`{"sequence":${from + i}}`));

const numbered = (all: readonly ArrivedLine[], from = 1): ArchivedLine[] =>
  all.map((line, i) => ({ position: from + i, ...line }));

async function collect(archive: RawArchive, after = 0): Promise<ArchivedLine[]> {
  const found: ArchivedLine[] = [];
  for await (const line of archive.read(after)) found.push(line);
  return found;
}

export function rawArchiveContract(
  name: string,
  open: () => Promise<Opened<RawArchive>>,
  capabilities: RawArchiveCapabilities,
): void {
  describe(`${name} as a RawArchive`, () => {
    let opened: Opened<RawArchive>;
    let archive: RawArchive;

    beforeEach(async () => {
      opened = await open();
      archive = opened.store;
    });
    afterEach(() => opened.close());

    it("is empty at first", async () => {
      expect(await archive.end()).toBe(0);
      expect(await collect(archive)).toEqual([]);
      expect(await collect(archive, 99)).toEqual([]);
    });

    it("gives positions from 1, on through every call", async () => {
      expect(await archive.append(lines(3))).toBe(3);
      expect(await archive.append(lines(2, 4))).toBe(5);
      expect(await archive.end()).toBe(5);
      expect(await collect(archive)).toEqual(numbered(lines(5)));
    });

    it("takes an empty call and gives no position", async () => {
      await archive.append(lines(2));
      expect(await archive.append([])).toBe(2);
      expect(await archive.end()).toBe(2);
    });

    it.each([
      { after: 0, first: 1, when: "from the start" },
      { after: 1, first: 2, when: "after the first" },
      { after: 57, first: 58, when: "from the middle" },
      { after: 99, first: 100, when: "the last alone" },
    ])("reads strictly after a position: $when", async ({ after, first }) => {
      await archive.append(lines(100));
      expect(await collect(archive, after)).toEqual(numbered(lines(101 - first, first), first));
    });

    it("reads nothing after the end", async () => {
      await archive.append(lines(3));
      expect(await collect(archive, 3)).toEqual([]);
      expect(await collect(archive, 9)).toEqual([]);
    });

    it("keeps duplicates, each at its own position", async () => {
      const twice = [...lines(1), ...lines(1)];
      await archive.append(twice);
      expect(await collect(archive)).toEqual(numbered(twice));
    });

    it("keeps verdict and reason of each line", async () => {
      const judged = [
        arrived('{"sequence":1}'),
        arrived("not JSON", { verdict: "refused", reason: "line 2: expected an object" }),
        arrived('{"sequence":2}', { verdict: "refused", reason: 'a "quoted"\nreason' }),
        arrived("no reason", { verdict: "refused" }),
        arrived('{"note":"of ours"}', { verdict: "note" }),
        arrived('{"sequence":3}', { reason: "accepted, with a remark" }),
      ];
      await archive.append(judged);
      expect(await collect(archive)).toEqual(numbered(judged));
    });

    it.each([
      { line: "", when: "no character" },
      { line: "{}", when: "an empty object" },
      { line: ' {"a":1} ', when: "blanks around an object" },
      { line: '{"a":1}\r', when: "a carriage return at the end" },
      { line: '{"a":\r1}', when: "a carriage return inside" },
      { line: "{\n}", when: "a line feed inside" },
      { line: '{"name":"日本🚀"}', when: "letters beyond ASCII" },
      { line: '{"name":"\ud800"}', when: "a lone surrogate" },
      { line: '{"name":"\u2028"}', when: "a line separator" },
      { line: "\ufeff{}", when: "a byte order mark" },
      { line: "nul\u0000inside", when: "a NUL" },
      { line: '{"position":9,"receivedTime":1,"line":{}}', when: "what looks like our own record" },
      { line: '{"text":"}"', when: "a brace that is not the end" },
      { line: `{"long":"${"x".repeat(1_000_000)}"}`, when: "a million characters" },
    ])("keeps a line with $when as it came, accepted or refused", async ({ line }) => {
      const both = [arrived(line), arrived(line, { verdict: "refused", reason: "why" })];
      const all = [...both, ...lines(1)];
      await archive.append(all);
      const found = await collect(archive);
      expect(found.map((one) => one.line === line)).toEqual([true, true, false]);
      expect(found.map(({ verdict }) => verdict)).toEqual(["accepted", "refused", "accepted"]);
    });

    it("keeps arrival order, whatever the times of receipt say", async () => {
      const times = [0, 5 * HOUR_US, 1, 2 * HOUR_US, 6 * HOUR_US, 3, 40 * 24 * HOUR_US];
      const all = times.map((at, i) =>
        arrived(`{"sequence":${i}}`, { receivedTime: (T0 + at) as EpochUs }),
      );
      for (const line of all) await archive.append([line]);
      expect(await collect(archive)).toEqual(numbered(all));
      expect(await collect(archive, 3)).toEqual(numbered(all).slice(3));
    });

    it("reads up to the end as it was, while more comes in", async () => {
      await archive.append(lines(10));
      const seen: number[] = [];
      for await (const { position } of archive.read(0)) {
        seen.push(position);
        await archive.append(lines(1));
      }
      expect(seen).toEqual(numbered(lines(10)).map(({ position }) => position));
      expect(await archive.end()).toBe(20);
      expect(await collect(archive)).toHaveLength(20);
    });

    it("lets a reader stop half-way, and another begin", async () => {
      await archive.append(lines(1_000));
      for await (const { position } of archive.read(0)) if (position === 3) break;
      expect(await collect(archive, 990)).toHaveLength(10);
    });

    it("keeps each call's lines together and in order when many append at once", async () => {
      const calls = Array.from({ length: 30 }, (_, call) =>
        Array.from({ length: 5 }, (_row, i) => arrived(`{"call":${call},"i":${i}}`)),
      );
      const ends = await Promise.all(calls.map((call) => archive.append(call)));
      expect([...ends].sort((a, b) => a - b)).toEqual(calls.map((_, i) => (i + 1) * 5));
      const found = await collect(archive);
      for (const [i, call] of calls.entries()) {
        const end = ends[i] ?? 0;
        expect(found.slice(end - 5, end)).toEqual(numbered(call, end - 4));
      }
    });

    it("gives back any lines in any calls", async () => {
      await keepsAnything(open);
    });

    it(`${capabilities.reopening} when it is closed and opened again`, async () => {
      await archive.append(lines(7));
      archive = await opened.reopen();
      const isKept = capabilities.reopening === "keeps-all";
      expect(await archive.end()).toBe(isKept ? 7 : 0);
      expect(await archive.append(lines(1, 8))).toBe(isKept ? 8 : 1);
      expect(await collect(archive, 6)).toEqual(isKept ? numbered(lines(2, 7), 7) : []);
    });
  });
}

async function keepsAnything(open: () => Promise<Opened<RawArchive>>): Promise<void> {
  const line = fc.record({
    receivedTime: fc.integer({ min: 0, max: 30 }).map((hour) => (hour * HOUR_US) as EpochUs),
    verdict: fc.constantFrom("accepted" as const, "refused" as const, "note" as const),
    reason: fc.option(fc.string({ unit: "binary" }), { nil: undefined }),
    line: fc.oneof(fc.string({ unit: "binary" }), fc.json()),
  });
  const calls = fc.array(fc.array(line, { maxLength: 6 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(calls, fc.nat({ max: 40 }), async (drawn, after) => {
      const opened = await open();
      try {
        for (const call of drawn) await opened.store.append(call);
        expect(await collect(opened.store, after)).toEqual(numbered(drawn.flat()).slice(after));
      } finally {
        await opened.close();
      }
    }),
    { numRuns: 50 },
  );
}
