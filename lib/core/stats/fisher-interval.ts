import { Z95 } from "./z95.ts";

/**
 * 95 % interval of a correlation, by Fisher's z: tanh(artanh r ± 1.959964 / √(n − 3)).
 *
 * @returns `undefined` for n < 4 and for |r| = 1, whose interval would have no width
 * Source: Fisher, Metron 1 (1921).
 */
export function fisherInterval(r: number, n: number): readonly [number, number] | undefined {
  if (n < 4 || !(Math.abs(r) < 1)) return undefined;
  const margin = Z95 / Math.sqrt(n - 3);
  return [Math.tanh(Math.atanh(r) - margin), Math.tanh(Math.atanh(r) + margin)];
}
