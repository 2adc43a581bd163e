import { describe, expect, it } from "vitest";
import { inParallel } from "../../../lib/adapters/dynamodb/in-parallel.ts";

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe("inParallel", () => {
  it("gives the results in the order of the items, whichever ends first", async () => {
    const items = Array.from({ length: 100 }, (_, i) => i);
    const found = await inParallel(items, async (item) => {
      for (let turn = 0; turn < (item * 7) % 5; turn += 1) await nextTurn();
      return item * 2;
    });
    expect(found).toEqual(items.map((item) => item * 2));
  });

  it("has 32 on their way at most, and that many", async () => {
    let running = 0;
    let most = 0;
    await inParallel(new Array(100).fill(0), async () => {
      running += 1;
      most = Math.max(most, running);
      await nextTurn();
      running -= 1;
    });
    expect(most).toBe(32);
  });

  it("begins nothing after a failure, and throws when what had begun has ended", async () => {
    let begun = 0;
    let ended = 0;
    const failing = inParallel(new Array(100).fill(0), async () => {
      begun += 1;
      if (begun === 1) throw new Error("the first");
      await nextTurn();
      ended += 1;
    });
    await expect(failing).rejects.toThrow("the first");
    expect(begun).toBe(32);
    expect(ended).toBe(31);
  });

  it("has nothing to do with nothing", async () => {
    expect(await inParallel([], () => expect.unreachable())).toEqual([]);
  });
});
