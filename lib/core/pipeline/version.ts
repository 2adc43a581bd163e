/** Rows are ordered by the commit that wrote them: version = epoch · 2^40 + gen, exact up to epoch 2^13. */
export const EPOCH_STEP = 2 ** 40;

export function versionOf(epoch: number, gen: number): number {
  return epoch * EPOCH_STEP + gen;
}

export function epochOf(version: number): number {
  return Math.floor(version / EPOCH_STEP);
}
