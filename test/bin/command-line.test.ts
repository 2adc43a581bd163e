/** The real command line, as a shell starts it: exit codes, what goes to stdout and what to stderr. */
import { describe, expect, it } from "vitest";
import { cliReference } from "../../bin/cli-reference.ts";
import { COMMANDS } from "../../bin/commands/index.ts";
import { commandHelp } from "../../bin/help.ts";
import { brawler } from "./brawler-process.ts";

describe("brawler", () => {
  it("lists its commands and explains itself on --help", async () => {
    const { exitCode, stdout, stderr } = await brawler(["--help"]);
    expect(exitCode).toBe(0);
    expect(stderr).toBe("");
    for (const { name } of COMMANDS) expect(stdout).toContain(`\n  ${name} `);
    for (const { summary } of COMMANDS) expect(stdout).toContain(summary);
  });

  it("ends with 2 and a suggestion on an unknown command, nothing on stdout, no stack", async () => {
    const { exitCode, stdout, stderr } = await brawler(["doctr"]);
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toBe(
      "brawler: unknown command doctr\n  mend   did you mean npx brawler doctor?\n",
    );
  });

  it("hands no control character of a file's name to the terminal", async () => {
    const { stderr } = await brawler(["replay", "\u001b[2J\u202enone.ndjson", "--data", "memory"]);
    expect(stderr).toContain("none.ndjson");
    for (const hidden of ["\u001b", "\u202e"]) expect(stderr).not.toContain(hidden);
  });

  it("prints the stack only under BRAWLER_DEBUG", async () => {
    const environment = { BRAWLER_DEBUG: "1" };
    const { stderr } = await brawler(["doctor", "--prot", "1"], { environment });
    expect(stderr).toContain("did you mean --port?");
    expect(stderr).toContain("parse-arguments.ts");
  });

  it("prints its version", async () => {
    const { exitCode, stdout } = await brawler(["--version"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("the catalogue of commands", () => {
  it.each(COMMANDS.map((command) => ({ name: command.name, command })))(
    "$name has a summary without a full stop, help with every flag, and examples that name it",
    ({ command }) => {
      expect(command.summary).toMatch(/^[A-Z].*[^.]$/);
      const help = commandHelp(command);
      for (const key of Object.keys(command.options)) {
        expect(help).toContain(
          `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
        );
      }
      expect(command.examples.length).toBeGreaterThan(0);
      for (const example of command.examples) expect(example).toContain(command.name);
    },
  );

  it("has no name twice", () => {
    expect(new Set(COMMANDS.map(({ name }) => name)).size).toBe(COMMANDS.length);
  });

  it("writes the reference page: every command, flag and default", () => {
    const page = cliReference(COMMANDS);
    for (const { name, options } of COMMANDS) {
      expect(page).toContain(`\n## ${name}\n`);
      for (const { summary } of Object.values(options)) {
        expect(page).toContain(summary.replaceAll("|", "\\|"));
      }
    }
  });
});
