import type { Span } from "../lib/app/queries.ts";
import { type EpochUs, parseDuration } from "../lib/core/units.ts";
import { usageError } from "./cli-error.ts";
import { formatInstant } from "./instant.ts";
import { option } from "./option.ts";
import * as kinds from "./value-kind.ts";

const windowKind: kinds.ValueKind<Span> = {
  expected: "24h, 7d, 30d, 90d, any other duration, or all",
  read: (typed) => {
    if (typed === "all") return { kind: "all" };
    const lengthUs = parseDuration(typed);
    return lengthUs === undefined || lengthUs === 0 ? undefined : { kind: "last", lengthUs };
  },
};

/** Flags that say which part of what is recorded a figure covers. */
export const spanOptions = {
  window: option(windowKind, "SPAN", "24h, 7d, 30d, 90d, any duration, or all: ends at --as-of"),
  from: option(kinds.instant, "TIME", "start, instead of --window"),
  to: option(kinds.instant, "TIME", "end, not included, instead of --window"),
  asOf: option(kinds.instant, "TIME", "count events up to this time only"),
};

export interface SpanFlags {
  readonly window: Span | undefined;
  readonly from: EpochUs | undefined;
  readonly to: EpochUs | undefined;
  readonly asOf: EpochUs | undefined;
}

/** @throws {CliError} usage, if the flags contradict each other */
export function spanOf(flags: SpanFlags, standard: Span): Span {
  const { window, from, to, asOf } = flags;
  if (from === undefined && to === undefined) return window ?? standard;
  if (window !== undefined || asOf !== undefined) {
    throw usageError({
      what: "--from and --to already say which time is meant",
      mend: `leave ${window === undefined ? "--as-of" : "--window"} out`,
    });
  }
  return rangeOf(from, to);
}

function rangeOf(from: EpochUs | undefined, to: EpochUs | undefined): Span {
  if (from === undefined || to === undefined) {
    throw usageError({
      what: from === undefined ? "--to needs --from beside it" : "--from needs --to beside it",
      mend: "name both ends, or use --window",
    });
  }
  if (from >= to) {
    throw usageError({
      what: "--from must lie before --to",
      why: `it says ${formatInstant(from)}, and --to ${formatInstant(to)}`,
    });
  }
  return { kind: "range", from, to };
}
