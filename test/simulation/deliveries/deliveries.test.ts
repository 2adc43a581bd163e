/**
 * Goal: whoever is to be told of a transition is told, with one id, and more than once only where nobody can know (I10).
 * Method: `simulate.ts` draws a run from its seed; a failure prints the seed, which runs again with
 * `npm run sim -- --deliveries --seed N --trace`. Mutants prove that the checks see.
 */
import { describe, expect, it } from "vitest";
import { rareOnes } from "../explore.ts";
import { deathOf, exploreDeliveries, shrinkDeliveries } from "./explore.ts";
import { DELIVERY_MUTANTS } from "./mutants.ts";
import { DELIVERY_REGRESSIONS } from "./regressions.ts";
import { simulateDeliveries } from "./simulate.ts";

const SEEDS = 2000;
const LEAST = 10;
const MUTANT_SEEDS = 50;

describe("the way from a transition to who is told", () => {
  it(`holds in ${SEEDS} runs, in which each fault occurs ${LEAST} times or more`, async () => {
    const found = await exploreDeliveries({ from: 1, seeds: SEEDS });
    expect(found.failures.slice(0, 3)).toEqual([]);
    expect(rareOnes(found, LEAST)).toEqual([]);
  });

  it.each(DELIVERY_REGRESSIONS)("holds in the run that once showed: $showed", async (run) => {
    expect((await simulateDeliveries(run.options)).violations).toEqual([]);
  });

  it("does the same again for the same seed", async () => {
    const told = async () => {
      const lines: string[] = [];
      const trace = (line: string) => lines.push(line);
      const { steps, chaos } = await simulateDeliveries({ seed: 7, trace });
      return { lines, steps, injected: [...chaos.injected] };
    };
    expect(await told()).toEqual(await told());
  });
});

describe("the simulation of deliveries", () => {
  it.each(DELIVERY_MUTANTS)("finds a program that: $name", async (mutant) => {
    expect(await deathOf(mutant, MUTANT_SEEDS)).toBeDefined();
  });

  it("leaves a failing run the faults that it needs alone", async () => {
    const mutant = DELIVERY_MUTANTS.find(
      ({ name }) => name === "forgets to put back after a failure",
    );
    if (mutant === undefined) throw new Error("there is this mutant");
    const { seed } = (await deathOf(mutant, MUTANT_SEEDS)) ?? { seed: 0 };
    const needed = await shrinkDeliveries({ seed, mutant });
    expect(Object.keys(needed ?? {})).toHaveLength(1);
  });
});
