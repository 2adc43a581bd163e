/** Many seeds of the way out, what they found, and a failing one made small. */
import { drawOf, type Intensities } from "../chaos.ts";
import {
  type Death,
  type Exploration,
  type ExploreOptions,
  exploring,
  firstDeath,
} from "../explore.ts";
import { neededOf } from "../shrink.ts";
import {
  DELIVERY_FAULTS,
  DELIVERY_SOMETIMES,
  type DeliveryFault,
  type DeliveryPoint,
} from "./faults.ts";
import type { DeliveryMutant } from "./mutants.ts";
import { type DeliveryOptions, simulateDeliveries } from "./simulate.ts";

export function exploreDeliveries(
  options: Omit<ExploreOptions, "events">,
): Promise<Exploration<DeliveryFault, DeliveryPoint>> {
  const names = { faults: DELIVERY_FAULTS, sometimes: DELIVERY_SOMETIMES };
  return exploring(names, (seed) => simulateDeliveries({ seed }), options);
}

export function deathOf(mutant: DeliveryMutant, seeds: number): Promise<Death | undefined> {
  return firstDeath((seed) => simulateDeliveries({ seed, mutant }), seeds);
}

/** @returns the faults without which it does not fail; undefined when it does not */
export async function shrinkDeliveries(
  options: DeliveryOptions,
): Promise<Intensities<DeliveryFault> | undefined> {
  const drawn = options.intensities ?? drawOf(DELIVERY_FAULTS, options.seed);
  const fails = async (intensities: Intensities<DeliveryFault>) =>
    (await simulateDeliveries({ ...options, intensities })).violations.length > 0;
  return (await fails(drawn)) ? neededOf(drawn, fails) : undefined;
}
