/**
 * Goal: whatever the stream, the processes and the stores do to each other, each event counts once, and every stored row is
 * a row of a committed state.
 * Method: `simulate.ts` draws a run from its seed; a failure prints the seed, which runs again with
 * `npm run sim -- --seed N --trace`. Mutants prove that the checks see.
 */
import { describe, expect, it } from "vitest";
import { drawIntensities } from "./chaos.ts";
import { exploreBeside, rareOnes, seedOfDeath } from "./explore.ts";
import { MUTANTS } from "./mutants.ts";
import { REGRESSIONS } from "./regressions.ts";
import { shrink } from "./shrink.ts";
import { simulate } from "./simulate.ts";

const SEEDS = 1000;
const LEAST = 10;
const MUTANT_SEEDS = 200;

describe("the pipeline", () => {
  it(`holds its invariants in ${SEEDS} runs, in which each fault occurs ${LEAST} times or more`, async () => {
    const found = await exploreBeside({ from: 1, seeds: SEEDS }, 2);
    expect(found.failures.slice(0, 3)).toEqual([]);
    expect(rareOnes(found, LEAST)).toEqual([]);
    expect(found.seeds).toBe(SEEDS);
  });

  it.each(REGRESSIONS)("holds them in the run that once showed: $showed", async ({ options }) => {
    expect((await simulate(options)).violations).toEqual([]);
  });

  it("does the same again for the same seed", async () => {
    const told = async () => {
      const lines: string[] = [];
      const { steps, chaos } = await simulate({ seed: 7, trace: (line) => lines.push(line) });
      return { lines, steps, injected: [...chaos.injected] };
    };
    expect(await told()).toEqual(await told());
  });
});

describe("the simulation", () => {
  it.each(MUTANTS)("finds a program with: $name", async (mutant) => {
    expect(await seedOfDeath(mutant, MUTANT_SEEDS)).toBeDefined();
  });

  it.each(MUTANTS.filter(({ isHarmless }) => isHarmless))(
    "does not mind, where nothing goes wrong and a shard has one batch at a time: $name",
    async (mutant) => {
      const calm = { mutant, intensities: {}, parallelization: 1 };
      for (let seed = 1; seed <= 5; seed += 1) {
        expect((await simulate({ seed, ...calm })).violations).toEqual([]);
      }
    },
  );

  it("makes a failing run small", async () => {
    const [mutant] = MUTANTS;
    if (mutant === undefined) throw new Error("there are mutants");
    const drawn = Object.keys(drawIntensities(1)).length;
    const small = await shrink({ seed: 1, mutant });
    if (small === undefined) throw new Error("expected a run that fails");
    expect(small.events).toBeLessThan(200);
    expect(Object.keys(small.intensities).length).toBeLessThan(drawn / 2);
    expect((await simulate({ seed: 1, mutant, ...small })).violations).not.toEqual([]);
  });
});
