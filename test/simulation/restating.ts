/** Pasts folded anew: of instruments that were busted or corrected, and by hand of those whose state was lost or damaged. */
import { stateName } from "../../lib/app/instrument-processor.ts";
import { type Restated, restateStream } from "../../lib/app/restate-stream.ts";
import { DEFAULT_RETENTION } from "../../lib/core/rollup/ladder.ts";
import { below } from "../../lib/core/simulator/rng.ts";
import type { StateKey, StateSnapshot } from "../../lib/ports/state-store.ts";
import { archivedStreamFor, clockOf, metricsFor, quarantineFor, stateFor } from "./faulty-ports.ts";
import { memoryScratch, nameOf } from "./memory-stores.ts";
import { noting } from "./noting.ts";
import { isExpectedError, type Process } from "./process.ts";
import type { Run } from "./simulate.ts";
import { summaryOf } from "./summaries.ts";

/** Of those that wait for it, while there is hope. */
export function restate(run: Run, process: Process): void {
  const { inVain, rawState } = run;
  const hasHope = (snapshot: StateSnapshot) => !inVain.has(summaryOf(snapshot).instrument);
  if (inVain.size > 0 && ![...rawState.snapshots.values()].some(hasHope)) return;
  foldAnew(run, process, undefined);
}

/** Somebody asks for what was lost, again and again until it is there. */
export function rebuildLost(run: Run, process: Process): void {
  const keys = [...run.lost.values()];
  if (keys.length > 0) foldAnew(run, process, keys);
}

/**
 * Not where the program fails for ever: nothing can be made anew there. And not again before it is made anew: how far the epochs
 * of attempts have come is then known to nobody.
 */
export function loseState(run: Run, way: "state-lost" | "state-damaged"): void {
  const { chaos, foldFaults, log, rawState, lost, trace, stories } = run;
  const { instrument } = stories[below(chaos.rng, stories.length)] ?? { instrument: "" };
  const key = { account: "main", instrument };
  const name = nameOf(key);
  const isThere = rawState.snapshots.has(name) && !lost.has(name);
  if (!isThere || foldFaults.areForEver(instrument) || !chaos.strikes(way)) return;
  trace(`${way}: ${instrument}`);
  if (way === "state-lost") rawState.lose(key);
  else rawState.damage(key);
  log.lost(key);
  lost.set(name, key);
}

function foldAnew(run: Run, process: Process, rebuild: readonly StateKey[] | undefined): void {
  const { settings } = run;
  const ports = {
    state: stateFor(run, process),
    metrics: metricsFor(run, process),
    clock: clockOf(run, process),
    archive: archivedStreamFor(run, process, run.shards),
    quarantine: quarantineFor(run, process),
    openScratch: memoryScratch,
    encode: (text: string) => Buffer.from(text),
    offer: noting(run, run.foldFaults.offer),
  };
  const options = { settings, retention: DEFAULT_RETENTION, ...(rebuild && { rebuild }) };
  void restateStream(ports, options).then(
    (restated) => {
      for (const one of restated) note(run, process, one);
    },
    () => undefined,
  );
}

function note(run: Run, process: Process, { key, outcome, cause }: Restated): void {
  const { chaos, foldFaults, inVain, log, lost, trace } = run;
  trace(`process ${process.id} folds ${key.instrument} anew: ${outcome} ${cause ?? ""}`);
  const { instrument } = key;
  if (outcome === "restated") {
    const isRebuilt = lost.get(nameOf(key)) === key;
    if (isRebuilt) lost.delete(nameOf(key));
    chaos.saw(isRebuilt ? "lost state made anew" : "past folded anew");
    return;
  }
  chaos.saw("past not folded anew");
  if (outcome !== "failed") return;
  // The program's mistakes are not passed over there.
  const name = (cause as Error).name;
  const isExpected = name === "FoldFault" || isExpectedError(name, log.wasLost(stateName(key)));
  if (!isExpected) log.violated("I12", `${cause}`);
  const isForEver = name === "FoldFault" && foldFaults.areForEver(instrument);
  if (!chaos.isOn && isForEver) inVain.add(instrument);
}
