/** What every StateStore promises: one snapshot a key, replaced only by compare-and-set. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EpochUs } from "../../lib/core/units.ts";
import type { StateKey, StateSnapshot, StateStore } from "../../lib/ports/state-store.ts";
import type { Opened } from "./opened.ts";

export interface StateStoreCapabilities {
  /** What stands after closing and opening again. */
  readonly reopening: "keeps-all" | "starts-empty";
  /** The largest body that must be taken, in characters. */
  readonly bodyCharactersMax: number;
}

const BTC: StateKey = { account: "main", instrument: "BTC-PERP" };

const snapshot = (gen: number, body = `body ${gen}`, epoch = 1): StateSnapshot => ({
  epoch,
  gen,
  body,
  summary: `summary of ${body}`,
});

export function stateStoreContract(
  name: string,
  open: () => Promise<Opened<StateStore>>,
  capabilities: StateStoreCapabilities,
): void {
  describe(`${name} as a StateStore`, () => {
    let opened: Opened<StateStore>;
    let store: StateStore;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    it("has nothing before the first commit", async () => {
      expect(await store.load(BTC)).toBeUndefined();
      expect(await store.keys()).toEqual([]);
    });

    it("gives back what was committed first", async () => {
      expect(await store.commit(BTC, undefined, snapshot(1))).toEqual({ outcome: "committed" });
      expect(await store.load(BTC)).toEqual(snapshot(1));
    });

    it("replaces the snapshot that the writer read", async () => {
      await store.commit(BTC, undefined, snapshot(1));
      expect(await store.commit(BTC, snapshot(1), snapshot(2))).toEqual({ outcome: "committed" });
      expect(await store.load(BTC)).toEqual(snapshot(2));
    });

    it("refuses a second first commit, and hands over what stands", async () => {
      await store.commit(BTC, undefined, snapshot(1));
      expect(await store.commit(BTC, undefined, snapshot(9))).toEqual({
        outcome: "stale",
        current: snapshot(1),
      });
      expect(await store.load(BTC)).toEqual(snapshot(1));
    });

    it("refuses a commit on a snapshot that never was, and says that there is none", async () => {
      expect(await store.commit(BTC, snapshot(1), snapshot(2))).toEqual({
        outcome: "stale",
        current: undefined,
      });
      expect(await store.load(BTC)).toBeUndefined();
      expect(await store.keys()).toEqual([]);
    });

    it.each([
      { expected: { epoch: 2, gen: 4 }, when: "the gen is older" },
      { expected: { epoch: 2, gen: 6 }, when: "the gen is newer" },
      { expected: { epoch: 1, gen: 5 }, when: "the epoch is older" },
      { expected: { epoch: 3, gen: 5 }, when: "the epoch is newer" },
    ])("refuses a commit made from a stale read when $when", async ({ expected }) => {
      const standing = snapshot(5, "standing", 2);
      await store.commit(BTC, undefined, standing);
      const refused = await store.commit(BTC, expected, snapshot(7, "lost", 9));
      expect(refused).toEqual({ outcome: "stale", current: standing });
      expect(await store.load(BTC)).toEqual(standing);
    });

    it("lets the loser start again from what it was handed", async () => {
      await store.commit(BTC, undefined, snapshot(1));
      await store.commit(BTC, snapshot(1), snapshot(2, "theirs"));
      const lost = await store.commit(BTC, snapshot(1), snapshot(2, "ours"));
      const current = lost.outcome === "stale" ? lost.current : undefined;
      expect(await store.commit(BTC, current, snapshot(3, "ours"))).toEqual({
        outcome: "committed",
      });
      expect((await store.load(BTC))?.body).toBe("ours");
    });

    it("opens a new epoch with its gen starting over", async () => {
      await store.commit(BTC, undefined, snapshot(500));
      await store.commit(BTC, snapshot(500), snapshot(1, "rebuilt", 2));
      expect(await store.load(BTC)).toEqual(snapshot(1, "rebuilt", 2));
    });

    it("lets exactly one of many racing first commits win", async () => {
      const commits = Array.from({ length: 30 }, (_, i) =>
        store.commit(BTC, undefined, snapshot(1, `writer ${i}`)),
      );
      const outcomes = (await Promise.all(commits)).map(({ outcome }) => outcome);
      expect(outcomes.filter((outcome) => outcome === "committed")).toHaveLength(1);
      const winner = outcomes.indexOf("committed");
      expect((await store.load(BTC))?.body).toBe(`writer ${winner}`);
    });

    it("lets exactly one of many racing replacements win", async () => {
      await store.commit(BTC, undefined, snapshot(1));
      const commits = Array.from({ length: 30 }, (_, i) =>
        store.commit(BTC, snapshot(1), snapshot(2, `writer ${i}`)),
      );
      const results = await Promise.all(commits);
      const winner = results.findIndex(({ outcome }) => outcome === "committed");
      const losers = results.filter(({ outcome }) => outcome === "stale");
      expect(losers).toHaveLength(29);
      for (const lost of losers) {
        expect(lost).toMatchObject({ current: { body: `writer ${winner}` } });
      }
    });

    it("loses no increment when writers retry what they lost", async () => {
      const increment = async (): Promise<void> => {
        const before = await store.load(BTC);
        const count = Number(before?.body ?? "0") + 1;
        const next = snapshot((before?.gen ?? 0) + 1, String(count));
        if ((await store.commit(BTC, before, next)).outcome === "stale") await increment();
      };
      await Promise.all(Array.from({ length: 20 }, increment));
      expect((await store.load(BTC))?.body).toBe("20");
    });

    it("keeps keys apart, those that join to one text too", async () => {
      const keys: StateKey[] = [
        { account: "ab", instrument: "c" },
        { account: "a", instrument: "bc" },
        { account: "A", instrument: "bc" },
        { account: "a", instrument: "" },
        { account: "", instrument: "a" },
      ];
      for (const [i, key] of keys.entries())
        await store.commit(key, undefined, snapshot(1, `${i}`));
      for (const [i, key] of keys.entries()) expect((await store.load(key))?.body).toBe(`${i}`);
    });

    describe("keys that owe rows", () => {
      const ETH: StateKey = { account: "main", instrument: "ETH-PERP" };
      const SOL: StateKey = { account: "main", instrument: "SOL-PERP" };
      const at = (time: number) => time as EpochUs;
      const owing = async (before: number, limit = 10) => {
        await opened.settle?.();
        return (await store.owing(at(before), limit)).map(({ instrument }) => instrument);
      };

      it("are listed from the one that has owed longest, up to the time asked for", async () => {
        await store.commit(BTC, undefined, { ...snapshot(1), dirtySince: at(30) });
        await store.commit(ETH, undefined, { ...snapshot(1), dirtySince: at(10) });
        await store.commit(SOL, undefined, { ...snapshot(1), dirtySince: at(20) });
        expect(await owing(30)).toEqual(["ETH-PERP", "SOL-PERP"]);
        expect(await owing(31)).toEqual(["ETH-PERP", "SOL-PERP", "BTC-PERP"]);
        expect(await owing(31, 1)).toEqual(["ETH-PERP"]);
      });

      it("do not hold those that owe nothing", async () => {
        await store.commit(BTC, undefined, snapshot(1));
        expect(await owing(4_000_000_000_000_000)).toEqual([]);
      });

      it("come back with the time since when they owe", async () => {
        await store.commit(BTC, undefined, { ...snapshot(1), dirtySince: at(7) });
        expect(await store.load(BTC)).toEqual({ ...snapshot(1), dirtySince: at(7) });
      });

      it("leave the list with the commit that owes nothing", async () => {
        await store.commit(BTC, undefined, { ...snapshot(1), dirtySince: at(7) });
        await store.commit(BTC, snapshot(1), snapshot(2));
        expect(await owing(100)).toEqual([]);
        expect(await store.load(BTC)).toEqual(snapshot(2));
      });

      it("stay on the list when a stale writer wanted to take them off", async () => {
        await store.commit(BTC, undefined, { ...snapshot(2), dirtySince: at(7) });
        await store.commit(BTC, snapshot(1), snapshot(3));
        expect(await owing(100)).toEqual(["BTC-PERP"]);
      });
    });

    it("lists keys by account, then instrument, by code point", async () => {
      const sorted: StateKey[] = [
        { account: "A", instrument: "z" },
        { account: "a", instrument: "B" },
        { account: "a", instrument: "b" },
        { account: "a", instrument: "\uffee" },
        { account: "a", instrument: "😀" },
        { account: "b", instrument: "a" },
      ];
      for (const key of [...sorted].reverse()) await store.commit(key, undefined, snapshot(1));
      expect(await store.keys()).toEqual(sorted);
      await opened.settle?.();
      const summaries = await store.summaries();
      expect(summaries.map(({ account, instrument }) => ({ account, instrument }))).toEqual(sorted);
    });

    describe("summaries", () => {
      const ETH: StateKey = { account: "hedge", instrument: "ETH-PERP" };
      const summaries = async () => {
        await opened.settle?.();
        return store.summaries();
      };

      it("are none before the first commit", async () => {
        expect(await summaries()).toEqual([]);
      });

      it("are those of the last commits, one a key, without the body", async () => {
        await store.commit(BTC, undefined, snapshot(1));
        await store.commit(BTC, snapshot(1), snapshot(2));
        await store.commit(ETH, undefined, snapshot(7, "日本 'o' \ud800 \u0000", 3));
        expect(await summaries()).toEqual([
          { ...ETH, epoch: 3, gen: 7, summary: "summary of 日本 'o' \ud800 \u0000" },
          { ...BTC, epoch: 1, gen: 2, summary: "summary of body 2" },
        ]);
      });

      it("are never of a commit that was refused", async () => {
        await store.commit(BTC, undefined, snapshot(1));
        await store.commit(BTC, snapshot(9), snapshot(10));
        expect(await summaries()).toEqual([
          { ...BTC, epoch: 1, gen: 1, summary: "summary of body 1" },
        ]);
      });

      it("keep four thousand characters, whatever the size of the body", async () => {
        const summary = "a".repeat(4_000);
        await store.commit(BTC, undefined, { ...snapshot(1, "b".repeat(60_000)), summary });
        expect((await summaries())[0]?.summary).toBe(summary);
        expect((await store.load(BTC))?.summary).toBe(summary);
      });
    });

    it.each([
      "O'Reilly",
      '"%_\\',
      "'; DROP TABLE state; --",
      "__proto__",
      "日本🚀",
      "nul\u0000inside",
      "\ud800lonely",
      "\u0001first",
      "x".repeat(4096),
    ])("keeps the name %j as it is", async (hostile) => {
      const key = { account: hostile, instrument: hostile };
      await store.commit(key, undefined, snapshot(1, hostile));
      expect(await store.load(key)).toEqual(snapshot(1, hostile));
      expect(await store.keys()).toEqual([key]);
    });

    it("keeps an empty body", async () => {
      await store.commit(BTC, undefined, snapshot(1, ""));
      expect(await store.load(BTC)).toEqual(snapshot(1, ""));
    });

    it(`keeps a body of ${capabilities.bodyCharactersMax} characters`, async () => {
      const body = "0123456789abcdef".repeat(capabilities.bodyCharactersMax / 16);
      await store.commit(BTC, undefined, snapshot(1, body));
      expect((await store.load(BTC))?.body === body).toBe(true);
    });

    it("keeps the highest epoch and gen that a version can hold", async () => {
      const last = { ...snapshot(2 ** 40 - 1, "last"), epoch: 2 ** 13 - 1 };
      await store.commit(BTC, undefined, last);
      expect(await store.load(BTC)).toEqual(last);
      expect((await store.commit(BTC, { ...last, gen: last.gen - 1 }, last)).outcome).toBe("stale");
    });

    it("is a register under compare-and-set, whatever the calls", async () => {
      await agreesWithRegister(open);
    });

    it(`${capabilities.reopening} when it is closed and opened again`, async () => {
      await store.commit(BTC, undefined, snapshot(1));
      await store.commit(BTC, snapshot(1), snapshot(2));
      store = await opened.reopen();
      const isKept = capabilities.reopening === "keeps-all";
      expect(await store.load(BTC)).toEqual(isKept ? snapshot(2) : undefined);
      expect(await store.keys()).toEqual(isKept ? [BTC] : []);
    });
  });
}

