/** The declarative table behind a command's flags: it parses them, types them, and writes their help. */
import type { ValueKind } from "./value-kind.ts";

/** One flag. Its name is its key in the table, in kebab case: `asOf` is typed `--as-of`. */
export interface Option<T> {
  /** Shown after the flag in help; a flag without one takes no value. */
  readonly valueName: string | undefined;
  readonly summary: string;
  readonly kind: ValueKind<T>;
  /** What stands in when the flag is left out. */
  readonly fallback: T;
  /** How help names `fallback`; nothing to name where leaving out means "no". */
  readonly fallbackText: string | undefined;
  /** One letter that stands for the flag: `c` is typed `-c`. */
  readonly short?: string;
  /** Several make a longer list; without it the last one wins. */
  readonly isList?: boolean;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** What `run` receives: the value of every flag, typed or defaulted. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer T> ? T : never;
};

/** A flag that is on or off. */
export function flag(summary: string): Option<boolean> {
  return {
    valueName: undefined,
    summary,
    kind: { expected: "no value", read: () => undefined },
    fallback: false,
    fallbackText: undefined,
  };
}

/** A flag with a value, `undefined` when left out. */
export function option<T>(
  kind: ValueKind<T>,
  valueName: string,
  summary: string,
): Option<T | undefined> {
  return { valueName, summary, kind, fallback: undefined, fallbackText: undefined };
}

/**
 * A flag with a value and a default.
 *
 * @param standard the default as a person would type it
 * @throws {RangeError} if `kind` does not read its own default
 */
export function optionOr<T>(
  kind: ValueKind<T>,
  valueName: string,
  standard: string,
  summary: string,
): Option<T> {
  const fallback = kind.read(standard);
  if (fallback === undefined) {
    throw new RangeError(`the default must be ${kind.expected}, was ${standard}`);
  }
  return { valueName, summary, kind, fallback, fallbackText: standard };
}

/** A flag with a value that may be given many times: the list of them, in their order. */
export function repeated<Item>(
  kind: ValueKind<Item>,
  valueName: string,
  { short, summary }: { readonly short: string; readonly summary: string },
): Option<readonly Item[]> {
  const read = (text: string) => {
    const value = kind.read(text);
    return value === undefined ? undefined : [value];
  };
  return {
    valueName,
    summary,
    kind: { expected: kind.expected, read },
    fallback: [],
    fallbackText: undefined,
    short,
    isList: true,
  };
}

/** `asOf` → `--as-of`. */
export function flagName(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
