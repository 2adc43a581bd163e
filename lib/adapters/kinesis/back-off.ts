const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/** How often a frame is sent before its failure is the caller's; some 25 s in all. */
export const ATTEMPTS_MAX = 12;

/**
 * How long to wait before sending again: anything up to a bound that doubles, so that many that failed together do not
 * come back together.
 *
 * @param attempts sent so far, from 1
 * @param random from 0 to 1
 */
export function backOffMs(attempts: number, random: number): number {
  return random * Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempts - 1));
}
