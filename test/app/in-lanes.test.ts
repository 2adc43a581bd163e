/** Goal: everything is done, some at a time, and answered in its order; a failure ends it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inLanes } from "../../lib/app/in-lanes.ts";

/** Turns of the event loop that each item takes. */
const turns = fc.array(fc.nat({ max: 5 }), { maxLength: 40 });
const lanes = fc.integer({ min: 1, max: 8 });

async function take(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}

describe("work in lanes", () => {
  it("answers in the order asked, however long each takes", async () => {
    await fc.assert(
      fc.asyncProperty(turns, lanes, async (items, most) => {
        const found = await inLanes(most, items, async (item, index) => {
          await take(item);
          return [index, item];
        });
        expect(found).toEqual(items.map((item, index) => [index, item]));
      }),
    );
  });

  it("has as many under way as there are lanes, and never more", async () => {
    await fc.assert(
      fc.asyncProperty(turns, lanes, async (items, most) => {
        let underWay = 0;
        let highest = 0;
        await inLanes(most, items, async (item) => {
          underWay += 1;
          highest = Math.max(highest, underWay);
          await take(item);
          underWay -= 1;
        });
        expect(highest).toBe(Math.min(most, items.length));
      }),
    );
  });

  it("begins nothing more once one has failed", async () => {
    const begun: number[] = [];
    const work = inLanes(2, [0, 1, 2, 3, 4], async (item) => {
      begun.push(item);
      await take(item === 1 ? 1 : 3);
      if (item === 1) throw new Error("the second");
    });
    await expect(work).rejects.toThrow("the second");
    await take(10);
    expect(begun).toEqual([0, 1]);
  });
});
