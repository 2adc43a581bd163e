/**
 * How far markouts of one horizon depend on each other, as a lag for `neweyWest`.
 *
 *     L = max(⌈mean number of later trades within h⌉, ⌊4 (n/100)^(2/9)⌋),  at most n − 1
 *
 * A later trade at exactly time + h is within; trades of one instant are later in their order.
 *
 * @param times ascending, µs
 * @param horizonUs h, µs
 * @returns a whole lag; 0 for n < 2
 * Source: the overlap of the horizons; the floor is Newey and West's rule of thumb (1994).
 * Cost: O(n).
 */
export function neweyWestLag(times: ArrayLike<number>, horizonUs: number): number {
  const n = times.length;
  if (n < 2) return 0;
  let later = 0;
  let end = 0;
  for (let i = 0; i < n; i += 1) {
    while (end < n && times[end]! - times[i]! <= horizonUs) end += 1;
    later += Math.max(0, end - i - 1);
  }
  const rule = Math.floor(4 * (n / 100) ** (2 / 9));
  return Math.min(n - 1, Math.max(Math.ceil(later / n), rule));
}
