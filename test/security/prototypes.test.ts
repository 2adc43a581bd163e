/**
 * Goal: no name of an event reaches a prototype. Method: the real command line in a Node.js that throws at every use of
 * `__proto__`, over events whose every name is one that objects answer to.
 */
import { describe, expect, it } from "vitest";
import { brawler } from "../bin/brawler-process.ts";

const NAMES = ["__proto__", "constructor", "prototype", "hasOwnProperty", "toString", "valueOf"];

/** A simulated hour's lines with the names put in: as instrument, venue, account, id, currency, and as a field. */
function hostile(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line, index) => {
    const name = NAMES[index % NAMES.length] ?? "";
    const event = JSON.parse(line) as Readonly<Record<string, unknown>>;
    const put = (key: string) => JSON.stringify({ ...event, [key]: name });
    const keys = ["instrument", "source", "account", "tradeId", "quoteId", "venue", "feeCurrency"];
    return [
      ...keys.filter((key) => key in event || key === "account").map(put),
      line.replace("{", `{"${name}":{"polluted":true},`),
    ];
  });
}

describe("names that objects answer to", () => {
  it("end as refusals or as names, in a Node.js without __proto__ as in any other", async () => {
    const simulated = await brawler(["simulate", "--seed", "3", "--duration", "2m"]);
    const lines = simulated.stdout.trimEnd().split("\n").slice(0, 400);
    const stdin = [...lines, ...hostile(lines.slice(0, 120))].join("\n");
    const typed = ["replay", "-", "--data", "memory", "--json"];
    const plain = await brawler(typed, { stdin });
    const strict = await brawler(typed, {
      stdin,
      environment: { NODE_OPTIONS: "--disable-proto=throw" },
    });
    expect(plain.stdout).toContain('"instruments"');
    expect(plain.exitCode).toBe(1);
    expect(strict.stdout).toBe(plain.stdout);
    expect(strict.exitCode).toBe(1);
    const proto = await brawler(["replay", "-", "--data", "memory"], { stdin });
    expect(proto.stderr + proto.stdout).toMatch(/lines were refused/);
    expect(JSON.stringify(({} as { polluted?: unknown }).polluted)).toBeUndefined();
  });
});
