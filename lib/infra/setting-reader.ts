import { SETTINGS, type SettingName, type SettingProblem } from "./settings.ts";

/** How a setting is looked up: `app.node.tryGetContext`, mostly. */
export type Lookup = (name: string) => unknown;

/** Reads settings by name; what is wrong is put on the list of problems, and reading goes on with the standard value. */
export interface SettingReader {
  /** As it was typed; undefined where it was not. */
  given(name: SettingName): string | undefined;
  text(name: SettingName, pattern: RegExp, standard: string, words: string): string;
  optional(name: SettingName, pattern: RegExp, words: string): string | undefined;
  /** Values with commas between them. */
  list(name: SettingName, pattern: RegExp, words: string): readonly string[];
  choice<T extends string>(name: SettingName, choices: readonly T[], standard: T): T;
  whole(name: SettingName, standard: number, range: { from: number; to: number }): number;
  flag(name: SettingName, standard: boolean): boolean;
  /** For what one value alone does not show; `more` replaces what the catalogue says. */
  refuse(name: SettingName, what: string, more?: Partial<SettingProblem>): void;
}

export function settingReader(lookup: Lookup, problems: SettingProblem[]): SettingReader {
  const given: SettingReader["given"] = (name) => {
    const value = lookup(name);
    return value === undefined || value === null ? undefined : String(value);
  };
  const refuse: SettingReader["refuse"] = (name, what, more = {}) => {
    const { why, example } = SETTINGS[name];
    const typed = given(name);
    const where = typed === undefined ? `-c ${name}, not given` : `-c ${name}=${typed}`;
    problems.push({ what: `${name} ${what}`, where, why, mend: `-c ${name}=${example}`, ...more });
  };
  const expect = (name: SettingName, words: string, was: string) =>
    refuse(name, `must be ${words}, was ${JSON.stringify(was)}`);
  const optional: SettingReader["optional"] = (name, pattern, words) => {
    const value = given(name);
    if (value !== undefined && !pattern.test(value)) expect(name, words, value);
    return value;
  };
  const choice: SettingReader["choice"] = (name, choices, standard) => {
    const value = given(name) ?? standard;
    const found = choices.find((one) => one === value);
    if (found === undefined) expect(name, choices.join(" or "), value);
    return found ?? standard;
  };
  return {
    given,
    refuse,
    optional,
    choice,
    text: (name, pattern, standard, words) => optional(name, pattern, words) ?? standard,
    list: (name, pattern, words) => {
      const typed = given(name);
      const items = (typed ?? "").split(",").filter((item) => item !== "");
      for (const item of items) if (!pattern.test(item)) expect(name, words, item);
      if (typed !== undefined && items.length === 0) expect(name, words, typed);
      return items;
    },
    whole: (name, standard, { from, to }) => {
      const value = given(name) ?? String(standard);
      const number = Number(value);
      if (/^[0-9]+$/.test(value) && number >= from && number <= to) return number;
      expect(name, `a whole number from ${from} to ${to}`, value);
      return standard;
    },
    flag: (name, standard) =>
      choice(name, ["true", "false"], String(standard) as "true") === "true",
  };
}