async function agreesWithRegister(open: () => Promise<Opened<StateStore>>): Promise<void> {
  const generation = fc.integer({ min: 1, max: 3 });
  const call = fc.record({
    instrument: fc.constantFrom("A", "B"),
    expected: fc.option(fc.record({ epoch: fc.constantFrom(1, 2), gen: generation }), {
      nil: undefined,
    }),
    next: fc.record({
      epoch: fc.constantFrom(1, 2),
      gen: generation,
      body: fc.string(),
      summary: fc.string(),
    }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 25 }), async (calls) => {
      const opened = await open();
      try {
        const model = new Map<string, StateSnapshot>();
        for (const { instrument, expected, next } of calls) {
          const standing = model.get(instrument);
          const isMatch = standing?.epoch === expected?.epoch && standing?.gen === expected?.gen;
          const result = await opened.store.commit({ account: "main", instrument }, expected, next);
          expect(result).toEqual(
            isMatch ? { outcome: "committed" } : { outcome: "stale", current: standing },
          );
          if (isMatch) model.set(instrument, next);
        }
        for (const [instrument, standing] of model) {
          expect(await opened.store.load({ account: "main", instrument })).toEqual(standing);
        }
        await opened.settle?.();
        const summaries = await opened.store.summaries();
        expect(summaries.map(({ instrument, summary }) => [instrument, summary])).toEqual(
          ["A", "B"].flatMap((name) => {
            const standing = model.get(name);
            return standing === undefined ? [] : [[name, standing.summary]];
          }),
        );
      } finally {
        await opened.close();
      }
    }),
    { numRuns: 40 },
  );
}
