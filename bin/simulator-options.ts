/** Flags that choose a simulated world, the same for `simulate` and `start`. */
import { INSTRUMENT_NAMES } from "../lib/core/simulator/instrument-profile.ts";
import { scenarioList } from "../lib/core/simulator/scenario.ts";
import { planScenarios, requireInstruments } from "../lib/core/simulator/scenario-plan.ts";
import { reasonOf, usageError } from "./cli-error.ts";
import { nearest } from "./nearest.ts";
import { option, optionOr } from "./option.ts";
import * as kinds from "./value-kind.ts";

export const scenarioKind: kinds.ValueKind<string> = {
  ...kinds.text,
  expected: "scenarios with commas between them, such as toxic-flow or calm,vol-spike@2h+10m",
};

export const simulatorOptions = {
  seed: optionOr(kinds.seed, "N", "42", "which of all possible worlds"),
  scenario: optionOr(
    scenarioKind,
    "LIST",
    "normal",
    "what is planted into it, as NAME, NAME@START or NAME@START+LENGTH; `scenarios` lists them",
  ),
  instruments: option(
    kinds.instruments,
    "LIST",
    `which of ${INSTRUMENT_NAMES.join(", ")} (default all)`,
  ),
};

/**
 * The chosen instruments, all of them unless some are named.
 *
 * @throws {CliError} usage, naming what there is
 */
export function knownInstruments(typed: readonly string[] | undefined): readonly string[] {
  const unknown = typed?.find((name) => !INSTRUMENT_NAMES.includes(name));
  if (unknown === undefined) return typed ?? INSTRUMENT_NAMES;
  const likely = nearest(unknown, INSTRUMENT_NAMES);
  throw usageError({
    what: `the simulator knows no instrument ${unknown}`,
    mend:
      likely === undefined ? `it knows ${INSTRUMENT_NAMES.join(", ")}` : `did you mean ${likely}?`,
  });
}

/**
 * The scenarios as they were typed, if they can all be planted into these instruments.
 *
 * @throws {CliError} usage, naming what there is, or what cannot go together
 */
export function knownScenario(typed: string, instruments: readonly string[]): string {
  const names = scenarioList().map(({ name }) => name);
  for (const part of typed.split(",")) {
    const [name = ""] = part.trim().split(/[@+]/);
    if (names.includes(name)) continue;
    const likely = nearest(name, names);
    throw usageError({
      what: `there is no scenario ${JSON.stringify(name)}`,
      mend: likely === undefined ? `there are ${names.join(", ")}` : `did you mean ${likely}?`,
    });
  }
  try {
    requireInstruments(planScenarios(typed, 0), instruments);
  } catch (cause) {
    const what = `cannot plant ${typed}`;
    const mend = "brawler scenarios says what there is, and when it acts";
    throw usageError({ what, why: reasonOf(cause), mend });
  }
  return typed;
}
