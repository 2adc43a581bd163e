/** A fold that fails on some events, until its program is mended or for ever. */

import type { InstrumentState } from "../../lib/core/pipeline/state.ts";
import { offer } from "../../lib/core/pipeline/step.ts";
import { chance } from "../../lib/core/simulator/rng.ts";
import type { Chaos } from "./chaos.ts";
import type { Story } from "./story.ts";

export interface FoldFaults {
  /** Takes an event as the fold does, or fails. */
  readonly offer: typeof offer;
  /** Whether the fold ever fails on it. */
  has(instrument: string, sequence: number): boolean;
  /** From now on it fails on nothing that can be mended. */
  mend(): void;
  /** Whether it fails on any of these even then. */
  areForEver(instrument: string): boolean;
  /** Whether it fails even then. */
  isForEver(instrument: string, sequence: number): boolean;
}

interface Faulty {
  readonly sequence: number;
  readonly isForEver: boolean;
}

const AT_MOST = 2;

export function drawFoldFaults(chaos: Chaos, stories: readonly Story[]): FoldFaults {
  const faulty = new Map<string, Faulty[]>();
  let isMended = false;
  for (const { instrument, events } of stories) {
    const some = events.filter(({ sequence }) => sequence > 3 && chaos.strikes("fold-fault"));
    const chosen = some.slice(0, AT_MOST).map(({ sequence }) => ({
      sequence,
      isForEver: chance(chaos.rng, 0.5),
    }));
    faulty.set(instrument, chosen);
  }
  const of = (instrument: string) => faulty.get(instrument) ?? [];
  return {
    offer: (state, event, context) => {
      const active = of(event.instrument).filter(
        ({ sequence, isForEver }) =>
          (isForEver || !isMended) && context.givenUp?.has(sequence) !== true,
      );
      if (active.length === 0) return offer(state, event, context);
      const turn = state.nextSequence;
      const before = active.map(({ sequence }) => isApplied(state, sequence));
      const outcome = offer(state, event, context);
      const failed = active.find(({ sequence }, at) => {
        return before[at] === false && isApplied(state, sequence);
      });
      if (failed === undefined) return outcome;
      // As the fold stands when it fails there: an event in its turn has raised the next sequence past itself.
      if (failed.sequence >= turn) state.nextSequence = failed.sequence + 1;
      throw new TypeError(`a mistake in the program shows on ${failed.sequence}`);
    },
    has: (instrument, sequence) => of(instrument).some((one) => one.sequence === sequence),
    mend: () => {
      isMended = true;
    },
    areForEver: (instrument) => of(instrument).some(({ isForEver }) => isForEver),
    isForEver: (instrument, sequence) =>
      of(instrument).some((one) => one.sequence === sequence && one.isForEver),
  };
}

/** Whether the sequence lies behind the fold, and is no hole. */
export function isApplied({ nextSequence, holes }: InstrumentState, sequence: number): boolean {
  const isHole = holes.some(({ first, last }) => first <= sequence && sequence <= last);
  return sequence < nextSequence && !isHole;
}
