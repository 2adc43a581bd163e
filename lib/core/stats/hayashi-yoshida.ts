/** A series of levels at its own times. */
export interface Ticks {
  /** Strictly ascending. */
  readonly times: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** Covariation of two series that tick at different times. */
export interface HayashiYoshida {
  readonly covariance: number;
  readonly varianceX: number;
  readonly varianceY: number;
  /** covariance / √(varianceX · varianceY); `undefined` where either does not move. */
  readonly correlation: number | undefined;
}

/**
 * Hayashi and Yoshida's covariation: every pair of moves whose intervals overlap, no grid.
 *
 *     Σᵢⱼ ΔXᵢ ΔYⱼ · 1{(tᵢ₋₁, tᵢ] ∩ (sⱼ₋₁, sⱼ] ≠ ∅}
 *
 * A grid shrinks the correlation of asynchronous series towards 0 (Epps); this does not. The ratio
 * may leave [−1, 1] in small samples; it is clipped.
 *
 * @returns `undefined` for fewer than two ticks of either
 * Source: Hayashi, Yoshida, Bernoulli 11 (2005). Cost: O(n + m + overlaps).
 */
export function hayashiYoshida(x: Ticks, y: Ticks): HayashiYoshida | undefined {
  if (x.times.length < 2 || y.times.length < 2) return undefined;
  let covariance = 0;
  let first = 1;
  for (let i = 1; i < x.times.length; i += 1) {
    const [from, to] = [x.times[i - 1]!, x.times[i]!];
    while (first < y.times.length && y.times[first]! <= from) first += 1;
    for (let j = first; j < y.times.length && y.times[j - 1]! < to; j += 1) {
      covariance += move(x, i) * move(y, j);
    }
  }
  const [varianceX, varianceY] = [squares(x), squares(y)];
  const scale = Math.sqrt(varianceX) * Math.sqrt(varianceY);
  const correlation = scale > 0 ? Math.max(-1, Math.min(1, covariance / scale)) : undefined;
  return { covariance, varianceX, varianceY, correlation };
}

function move({ values }: Ticks, i: number): number {
  return values[i]! - values[i - 1]!;
}

function squares(ticks: Ticks): number {
  let sum = 0;
  for (let i = 1; i < ticks.values.length; i += 1) sum += move(ticks, i) ** 2;
  return sum;
}
