/** The catalogue of commands, in the order in which help lists them. */
import type { Command } from "../command.ts";
import { doctor } from "./doctor.ts";
import { reset } from "./reset.ts";
import { scenarios } from "./scenarios.ts";
import { simulate } from "./simulate.ts";
import { status } from "./status.ts";

export const COMMANDS: readonly Command[] = [simulate, scenarios, doctor, status, reset];
