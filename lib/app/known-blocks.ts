/** Blocks of portfolio paths that one process has made: they stay as they are while their instruments are the same. */
import type { Reporting } from "../core/history/portfolio-figures.ts";
import type { Stretch } from "../core/history/portfolio-path.ts";
import { encodeScale } from "../core/rollup/core-text.ts";
import type { Resolution } from "../core/rollup/row.ts";
import { HOUR_US } from "../core/units.ts";
import type { CommittedState } from "./committed-state.ts";
import { keptBefore } from "./settled-rows.ts";

export interface KnownBlocks {
  /** By the start of a block; empty for a portfolio that was not asked about before, or whose past has changed. */
  of(
    states: readonly CommittedState[],
    reporting: Reporting,
    resolution: Resolution,
  ): Map<number, Stretch>;
  /** To be told of values that were added: beyond the bound everything is forgotten. */
  added(values: number): void;
}

/** About 100 bytes each. */
const MOST_VALUES = 1_048_576;
/** An instrument that is this far behind the newest has stopped, until it goes on. */
const STOPPED_US = 2 * HOUR_US;

export function createKnownBlocks(): KnownBlocks {
  const portfolios = new Map<string, Map<number, Stretch>>();
  let values = 0;
  return {
    of: (states, reporting, resolution) => {
      const name = JSON.stringify([resolution, reporting, stampsOf(states)]);
      const known = portfolios.get(name) ?? new Map<number, Stretch>();
      portfolios.set(name, known);
      return known;
    },
    added: (more) => {
      values += more;
      if (values <= MOST_VALUES) return;
      portfolios.clear();
      values = 0;
    },
  };
}

/** Blocks that end by then may be kept: those of instruments that have stopped, while they have. */
export function keptUntil(states: readonly CommittedState[]): number {
  const going = states.filter((state) => !hasStopped(state, states));
  return Math.min(...going.map(keptBefore));
}

function stampsOf(states: readonly CommittedState[]): readonly string[] {
  return states.map((state) => {
    const { account, instrument, scale, spec, counters } = state.summary;
    // Late flows add rows that no path reads, so that they change no block.
    const until = hasStopped(state, states) ? counters.applied : "";
    const terms = `${encodeScale(scale)} ${spec?.settle ?? ""}`;
    return JSON.stringify([account, instrument, state.minVersion, terms, until]);
  });
}

function hasStopped({ summary }: CommittedState, states: readonly CommittedState[]): boolean {
  const newest = Math.max(...states.map((state) => state.summary.newestTime));
  return summary.newestTime < newest - STOPPED_US;
}
