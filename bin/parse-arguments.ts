import { parseArgs } from "node:util";
import { usageError } from "./cli-error.ts";
import { nearest } from "./nearest.ts";
import { flagName, type Option, type OptionTable, type OptionValues } from "./option.ts";

export interface ParsedArguments<Table extends OptionTable> {
  readonly options: OptionValues<Table>;
  readonly operands: readonly string[];
}

/**
 * Reads what stands after the command's name. The last of a repeated flag wins, unless it makes a list; `--` ends
 * the flags.
 *
 * @throws {CliError} usage, for an unknown flag (with the likely one), a missing value or one that does not read
 */
export function parseArguments<Table extends OptionTable>(
  table: Table,
  typed: readonly string[],
): ParsedArguments<Table> {
  const keyByFlag = keysByFlag(table);
  const { tokens } = parseArgs({
    args: [...typed],
    options: Object.fromEntries(
      Object.entries(table).map(([key, { valueName, short }]) => [
        flagName(key).slice(2),
        {
          type: valueName === undefined ? "boolean" : "string",
          ...(short !== undefined && { short }),
        },
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values = Object.fromEntries(
    Object.entries(table).map(([key, { fallback }]) => [key, fallback]),
  );
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const key = keyByFlag.get(token.rawName);
    if (key === undefined) throw unknownFlag(token.rawName, [...keyByFlag.keys()]);
    const value = readValue(token.rawName, table[key], token.value);
    values[key] = table[key]?.isList === true ? [values[key], value].flat() : value;
  }
  return { options: values as OptionValues<Table>, operands };
}

function keysByFlag(table: OptionTable): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(table).flatMap(([key, { short }]) => [
      [flagName(key), key] as const,
      ...(short === undefined ? [] : [[`-${short}`, key] as const]),
    ]),
  );
}

function unknownFlag(name: string, known: readonly string[]): Error {
  const likely = nearest(name, known);
  return usageError({
    what: `unknown flag ${name}`,
    mend: likely === undefined ? `known: ${known.join(" ")}` : `did you mean ${likely}?`,
  });
}

function readValue(name: string, option: Option<unknown> | undefined, typed: string | undefined) {
  if (option?.valueName === undefined) {
    if (typed === undefined) return true;
    throw usageError({
      what: `${name} takes no value, was "${typed}"`,
      mend: `type ${name} alone`,
    });
  }
  const expects = `${name} expects ${option.kind.expected}`;
  if (typed === undefined) throw usageError({ what: `${name} needs a value`, why: expects });
  const value = option.kind.read(typed);
  if (value === undefined) {
    const likely = nearest(typed, option.kind.words ?? []);
    throw usageError({
      what: `${expects}, was "${typed}"`,
      ...(likely === undefined ? {} : { mend: `did you mean ${likely}?` }),
    });
  }
  return value;
}
