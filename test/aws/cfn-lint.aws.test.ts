/** cfn-lint over the templates as they are synthesised: no finding but those with a reason. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { emulatorPython } from "./python-environment.ts";

const APP = fileURLToPath(new URL("../../bin/cdk.ts", import.meta.url));
const { context: FLAGS } = JSON.parse(
  readFileSync(fileURLToPath(new URL("../../cdk.json", import.meta.url)), "utf8"),
) as { readonly context: Readonly<Record<string, unknown>> };

/** Rules that are not asked, each with the reason. */
const IGNORED: readonly { readonly rule: string; readonly reason: string }[] = [
  {
    rule: "W3697",
    reason: "Timestream takes no new customers; old ones may have it, and the preflight tells.",
  },
  {
    rule: "W3005",
    reason: "CDK names a function's role beside its policy: said twice, true twice.",
  },
  { rule: "W6001", reason: "An output repeats what the other stack made: a person reads it here." },
];

interface Finding {
  readonly Rule: { readonly Id: string };
  readonly Message: string;
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "brawler-lint-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function synthesise(settings: Readonly<Record<string, string>>): readonly string[] {
  const folder = emptyFolder();
  const { status, stderr } = spawnSync(process.execPath, [APP], {
    encoding: "utf8",
    env: {
      PATH: process.env["PATH"],
      CDK_OUTDIR: folder,
      CDK_DEFAULT_ACCOUNT: "123456789012",
      CDK_DEFAULT_REGION: "eu-west-1",
      CDK_CONTEXT_JSON: JSON.stringify({ ...FLAGS, "aws:cdk:bundling-stacks": [], ...settings }),
    },
  });
  expect(status, stderr).toBe(0);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".template.json"))
    .map((name) => join(folder, name));
}

function lint(templates: readonly string[], ignored: readonly string[]): readonly Finding[] {
  const ignore = ignored.length === 0 ? [] : ["--ignore-checks", ...ignored];
  const args = ["--format", "json", "--regions", "eu-west-1", "us-east-1"];
  const { stdout, stderr } = spawnSync(
    join(dirname(emulatorPython()), "cfn-lint"),
    [...args, ...ignore, "--", ...templates],
    {
      encoding: "utf8",
    },
  );
  expect(stderr).toBe("");
  return JSON.parse(stdout) as readonly Finding[];
}

const FULL = {
  alertEmail: "desk@example.com",
  slackSecret: "brawler/slack",
  waf: "true",
  machineClient: "true",
};

describe("cfn-lint", () => {
  it.each([
    { stage: "Timestream, everything on", settings: { ...FULL, store: "timestream" } },
    {
      stage: "DynamoDB, on demand",
      settings: { ...FULL, store: "dynamodb", streamMode: "on-demand" },
    },
  ])("finds nothing in the templates: $stage", ({ settings }) => {
    const templates = synthesise(settings);
    expect(templates).toHaveLength(2);
    const rules = IGNORED.map(({ rule }) => rule);
    expect(lint(templates, rules).map(({ Rule, Message }) => `${Rule.Id} ${Message}`)).toEqual([]);
  });

  it("would still find each thing that is left out: none of the reasons is out of date", () => {
    const found = lint(synthesise({ ...FULL, store: "timestream" }), []);
    expect(new Set(found.map(({ Rule }) => Rule.Id))).toEqual(
      new Set(IGNORED.map(({ rule }) => rule)),
    );
    for (const { reason } of IGNORED) expect(reason).toMatch(/^[A-Z].{25,}[.]$/);
  });

  it("bites: a property that there is none of is found", () => {
    const path = join(emptyFolder(), "wrong.template.json");
    const Wrong = { Type: "AWS::SQS::Queue", Properties: { Colour: "red" } };
    writeFileSync(path, JSON.stringify({ Resources: { Wrong } }));
    expect(lint([path], []).map(({ Rule }) => Rule.Id)).toEqual(["E3002"]);
  });
});
