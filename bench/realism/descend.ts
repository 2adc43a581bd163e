/** A point of a plane. */
export type Point = readonly [number, number];

/**
 * The lowest point that a walk in fixed directions finds, its steps halved whenever none leads down.
 *
 * @param cost Infinity where there is nothing to find
 * @param directions of which each step is a multiple
 * @param steps the first one, and the one to end at
 */
export function descend(
  start: Point,
  cost: (point: Point) => number,
  directions: readonly Point[],
  steps: { readonly first: number; readonly last: number },
): Point {
  let best = start;
  let least = cost(start);
  for (let step = steps.first; step > steps.last; ) {
    const [x, y] = best;
    const lower = directions
      .map(([dx, dy]) => [x + step * dx, y + step * dy] as const)
      .map((point) => ({ point, value: cost(point) }))
      .reduce((low, next) => (next.value < low.value ? next : low), { point: best, value: least });
    if (lower.value < least) [best, least] = [lower.point, lower.value];
    else step /= 2;
  }
  return best;
}
