const TINY = 1e-300;
const MOST_TERMS = 1_000_000;

/**
 * Value of a₁ / (b₁ + a₂ / (b₂ + …)), by the modified Lentz method, to the last bit that moves.
 *
 * @param term the k-th pair, k from 1
 * Source: Thompson, Barnett, J. Comput. Phys. 64 (1986).
 */
export function continuedFraction(
  term: (k: number) => { readonly a: number; readonly b: number },
): number {
  let value = TINY;
  let above = TINY;
  let below = 0;
  for (let k = 1; k < MOST_TERMS; k += 1) {
    const { a, b } = term(k);
    below = 1 / awayFromZero(b + a * below);
    above = awayFromZero(b + a / above);
    const factor = above * below;
    value *= factor;
    if (Math.abs(factor - 1) < 2 ** -52) break;
  }
  return value;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
