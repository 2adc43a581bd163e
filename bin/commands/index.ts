/** The catalogue of commands, in the order in which help lists them. */
import type { Command } from "../command.ts";
import { doctor } from "./doctor.ts";
import { rebuild } from "./rebuild.ts";
import { replay } from "./replay.ts";
import { report } from "./report.ts";
import { reset } from "./reset.ts";
import { scenarios } from "./scenarios.ts";
import { simulate } from "./simulate.ts";
import { start } from "./start.ts";
import { status } from "./status.ts";
import { verify } from "./verify.ts";

export const COMMANDS: readonly Command[] = [
  start,
  simulate,
  replay,
  report,
  scenarios,
  verify,
  rebuild,
  doctor,
  status,
  reset,
];
