/** The catalogue of commands, in the order in which help lists them. */
import type { Command } from "../command.ts";
import { doctor } from "./doctor.ts";
import { reset } from "./reset.ts";

export const COMMANDS: readonly Command[] = [doctor, reset];
