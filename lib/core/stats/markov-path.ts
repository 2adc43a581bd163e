import { type HiddenMarkov, logDensities } from "./hidden-markov.ts";

/**
 * The single most likely sequence of states, by Viterbi's algorithm, in logarithms.
 *
 * Of equally likely paths the one with the lower state at the last difference is given.
 *
 * @returns one state per observation
 * Source: Viterbi, IEEE Trans. Inf. Theory 13 (1967). Cost: O(n k²).
 */
export function markovPath(model: HiddenMarkov, observations: readonly number[]): number[] {
  const backward: number[][] = [];
  let best: number[] = [];
  for (const [t, observation] of observations.entries()) {
    const densities = logDensities(model, observation);
    const origins = densities.map((_, to) => (t === 0 ? to : bestOrigin(model, best, to)));
    best = densities.map((density, to) => {
      const from = origins[to]!;
      const before = t === 0 ? Math.log(model.initial[to]!) : reached(model, best, from, to);
      return density + before;
    });
    backward.push(origins);
  }
  const path: number[] = [];
  let state = best.indexOf(Math.max(...best));
  for (const origins of backward.toReversed()) {
    path.push(state);
    state = origins[state]!;
  }
  return path.reverse();
}

function bestOrigin(model: HiddenMarkov, best: readonly number[], to: number): number {
  const candidates = best.map((_, from) => reached(model, best, from, to));
  return Math.max(0, candidates.indexOf(Math.max(...candidates)));
}

function reached(model: HiddenMarkov, best: readonly number[], from: number, to: number): number {
  return best[from]! + Math.log(model.transition[from]![to]!);
}
