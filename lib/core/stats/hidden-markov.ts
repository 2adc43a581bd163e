/** A hidden Markov chain of k states, each with normal observations. */
export interface HiddenMarkov {
  /** The probability of each state before the first observation. */
  readonly initial: readonly number[];
  /** `transition[i][j]`: from state i to state j; rows sum to 1. */
  readonly transition: readonly (readonly number[])[];
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

const LOG_ROOT_TWO_PI = 0.9189385332046728;

/** ln of the density of an observation in each state. */
export function logDensities(model: HiddenMarkov, observation: number): number[] {
  return model.means.map((mean, state) => {
    const deviation = model.deviations[state]!;
    const distance = (observation - mean) / deviation;
    return -LOG_ROOT_TWO_PI - Math.log(deviation) - (distance * distance) / 2;
  });
}
