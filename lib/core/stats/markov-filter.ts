import { type HiddenMarkov, logDensities } from "./hidden-markov.ts";

/** What is known of the state at each time from the observations so far. */
export interface MarkovFilter {
  /** `filtered[t][state]`; sums to 1 over states. */
  readonly filtered: readonly (readonly number[])[];
  /** ln of the probability density of all observations. */
  readonly logLikelihood: number;
}

/**
 * Hamilton's filter: the forward pass, scaled at each step so that no length underflows.
 *
 *     α̂ₜ(j) ∝ f(xₜ | j) · Σᵢ α̂ₜ₋₁(i) · A[i][j]
 *
 * Causal: the value at t never changes when later observations arrive. Use it for what is live.
 *
 * Source: Hamilton, Econometrica 57 (1989); Rabiner, Proc. IEEE 77 (1989). Cost: O(n k²).
 */
export function markovFilter(model: HiddenMarkov, observations: readonly number[]): MarkovFilter {
  const filtered: number[][] = [];
  let logLikelihood = 0;
  let expected: readonly number[] = model.initial;
  for (const observation of observations) {
    const prior = expected;
    const logs = logDensities(model, observation).map((log, i) => log + Math.log(prior[i]!));
    const highest = Math.max(...logs);
    const joint = logs.map((log) => Math.exp(log - highest));
    const total = joint.reduce((sum, share) => sum + share, 0);
    const shares = joint.map((share) => share / total);
    logLikelihood += highest + Math.log(total);
    filtered.push(shares);
    expected = stepAhead(model, shares);
  }
  return { filtered, logLikelihood };
}

function stepAhead({ transition, initial }: HiddenMarkov, shares: readonly number[]): number[] {
  return initial.map((_, to) =>
    shares.reduce((sum, share, from) => sum + share * transition[from]![to]!, 0),
  );
}
