import { describe, expect, it } from "vitest";
import { CliError } from "../../bin/cli-error.ts";
import { flag, option, optionOr, repeated } from "../../bin/option.ts";
import { parseArguments } from "../../bin/parse-arguments.ts";
import * as kinds from "../../bin/value-kind.ts";

const table = {
  json: flag("print JSON"),
  asOf: option(kinds.instant, "TIME", "until when"),
  seed: optionOr(kinds.seed, "N", "42", "seed"),
  instruments: option(kinds.instruments, "LIST", "which"),
};

function complaintOf(typed: readonly string[]): string {
  try {
    parseArguments(table, typed);
  } catch (error) {
    if (error instanceof CliError && error.exitCode === 2) {
      return [error.complaint.what, error.complaint.mend].join(" · ");
    }
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("parseArguments", () => {
  it("types what was given, and fills in defaults", () => {
    const typed = [
      "a.ndjson",
      "--as-of",
      "2026-01-01T00:00Z",
      "--instruments=BTC-PERP,desk/ETH-PERP",
      "b",
    ];
    expect(parseArguments(table, typed)).toEqual({
      options: {
        json: false,
        asOf: 1_767_225_600_000_000,
        seed: 42,
        instruments: ["BTC-PERP", "desk/ETH-PERP"],
      },
      operands: ["a.ndjson", "b"],
    });
  });

  it("takes the last of a repeated flag, and everything after -- as it stands", () => {
    const { options, operands } = parseArguments(table, [
      "--seed",
      "1",
      "--seed=2",
      "--",
      "--json",
    ]);
    expect(options).toMatchObject({ seed: 2, json: false });
    expect(operands).toEqual(["--json"]);
  });

  it("makes a list of a flag that may be given many times, by its letter or its name", () => {
    const settings = {
      context: repeated(kinds.setting, "NAME=VALUE", { short: "c", summary: "a setting" }),
    };
    const typed = ["-c", "stage=a", "--context", "stage=b", "-cseed=1=2", "--context=empty="];
    expect(parseArguments(settings, typed).options.context).toEqual([
      ["stage", "a"],
      ["stage", "b"],
      ["seed", "1=2"],
      ["empty", ""],
    ]);
    expect(parseArguments(settings, []).options.context).toEqual([]);
    expect(() => parseArguments(settings, ["-c", "stage"])).toThrow(
      '-c expects NAME=VALUE, such as store=dynamodb, was "stage"',
    );
    expect(() => parseArguments(settings, ["-x"])).toThrow("unknown flag -x");
  });

  it("takes a lone dash for standard input", () => {
    expect(parseArguments(table, ["-"]).operands).toEqual(["-"]);
  });

  it.each([
    { typed: ["--sed", "1"], says: "unknown flag --sed · did you mean --seed?" },
    { typed: ["--asof", "0"], says: "unknown flag --asof · did you mean --as-of?" },
    { typed: ["-x"], says: "unknown flag -x" },
    { typed: ["--__proto__", "1"], says: "unknown flag --__proto__" },
    { typed: ["--constructor"], says: "unknown flag --constructor" },
    { typed: ["--seed"], says: "--seed needs a value" },
    {
      typed: ["--seed", "--json"],
      says: '--seed expects a whole number from 0 to 4294967295, was "--json"',
    },
    { typed: ["--seed", "-1"], says: 'was "-1"' },
    { typed: ["--seed", "1e3"], says: 'was "1e3"' },
    { typed: ["--json=yes"], says: '--json takes no value, was "yes"' },
    { typed: ["--as-of", "2026-01-01T00:00:00"], says: "a time with a zone" },
    { typed: ["--instruments", "btc"], says: 'was "btc"' },
    { typed: ["--instruments", "A,A"], says: 'was "A,A"' },
  ])("refuses $typed and says why", ({ typed, says }) => {
    expect(complaintOf(typed)).toContain(says);
  });
});
