/** What all ConsistentReads promise: one instant for as long as a reading lasts, the newest one for the next. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConsistentReads } from "../../lib/ports/consistent-reads.ts";
import type { StateStore } from "../../lib/ports/state-store.ts";

/** One store, opened by somebody who reads and by somebody who writes. */
export interface ReadBesideWrite {
  readonly reads: ConsistentReads;
  readonly read: StateStore;
  readonly write: StateStore;
  close(): void | Promise<void>;
}

const KEY = { account: "main", instrument: "BTC-PERP" };
const snapshot = (gen: number) => ({
  epoch: 1,
  gen,
  body: `body ${gen}`,
  summary: `summary ${gen}`,
});

export function consistentReadsContract(
  name: string,
  open: () => ReadBesideWrite | Promise<ReadBesideWrite>,
): void {
  describe(`${name} as ConsistentReads`, () => {
    let store: ReadBesideWrite;
    beforeEach(async () => {
      store = await open();
      await store.write.commit(KEY, undefined, snapshot(1));
    });
    afterEach(() => store.close());

    const genRead = async () => (await store.read.load(KEY))?.gen;

    it("see one instant while others write, and the newest at the next reading", async () => {
      const seen = await store.reads.consistently(async () => {
        const before = await genRead();
        await store.write.commit(KEY, snapshot(1), snapshot(2));
        return [before, await genRead()];
      });
      expect(seen).toEqual([1, 1]);
      expect(await store.reads.consistently(genRead)).toBe(2);
    });

    it("hand on what fails inside, and can be read again", async () => {
      const failing = store.reads.consistently(async () => {
        await genRead();
        throw new Error("in the middle");
      });
      await expect(failing).rejects.toThrow("in the middle");
      await store.write.commit(KEY, snapshot(1), snapshot(2));
      expect(await store.reads.consistently(genRead)).toBe(2);
    });
  });
}
