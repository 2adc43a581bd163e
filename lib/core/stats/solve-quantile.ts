/** ln of the smallest and of the largest number. */
const [LOWEST, HIGHEST] = [-745, 709.78];

/**
 * The positive point where a rising function reaches a level, by bisection on its logarithm.
 *
 * Slow and certain: about 65 evaluations, the last bits included, whatever the shape.
 *
 * @returns 0 or the largest number where the point lies outside of what a number holds
 */
export function solveQuantile(rising: (x: number) => number, level: number): number {
  let [low, high] = [LOWEST, HIGHEST];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (rising(Math.exp(middle)) < level) low = middle;
    else high = middle;
  }
  return low === LOWEST ? 0 : Math.exp((low + high) / 2);
}
