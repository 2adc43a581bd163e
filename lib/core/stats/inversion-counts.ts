/**
 * How many orderings of a sample have 0, 1, 2, … inversions, as shares that sum to 1.
 *
 * The generating function of inversions of a multiset is the q-multinomial, here with every factor
 * divided by its value at 1: adding a group of t equal values to m others multiplies by
 * Π (1 − qᵐ⁺ⁱ)/(1 − qⁱ), i = 1..t.
 *
 * @param groups sizes of the groups of equal values, 1 for a value without a tie
 * Source: Andrews, "The Theory of Partitions", theorem 3.6. Cost: O(n³); meant for small n.
 */
export function inversionShares(groups: readonly number[]): number[] {
  let shares = [1];
  let placed = 0;
  for (const size of groups) {
    shares = multiply(shares, gaussianBinomial(placed + size, size));
    placed += size;
  }
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

/** [n k]_q = [n−1 k−1]_q + qᵏ [n−1 k]_q, coefficients by power. */
function gaussianBinomial(n: number, k: number): number[] {
  let row: number[][] = [[1]];
  for (let size = 1; size <= n; size += 1) {
    const before = row;
    row = Array.from({ length: Math.min(size, k) + 1 }, (_, chosen) =>
      add(before[chosen - 1] ?? [], shift(before[chosen] ?? [], chosen)),
    );
  }
  return row[k]!;
}

/** Times q to a power. */
function shift(polynomial: readonly number[], power: number): number[] {
  return polynomial.length === 0 ? [] : [...new Array<number>(power).fill(0), ...polynomial];
}

function add(a: readonly number[], b: readonly number[]): number[] {
  const length = Math.max(a.length, b.length);
  return Array.from({ length }, (_, power) => (a[power] ?? 0) + (b[power] ?? 0));
}

function multiply(a: readonly number[], b: readonly number[]): number[] {
  const product = new Array<number>(a.length + b.length - 1).fill(0);
  for (const [i, left] of a.entries()) {
    for (const [j, right] of b.entries()) product[i + j]! += left * right;
  }
  return product;
}
