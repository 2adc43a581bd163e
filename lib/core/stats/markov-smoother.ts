import type { HiddenMarkov } from "./hidden-markov.ts";
import { markovFilter } from "./markov-filter.ts";

/**
 * The probability of each state at each time from all observations, later ones included.
 *
 *     γₜ(i) = α̂ₜ(i) · Σⱼ A[i][j] · γₜ₊₁(j) / Σₖ α̂ₜ(k) A[k][j]
 *
 * It looks ahead: for history only, never for what is live.
 *
 * @returns `[t][state]`; sums to 1 over states
 * Source: Kim, J. Econometrics 60 (1994). Cost: O(n k²).
 */
export function markovSmoother(
  model: HiddenMarkov,
  observations: readonly number[],
): readonly (readonly number[])[] {
  const { filtered } = markovFilter(model, observations);
  const smoothed = filtered.map((shares) => [...shares]);
  for (let t = filtered.length - 2; t >= 0; t -= 1) {
    const [now, next] = [filtered[t]!, smoothed[t + 1]!];
    const odds = next.map((share, to) => {
      const reached = now.reduce((sum, p, from) => sum + p * model.transition[from]![to]!, 0);
      return reached > 0 ? share / reached : 0;
    });
    smoothed[t] = now.map((share, from) => {
      const ahead = odds.reduce((sum, odd, to) => sum + model.transition[from]![to]! * odd, 0);
      return share * ahead;
    });
  }
  return smoothed;
}
