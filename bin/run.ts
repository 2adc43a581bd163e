import {
  CliError,
  type Complaint,
  describeComplaint,
  type ExitCode,
  reasonOf,
  usageError,
} from "./cli-error.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands/index.ts";
import { commandHelp, INVOCATION, overview } from "./help.ts";
import { nearest } from "./nearest.ts";
import { refuseLive } from "./never-live.ts";
import { productVersion } from "./product-version.ts";
import { openTerminal } from "./terminal.ts";

/**
 * Runs one command line and says how it ended. An error becomes a few lines on stderr; the stack is for us, and
 * shown only under `BRAWLER_DEBUG`.
 *
 * @param typed what stands after `brawler`
 */
export async function runCommandLine(typed: readonly string[]): Promise<ExitCode> {
  const terminal = openTerminal(typed.includes("--quiet"));
  try {
    refuseLive(typed, process.env);
    const [first] = typed;
    if (first === "--version") {
      await terminal.print(productVersion());
      return 0;
    }
    if (first === undefined || first === "--help" || first === "help") {
      await terminal.print(overview(COMMANDS, productVersion()));
      return first === undefined ? 2 : 0;
    }
    const { command, rest } = findCommand(typed);
    if (rest.includes("--help")) {
      await terminal.print(commandHelp(command));
      return 0;
    }
    return await command.execute(rest, terminal);
  } catch (error) {
    return report(error);
  }
}

function findCommand(typed: readonly string[]): { command: Command; rest: readonly string[] } {
  for (const words of [2, 1]) {
    const name = typed.slice(0, words).join(" ");
    const command = COMMANDS.find((candidate) => candidate.name === name);
    if (command !== undefined) return { command, rest: typed.slice(words) };
  }
  const [first = ""] = typed;
  const names = COMMANDS.map(({ name }) => name);
  const likely = nearest(first, names);
  throw usageError({
    what: `unknown ${first.startsWith("-") ? "flag" : "command"} ${first}`,
    mend:
      likely === undefined
        ? `known commands: ${names.join(", ")}`
        : `did you mean ${INVOCATION} ${likely}?`,
  });
}

function report(error: unknown): ExitCode {
  process.stderr.write(describeComplaint(complaintAbout(error)));
  if ((process.env["BRAWLER_DEBUG"] ?? "") !== "") {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  }
  return error instanceof CliError ? error.exitCode : 3;
}

/** Errors of the stores: their messages say what, where, why and how to mend it, all in one. */
const MACHINE_FAULTS = [
  "EmbeddedStoreError",
  "PostgresStoreError",
  "ArchiveError",
  "UnknownNoteError",
];

function complaintAbout(error: unknown): Complaint {
  if (error instanceof CliError) return error.complaint;
  if (error instanceof Error && MACHINE_FAULTS.includes(error.name)) return { what: error.message };
  if (error instanceof Error && error.name === "StateVersionError") {
    return {
      what: "another version of the product wrote these figures",
      why: error.message,
      mend: "npx brawler rebuild makes them anew from the raw archive",
    };
  }
  return {
    what: `stopped by an unexpected error: ${reasonOf(error)}`,
    mend: "BRAWLER_DEBUG=1 before the command shows where; please report it with that output",
  };
}
