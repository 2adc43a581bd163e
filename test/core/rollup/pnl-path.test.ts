/**
 * Goal: the merged path is the walked path, whatever the split.
 * Method: fast-check invents steps; the oracle walks them one by one.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newPathCursor, pathOf, stepMoney, stepNet } from "../../../lib/core/rollup/path-cursor.ts";
import {
  EMPTY_PATH,
  mergePaths,
  type PnlPath,
  stepPath,
} from "../../../lib/core/rollup/pnl-path.ts";

interface Step {
  readonly delta: bigint;
  readonly time: number;
}

const steps = fc
  .array(
    fc.record({ delta: fc.bigInt({ min: -4n, max: 4n }), gap: fc.integer({ min: 0, max: 2 }) }),
    {
      maxLength: 40,
    },
  )
  .map((items) => {
    let time = 0;
    return items.map(({ delta, gap }): Step => {
      time += gap;
      return { delta, time };
    });
  });

function walk(path: readonly Step[]): PnlPath {
  let total = 0n;
  let [high, low, drawdown] = [0n, 0n, 0n];
  let [highTime, lowTime, peakTime, troughTime]: (number | null)[] = [null, null, null, null];
  for (const { delta, time } of path) {
    total += delta;
    if (total >= high) [high, highTime] = [total, time];
    if (total < low) [low, lowTime] = [total, time];
    // Steps of one instant have no order: of equal falls that end together, the latest peak counts.
    const fall = high - total;
    if (fall > drawdown || (fall === drawdown && time === troughTime))
      [drawdown, peakTime, troughTime] = [fall, highTime, time];
  }
  return { total, high, highTime, low, lowTime, drawdown, peakTime, troughTime } as PnlPath;
}

/** What changes nothing is no step: a peak is where the path stood after it last moved. */
const moves = (path: readonly Step[]): Step[] => path.filter(({ delta }) => delta !== 0n);

const merged = (path: readonly Step[]): PnlPath =>
  path.reduce((sum, { delta, time }) => mergePaths(sum, stepPath(delta, time)), EMPTY_PATH);

describe("mergePaths", () => {
  it("gives the walked path, times included", () => {
    fc.assert(
      fc.property(steps, (path) => {
        expect(merged(path)).toEqual(walk(path));
      }),
      { numRuns: 2000 },
    );
  });

  it("does not depend on where the path is split", () => {
    fc.assert(
      fc.property(steps, fc.nat(), fc.nat(), (path, i, j) => {
        const [first, second] = [i % (path.length + 1), j % (path.length + 1)].sort(
          (a, b) => a - b,
        );
        const [a, b, c] = [path.slice(0, first), path.slice(first, second), path.slice(second)].map(
          merged,
        );
        if (a === undefined || b === undefined || c === undefined) throw new Error("three parts");
        expect(mergePaths(mergePaths(a, b), c)).toEqual(walk(path));
        expect(mergePaths(a, mergePaths(b, c))).toEqual(walk(path));
      }),
      { numRuns: 2000 },
    );
  });

  it("leaves a path alone when the other is empty", () => {
    fc.assert(
      fc.property(steps, (path) => {
        expect(mergePaths(EMPTY_PATH, merged(path))).toEqual(merged(path));
        expect(mergePaths(merged(path), EMPTY_PATH)).toEqual(merged(path));
      }),
    );
  });
});

describe("PathCursor", () => {
  it("walks the same path in numbers as in exact integers, zero steps left out", () => {
    fc.assert(
      fc.property(steps, fc.array(fc.boolean()), (path, exactly) => {
        const cursor = newPathCursor();
        path.forEach(({ delta, time }, index) => {
          if (exactly[index] === true) stepNet(cursor, delta * 5n, time, 5n);
          else stepMoney(cursor, Number(delta), time, 5n);
        });
        expect(pathOf(cursor, 5n)).toEqual(
          walk(moves(path).map(({ delta, time }) => ({ delta: delta * 5n, time }))),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("stays exact when the numbers grow beyond the safe range", () => {
    const cursor = newPathCursor();
    const big = 2 ** 52 + 1;
    for (let step = 1; step <= 9; step += 1) stepMoney(cursor, big, step, 1n);
    expect(pathOf(cursor, 1n).total).toBe(9n * BigInt(big));
  });
});
