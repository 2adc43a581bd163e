import type { ExitCode } from "./cli-error.ts";
import { usageError } from "./cli-error.ts";
import { flag, type OptionTable, type OptionValues } from "./option.ts";
import { parseArguments } from "./parse-arguments.ts";
import type { Terminal } from "./terminal.ts";

/** What a command is asked to do, and where it speaks. */
export interface Context<Table extends OptionTable> {
  readonly options: OptionValues<Table>;
  readonly operands: readonly string[];
  readonly terminal: Terminal;
}

/** What stands after the flags: files, kinds. */
export interface Operands {
  /** As in a usage line: `FILE…`. */
  readonly name: string;
  readonly summary: string;
  readonly least: number;
  readonly most: number;
}

export interface CommandDefinition<Table extends OptionTable> {
  readonly name: string;
  /** One line, no full stop. */
  readonly summary: string;
  readonly operands?: Operands;
  readonly options: Table;
  /** Command lines worth copying, without `npx brawler`. */
  readonly examples: readonly string[];
  readonly run: (context: Context<Table>) => Promise<ExitCode>;
}

/** A command as the catalogue holds it: what it takes is known to itself alone. */
export interface Command extends Omit<CommandDefinition<OptionTable>, "run"> {
  /** Parses what was typed after the name, then runs. */
  readonly execute: (typed: readonly string[], terminal: Terminal) => Promise<ExitCode>;
}

/** Flags that every command takes. */
export const SHARED_OPTIONS = {
  quiet: flag("print nothing on stderr but errors"),
  help: flag("print this help"),
} as const satisfies OptionTable;

export const jsonOption = flag("print JSON instead of text");

export function defineCommand<Table extends OptionTable>(
  definition: CommandDefinition<Table>,
): Command {
  const { run, ...described } = definition;
  return {
    ...described,
    execute: (typed, terminal) => {
      const table = { ...definition.options, ...SHARED_OPTIONS };
      const { options, operands } = parseArguments(table, typed);
      refuseWrongCount(definition.name, operands, definition.operands);
      return run({ options: options as OptionValues<Table>, operands, terminal });
    },
  };
}

function refuseWrongCount(name: string, typed: readonly string[], wanted?: Operands): void {
  const most = wanted?.most ?? 0;
  const extra = typed[most];
  if (extra !== undefined) {
    throw usageError({
      what: `brawler ${name} does not take "${extra}"`,
      mend: `brawler ${name} --help lists what it takes`,
    });
  }
  if (wanted !== undefined && typed.length < wanted.least) {
    throw usageError({
      what: `brawler ${name} needs ${wanted.name}`,
      why: wanted.summary,
      mend: `brawler ${name} --help shows examples`,
    });
  }
}
