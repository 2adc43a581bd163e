/** Rows are ordered by the commit that wrote them: version = epoch · 2^40 + gen, exact up to epoch 2^13. */
export const EPOCH_STEP = 2 ** 40;

export function versionOf(epoch: number, gen: number): number {
  return epoch * EPOCH_STEP + gen;
}

export function epochOf(version: number): number {
  return Math.floor(version / EPOCH_STEP);
}

const EPOCHS = 2 ** 13;

/**
 * The epoch in which an instrument's past is folded anew.
 *
 * @param last the newest in which there are rows or a state
 * @throws {RangeError} where no version could tell it: every fold anew takes one
 */
export function epochAfter(last: number, by = 1): number {
  const epoch = last + by;
  if (epoch < EPOCHS) return epoch;
  throw new RangeError(
    `epoch ${epoch} is past ${EPOCHS - 1}, the last that versions can tell: delete the instrument's rows and state, then rebuild it`,
  );
}
