/** A run that fails, made small: fewer events, one batch of a shard at a time, and no fault that it fails without. */
import { drawIntensities, type Intensities } from "./chaos.ts";
import { type SimulationOptions, simulate } from "./simulate.ts";

export interface Shrunk {
  readonly events: number;
  readonly intensities: Intensities;
  /** Undefined where it fails with what its seed draws only. */
  readonly parallelization?: number;
}

const EVENTS_MIN = 10;

/** @returns undefined when the run does not fail */
export async function shrink(options: SimulationOptions): Promise<Shrunk | undefined> {
  const fails = async (some: Shrunk) => {
    const { violations } = await simulate({ ...options, ...some });
    return violations.length > 0;
  };
  let least: Shrunk = {
    events: options.events ?? 200,
    intensities: options.intensities ?? drawIntensities(options.seed),
  };
  if (!(await fails(least))) return undefined;
  for (let half = least.events >> 1; half >= EVENTS_MIN; half >>= 1) {
    const fewer = { ...least, events: half };
    if (!(await fails(fewer))) break;
    least = fewer;
  }
  const plain = { ...least, parallelization: 1 };
  if (await fails(plain)) least = plain;
  const { intensities, ...rest } = least;
  const needed = await neededOf(intensities, (some) => fails({ ...rest, intensities: some }));
  return { ...rest, intensities: needed };
}

/** Those of the faults without which the run does not fail. */
export async function neededOf<Name extends string>(
  intensities: Intensities<Name>,
  fails: (some: Intensities<Name>) => Promise<boolean>,
): Promise<Intensities<Name>> {
  for (let least = intensities; ; ) {
    const fewer = await withoutNeedless(least, fails);
    if (fewer === least) return least;
    least = fewer;
  }
}

/** One pass: what did not matter while others were there may not matter now that they are gone, so there are several. */
async function withoutNeedless<Name extends string>(
  intensities: Intensities<Name>,
  fails: (some: Intensities<Name>) => Promise<boolean>,
): Promise<Intensities<Name>> {
  let least = intensities;
  for (const fault of Object.keys(intensities) as Name[]) {
    const without = { ...least };
    delete without[fault];
    if (await fails(without)) least = without;
  }
  return least;
}
