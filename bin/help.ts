import type { Command } from "./command.ts";
import { SHARED_OPTIONS } from "./command.ts";
import { flagName, type Option, type OptionTable } from "./option.ts";

export const INVOCATION = "npx brawler";

/** `--speed N`. */
export function flagUsage(key: string, { valueName, short }: Option<unknown>): string {
  const flags = short === undefined ? flagName(key) : `-${short}, ${flagName(key)}`;
  return valueName === undefined ? flags : `${flags} ${valueName}`;
}

/** `simulate [options]`, `replay FILE… [options]`. */
export function commandUsage({ name, operands }: Command): string {
  const named = operands === undefined ? "" : ` ${operands.name}`;
  return `${INVOCATION} ${name}${named} [options]`;
}

/** `brawler --help`. */
export function overview(commands: readonly Command[], version: string): string {
  return [
    `Brawler Performance Analytics ${version}: how a market maker is doing. Simulated or recorded data only.`,
    "",
    `Usage: ${INVOCATION} COMMAND [options]`,
    "",
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    "",
    `${INVOCATION} COMMAND --help shows a command's options and examples.`,
    "Exit codes: 0 done, 1 a check failed or input was refused, 2 usage, 3 environment.",
  ].join("\n");
}

/** `brawler COMMAND --help`. */
export function commandHelp(command: Command): string {
  const { name, summary, operands, examples } = command;
  const operandLines =
    operands === undefined ? [] : ["", ...columns([[operands.name, operands.summary]])];
  return [
    `brawler ${name}: ${summary}`,
    "",
    `Usage: ${commandUsage(command)}`,
    ...operandLines,
    "",
    ...columns(optionLines({ ...command.options, ...SHARED_OPTIONS })),
    "",
    "Examples",
    ...examples.map((example) => `  ${INVOCATION} ${example}`),
  ].join("\n");
}

/** Flag and what it does, the default in brackets. */
export function optionLines(table: OptionTable): readonly (readonly [string, string])[] {
  return Object.entries(table).map(([key, option]) => {
    const standard = option.fallbackText === undefined ? "" : ` (default ${option.fallbackText})`;
    return [flagUsage(key, option), `${option.summary}${standard}`];
  });
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
