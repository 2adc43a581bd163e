/**
 * Goal: filter, smoother and path are what the model says, at any length.
 * Method: the oracle enumerates every sequence of states.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HiddenMarkov } from "../../../lib/core/stats/hidden-markov.ts";
import { markovFilter } from "../../../lib/core/stats/markov-filter.ts";
import { markovPath } from "../../../lib/core/stats/markov-path.ts";
import { markovSmoother } from "../../../lib/core/stats/markov-smoother.ts";
import { present } from "./present.ts";

const worked: HiddenMarkov = {
  initial: [0.5, 0.5],
  transition: [
    [0.9, 0.1],
    [0.2, 0.8],
  ],
  means: [0, 0],
  deviations: [1, 3],
};
const observations = [0.5, -0.2, 4, -3];

const share = fc.double({ min: 0.05, max: 0.95, noNaN: true });
const models = fc.tuple(share, share, share, fc.double({ min: 1.5, max: 6, noNaN: true })).map(
  ([start, stay0, stay1, wide]): HiddenMarkov => ({
    initial: [start, 1 - start],
    transition: [
      [stay0, 1 - stay0],
      [1 - stay1, stay1],
    ],
    means: [0, 0.5],
    deviations: [1, wide],
  }),
);
const series = fc.array(fc.double({ min: -6, max: 6, noNaN: true }), {
  minLength: 1,
  maxLength: 7,
});

function density(model: HiddenMarkov, x: number, state: number): number {
  const deviation = present(model.deviations[state]);
  const z = (x - present(model.means[state])) / deviation;
  return Math.exp((-z * z) / 2) / (deviation * Math.sqrt(2 * Math.PI));
}

/** Every sequence of states with its joint density. */
function enumerate(model: HiddenMarkov, xs: readonly number[]): { path: number[]; p: number }[] {
  let paths = [{ path: [] as number[], p: 1 }];
  for (const x of xs) {
    paths = paths.flatMap(({ path, p }) =>
      [0, 1].map((state) => {
        const last = path.at(-1);
        const row = last === undefined ? model.initial : present(model.transition[last]);
        return { path: [...path, state], p: p * present(row[state]) * density(model, x, state) };
      }),
    );
  }
  return paths;
}

function total(paths: readonly { p: number }[]): number {
  return paths.reduce((sum, { p }) => sum + p, 0);
}

describe("markovFilter, markovSmoother and markovPath", () => {
  it("have the worked figures", () => {
    const { filtered, logLikelihood } = markovFilter(worked, observations);
    const smoothed = markovSmoother(worked, observations);
    expect(logLikelihood).toBeCloseTo(-9.88989740466657, 12);
    [0.7286, 0.8783, 0.0107, 0.0142].forEach((p, t) => {
      expect(filtered[t]?.[0]).toBeCloseTo(p, 4);
    });
    [0.5707, 0.4752, 0.002, 0.0142].forEach((p, t) => {
      expect(smoothed[t]?.[0]).toBeCloseTo(p, 4);
    });
    expect(markovPath(worked, observations)).toEqual([0, 0, 1, 1]);
  });

  it("agree with the enumeration of all paths", () => {
    fc.assert(
      fc.property(models, series, (model, xs) => {
        const paths = enumerate(model, xs);
        const { filtered, logLikelihood } = markovFilter(model, xs);
        expect(logLikelihood).toBeCloseTo(Math.log(total(paths)), 8);
        const smoothed = markovSmoother(model, xs);
        for (const t of xs.keys()) {
          const low = total(paths.filter(({ path }) => path[t] === 0)) / total(paths);
          expect(smoothed[t]?.[0]).toBeCloseTo(low, 8);
          const soFar = enumerate(model, xs.slice(0, t + 1));
          const now = total(soFar.filter(({ path }) => path[t] === 0)) / total(soFar);
          expect(filtered[t]?.[0]).toBeCloseTo(now, 8);
        }
        const told = markovPath(model, xs).join();
        const best = paths.reduce((a, b) => (b.p > a.p ? b : a));
        const chosen = present(paths.find(({ path }) => path.join() === told));
        expect(chosen.p / best.p).toBeCloseTo(1, 9);
      }),
    );
  });

  it("do not change what was filtered when later observations arrive", () => {
    const long = markovFilter(worked, [...observations, 9, 0.1]).filtered.slice(0, 4);
    expect(long).toEqual(markovFilter(worked, observations).filtered);
  });

  it("stay finite over a hundred thousand observations and over impossible ones", () => {
    const long = Array.from({ length: 100_000 }, (_, i) => Math.sin(i) * 3);
    expect(Number.isFinite(markovFilter(worked, long).logLikelihood)).toBe(true);
    const certain: HiddenMarkov = { ...worked, initial: [1, 0], deviations: [1e-3, 3] };
    const { filtered } = markovFilter(certain, [500, 500]);
    expect(filtered[0]).toEqual([1, 0]);
    for (const shares of markovSmoother(certain, [500, 500])) {
      expect(present(shares[0]) + present(shares[1])).toBeCloseTo(1, 9);
    }
  });

  it("have nothing to say about nothing", () => {
    expect(markovFilter(worked, [])).toEqual({ filtered: [], logLikelihood: 0 });
    expect(markovSmoother(worked, [])).toEqual([]);
    expect(markovPath(worked, [])).toEqual([]);
  });
});
