/** Prints docs/reference/cli.md: the command table is the one source of help, types and documentation. */
import { pathToFileURL } from "node:url";
import { type Command, SHARED_OPTIONS } from "./command.ts";
import { COMMANDS } from "./commands/index.ts";
import { commandUsage, INVOCATION, optionLines } from "./help.ts";
import type { OptionTable } from "./option.ts";

/** The whole reference page as Markdown. */
export function cliReference(commands: readonly Command[]): string {
  return [
    "# Command line",
    "",
    "Generated from the command table by `node bin/cli-reference.ts`; do not edit.",
    "",
    `Run it as \`${INVOCATION} COMMAND\` (or \`npm run brawler -- COMMAND\`). Results go to stdout, remarks,`,
    "progress and errors to stderr. Colours and progress bars appear on a terminal only; `NO_COLOR` leaves colours",
    "out. Times are ISO 8601 with a zone (`2026-01-01T00:00:00Z`) or integer microseconds since 1970; durations are",
    "a whole number and `us`, `ms`, `s`, `m`, `h` or `d`.",
    "",
    "| exit code | meaning |",
    "|--|--|",
    "| 0 | done |",
    "| 1 | a check failed, or input was refused |",
    "| 2 | usage: the command line itself is wrong |",
    "| 3 | environment: a file, port, permission or space is missing |",
    "",
    "Every command also takes:",
    "",
    ...optionTable(SHARED_OPTIONS),
    "",
    ...commands.flatMap(commandSection),
  ].join("\n");
}

function commandSection(command: Command): readonly string[] {
  const { name, summary, operands, options, examples } = command;
  return [
    `## ${name}`,
    "",
    `${summary}.`,
    "",
    `    ${commandUsage(command)}`,
    "",
    ...(operands === undefined ? [] : [`\`${operands.name}\`: ${operands.summary}.`, ""]),
    ...(Object.keys(options).length === 0 ? [] : [...optionTable(options), ""]),
    "Examples:",
    "",
    ...examples.map((example) => `    ${INVOCATION} ${example}`),
    "",
  ];
}

function optionTable(table: OptionTable): readonly string[] {
  return [
    "| option | does |",
    "|--|--|",
    ...optionLines(table).map(([usage, does]) => `| \`${escaped(usage)}\` | ${escaped(does)} |`),
  ];
}

/** A bar inside a cell would end it. */
function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.stdout.write(cliReference(COMMANDS));
}
