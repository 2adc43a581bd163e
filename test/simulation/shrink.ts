/** A run that fails, made small: fewer events, one batch of a shard at a time, and no fault that it fails without. */
import { drawIntensities, type Fault, type Intensities } from "./chaos.ts";
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
  for (;;) {
    const fewer = await withoutNeedless(least, fails);
    if (fewer === least) return least;
    least = fewer;
  }
}

/** One pass: what did not matter while others were there may not matter now that they are gone, so there are several. */
async function withoutNeedless(
  shrunk: Shrunk,
  fails: (some: Shrunk) => Promise<boolean>,
): Promise<Shrunk> {
  let least = shrunk;
  for (const fault of Object.keys(least.intensities) as Fault[]) {
    const { [fault]: _, ...intensities } = least.intensities;
    const without = { ...least, intensities };
    if (await fails(without)) least = without;
  }
  return least;
}
