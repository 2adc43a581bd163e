/** Flags that choose a simulated world, the same for `simulate` and `start`. */
import { INSTRUMENT_NAMES } from "../lib/core/simulator/instrument-profile.ts";
import { scenarioList } from "../lib/core/simulator/scenario.ts";
import { usageError } from "./cli-error.ts";
import { nearest } from "./nearest.ts";
import { option, optionOr } from "./option.ts";
import * as kinds from "./value-kind.ts";

export const scenarioKind: kinds.ValueKind<string> = {
  ...kinds.choice(scenarioList().map(({ name }) => name)),
  expected: "a scenario",
};

export const simulatorOptions = {
  seed: optionOr(kinds.seed, "N", "42", "which of all possible worlds"),
  scenario: optionOr(
    scenarioKind,
    "NAME",
    "normal",
    "what is planted into it; `scenarios` lists them",
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
