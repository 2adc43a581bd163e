/** Mid-ranks of a sample, and how many values share each of its ties. */
export interface Ranks {
  /** From 1; equal values share the mean of their places. In the order of the sample. */
  readonly ranks: Float64Array;
  /** The size of every group of equal values that has more than one. */
  readonly ties: readonly number[];
}

/** Ranks the values. Cost: O(n log n). */
export function midRanks(values: ArrayLike<number>): Ranks {
  const order = Array.from(values, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const ranks = new Float64Array(values.length);
  const ties: number[] = [];
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to += 1;
    for (let at = from; at < to; at += 1) ranks[order[at]!] = (from + to + 1) / 2;
    if (to - from > 1) ties.push(to - from);
    from = to;
  }
  return { ranks, ties };
}
