import type { Ticks } from "./hayashi-yoshida.ts";

/**
 * The last level at or before each time of a grid: how a ticking series is put on a clock.
 *
 * @param grid ascending
 * @returns one level per time; `undefined` before the first tick
 * Cost: O(ticks + grid).
 */
export function previousTick(
  { times, values }: Ticks,
  grid: readonly number[],
): readonly (number | undefined)[] {
  let next = 0;
  return grid.map((time) => {
    while (next < times.length && times[next]! <= time) next += 1;
    return next === 0 ? undefined : values[next - 1]!;
  });
}
