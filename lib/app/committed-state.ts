/** What was last committed of each instrument, and where its rows are: what every read begins with. */
import { instrumentKey } from "../core/events/event.ts";
import type { Reporting } from "../core/history/portfolio-figures.ts";
import type { Horizon } from "../core/metrics/markout.ts";
import { decodeSummary, type InstrumentSummary } from "../core/pipeline/summary.ts";
import { EPOCH_STEP } from "../core/pipeline/version.ts";
import type { Retention } from "../core/rollup/ladder.ts";
import type { MetricStore } from "../ports/metric-store.ts";
import type { StateKey, StateStore } from "../ports/state-store.ts";
import type { ReadMemory } from "./read-memory.ts";

export interface ReportPorts {
  readonly state: StateStore;
  readonly metrics: MetricStore;
  /** What earlier reads have learnt; nothing when left out. */
  readonly memory?: ReadMemory;
}

export interface ReportSettings {
  readonly horizons: readonly Horizon[];
  readonly retention: Retention;
  readonly reporting: Reporting;
}

/** An instrument as last committed; rows below `minVersion` were written before it was last rebuilt. */
export interface CommittedState {
  readonly summary: InstrumentSummary;
  readonly minVersion: number;
}

/** No event can have it: what a store of states holds under it is no fold, but a producer's own. */
export const RESERVED_ACCOUNT = "~";

/** The states of the instruments asked for (keys; all when left out), in order of account, then instrument. */
export async function loadStates(
  ports: Pick<ReportPorts, "state">,
  wanted?: readonly string[],
): Promise<CommittedState[]> {
  const states: CommittedState[] = [];
  for (const found of await ports.state.summaries()) {
    if (!isWanted(found, wanted)) continue;
    const summary = decodeSummary(found.summary);
    const epoch = summary.shownFromEpoch || found.epoch;
    if (summary.firstTime > 0) states.push({ summary, minVersion: epoch * EPOCH_STEP });
  }
  return states;
}

function isWanted(key: StateKey, wanted: readonly string[] | undefined): boolean {
  if (key.account === RESERVED_ACCOUNT) return false;
  return wanted === undefined || wanted.includes(instrumentKey(key.account, key.instrument));
}
