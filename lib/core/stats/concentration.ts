import { sumOf } from "./compensated-sum.ts";

/** How unevenly exposure is spread over assets. */
export interface Concentration {
  /** Σw², 1/n…1. */
  readonly herfindahl: number;
  /** 1 / Σw²: as many equal positions would be as concentrated. */
  readonly effectiveCount: number;
  /** (Σw² − 1/n) / (1 − 1/n), 0…1; `undefined` with one asset to trade. */
  readonly normalized: number | undefined;
  /** −Σ w ln w, in nats. */
  readonly entropy: number;
  /** e^entropy. */
  readonly entropyCount: number;
  /** The share of the largest exposure, and of the three largest. */
  readonly top1: number;
  readonly top3: number;
  /** |Σ exposure| / Σ |exposure|, 0…1: how one-sided the book is. */
  readonly netToGross: number;
}

/**
 * Concentration of signed exposures, w = |exposure| / Σ |exposure|.
 *
 * @param exposures in one currency, long positive
 * @param tradable n, how many assets could be held; those not held count as empty
 * @returns `undefined` for a flat book: nothing is concentrated nor spread
 */
export function concentration(
  exposures: readonly number[],
  tradable = exposures.length,
): Concentration | undefined {
  const sizes = exposures.map(Math.abs).sort((a, b) => b - a);
  const gross = sumOf(sizes);
  if (!(gross > 0)) return undefined;
  const shares = sizes.map((size) => size / gross);
  const herfindahl = sumOf(shares.map((w) => w * w));
  const entropy = -sumOf(shares.map((w) => (w > 0 ? w * Math.log(w) : 0)));
  const floor = 1 / tradable;
  return {
    herfindahl,
    effectiveCount: 1 / herfindahl,
    normalized: tradable > 1 ? (herfindahl - floor) / (1 - floor) : undefined,
    entropy,
    entropyCount: Math.exp(entropy),
    top1: shares[0]!,
    top3: sumOf(shares.slice(0, 3)),
    netToGross: Math.abs(sumOf(exposures)) / gross,
  };
}
