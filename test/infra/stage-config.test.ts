import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
  type SettingProblem,
  StageConfigError,
} from "../../lib/infra/settings.ts";
import type { StageEnvironment } from "../../lib/infra/stage-config.ts";
import { configOf, EMULATOR, ENVIRONMENT, type Settings } from "./stages.ts";

const APP = fileURLToPath(new URL("../../bin/cdk.ts", import.meta.url));
const GOOD: Settings = { alertEmail: "desk@example.com" };

function problemsOf(
  settings: Settings,
  environment: Partial<StageEnvironment> = {},
): readonly SettingProblem[] {
  try {
    configOf(settings, { ...ENVIRONMENT, ...environment });
  } catch (error) {
    if (error instanceof StageConfigError) return error.problems;
    throw error;
  }
  return [];
}

interface WrongValue {
  readonly when: string;
  readonly setting: SettingName;
  readonly given: Settings;
  readonly what: string;
  readonly why?: string;
  readonly mend?: string;
  readonly environment?: Partial<StageEnvironment>;
}

/** One line at least for every setting there is; a test below counts them. */
const WRONG: readonly WrongValue[] = [
  {
    when: "nobody would be told",
    setting: "alertEmail",
    given: {},
    what: "alertEmail is missing: name who gets the alerts",
    why: "an alert that reaches nobody is none",
    mend: "-c alertEmail=desk@example.com",
  },
  {
    when: "an address is none",
    setting: "alertEmail",
    given: { alertEmail: "desk" },
    what: 'alertEmail must be an e-mail address such as desk@example.com, was "desk"',
  },
  {
    when: "one of several is none",
    setting: "alertEmail",
    given: { alertEmail: "a@b.co,x y@b.co" },
    what: 'was "x y@b.co"',
  },
  {
    when: "an address is given and empty",
    setting: "alertEmail",
    given: { alertEmail: "," },
    what: 'was ","',
  },
  {
    when: "operations would hear nothing",
    setting: "operationsEmail",
    given: { ...GOOD, operationsEmail: "ops@" },
    what: 'operationsEmail must be an e-mail address, was "ops@"',
  },
  {
    when: "a stage has other characters",
    setting: "stage",
    given: { ...GOOD, stage: "Prod!" },
    what: 'stage must be a letter, then letters, digits and -, 16 at most, was "Prod!"',
    mend: "-c stage=sandbox",
  },
  {
    when: "Cognito would refuse the sign-in's address",
    setting: "stage",
    given: { ...GOOD, stage: "aws-test" },
    what: 'stage must not contain "aws"',
  },
  {
    when: "an account is none",
    setting: "account",
    given: { ...GOOD, account: "1234" },
    what: 'account must be the 12 digits of an account, was "1234"',
  },
  {
    when: "the credentials lead to another account",
    setting: "account",
    given: { ...GOOD, account: "111111111111" },
    environment: { account: "222222222222" },
    what: "account is 111111111111, and the credentials in use lead to 222222222222",
    mend: "use credentials of account 111111111111, or change -c account",
  },
  {
    when: "a region is none",
    setting: "region",
    given: { ...GOOD, region: "Ireland" },
    what: "region must be a region such as eu-west-1",
  },
  {
    when: "the credentials lead to another region",
    setting: "region",
    given: { ...GOOD, region: "eu-west-1" },
    environment: { region: "us-east-1" },
    what: "region is eu-west-1, and the credentials in use lead to us-east-1",
  },
  {
    when: "a store is unknown",
    setting: "store",
    given: { ...GOOD, store: "postgres" },
    what: 'store must be timestream or dynamodb, was "postgres"',
    mend: "-c store=dynamodb",
  },
  {
    when: "an emulator is to be Timestream",
    setting: "store",
    given: { emulator: "true" },
    environment: EMULATOR,
    what: "store must be dynamodb on an emulator",
    why: "none knows Timestream",
  },
  {
    when: "a mode is unknown",
    setting: "streamMode",
    given: { ...GOOD, streamMode: "auto" },
    what: "streamMode must be provisioned or on-demand",
  },
  {
    when: "there is no shard",
    setting: "shards",
    given: { ...GOOD, shards: "0" },
    what: "shards must be a whole number from 1 to 500",
  },
  {
    when: "a number has an exponent",
    setting: "shards",
    given: { ...GOOD, shards: "1e3" },
    what: 'was "1e3"',
  },
  {
    when: "shards are for nothing",
    setting: "shards",
    given: { ...GOOD, shards: "1", streamMode: "on-demand" },
    what: "shards is for streamMode=provisioned",
    mend: "leave shards out",
  },
  {
    when: "a window is too long",
    setting: "commitWindow",
    given: { ...GOOD, commitWindow: "61" },
    what: "commitWindow must be a whole number from 0 to 60",
    why: "the event source mapping waits no longer than a minute",
  },
  {
    when: "a secret is named by its ARN",
    setting: "slackSecret",
    given: { ...GOOD, slackSecret: "arn:aws:secretsmanager:eu-west-1:1:secret:slack" },
    what: "slackSecret must be the name of a secret in Secrets Manager, not its ARN",
  },
  {
    when: "Slack is elsewhere on AWS",
    setting: "slackBaseUrl",
    given: { ...GOOD, slackBaseUrl: "http://127.0.0.1:9" },
    what: "slackBaseUrl is for tests",
  },
  {
    when: "Slack is the metadata service",
    setting: "slackBaseUrl",
    given: { emulator: "true", store: "dynamodb", slackBaseUrl: "http://169.254.169.254" },
    environment: EMULATOR,
    what: "slackBaseUrl must be http://127.0.0.1:PORT",
  },
  {
    when: "a switch has a third position",
    setting: "mock",
    given: { ...GOOD, mock: "yes" },
    what: "mock must be on or off",
  },
  {
    when: "a seed is no whole number",
    setting: "seed",
    given: { ...GOOD, seed: "4.2" },
    what: "seed must be a whole number from 0 to 4294967295",
  },
  {
    when: "there is no such scenario",
    setting: "scenario",
    given: { ...GOOD, scenario: "toxic-flw" },
    what: 'scenario cannot be planted: unknown scenario "toxic-flw"',
    why: "mock-brawler would fail each minute",
    mend: "npx brawler scenarios lists them",
  },
  {
    when: "a name is in small letters",
    setting: "instruments",
    given: { ...GOOD, instruments: "btc" },
    what: "instruments must be an instrument such as BTC-PERP",
  },
  {
    when: "the simulator does not know an instrument, even with the mock off",
    setting: "instruments",
    given: { ...GOOD, mock: "off", instruments: "BTC-PERP,PEPE-PERP" },
    what: "instruments names PEPE-PERP, which the simulator does not know",
  },
  {
    when: "a firewall is perhaps",
    setting: "waf",
    given: { ...GOOD, waf: "on" },
    what: 'waf must be true or false, was "on"',
  },
  {
    when: "reserved concurrency is a number",
    setting: "reservedConcurrency",
    given: { ...GOOD, reservedConcurrency: "20" },
    what: "reservedConcurrency must be on or off",
  },
  {
    when: "the logs' role is neither",
    setting: "apiLogRole",
    given: { ...GOOD, apiLogRole: "none" },
    what: "apiLogRole must be make or existing",
  },
  {
    when: "a client is perhaps",
    setting: "machineClient",
    given: { ...GOOD, machineClient: "1" },
    what: "machineClient must be true or false",
  },
  {
    when: "logs would be gone in a week",
    setting: "logRetentionDays",
    given: { ...GOOD, logRetentionDays: "7" },
    what: "logRetentionDays must be 30 or 60 or 90",
  },
  {
    when: "a budget is negative",
    setting: "budgetUsd",
    given: { ...GOOD, budgetUsd: "-1" },
    what: "budgetUsd must be a whole number",
  },
  {
    when: "an emulator is nowhere",
    setting: "emulator",
    given: { emulator: "true", store: "dynamodb" },
    what: "emulator is for a local emulator only",
    mend: "set AWS_ENDPOINT_URL to the emulator, or leave emulator out",
  },
];

describe("readStageConfig", () => {
  it("needs nothing but an address", () => {
    expect(configOf(GOOD)).toEqual({
      stage: "sandbox",
      account: undefined,
      region: undefined,
      store: "timestream",
      streamMode: "provisioned",
      shards: 1,
      commitWindowSeconds: 10,
      alertEmails: ["desk@example.com"],
      operationsEmails: ["desk@example.com"],
      slackSecret: undefined,
      slackBaseUrl: undefined,
      mock: { seed: 42, scenario: "normal", instruments: [] },
      waf: false,
      reservedConcurrency: true,
      apiLogRole: "make",
      machineClient: false,
      logRetentionDays: 30,
      budgetUsd: 100,
      emulator: false,
      desk: {},
    });
  });

  it.each(WRONG)("refuses $setting when $when", (wrong) => {
    const problems = problemsOf(wrong.given, wrong.environment);
    expect(problems).toHaveLength(1);
    const [problem] = problems;
    expect(problem?.what).toContain(wrong.what);
    const typed = wrong.given[wrong.setting];
    expect(problem?.where).toBe(
      typed === undefined ? `-c ${wrong.setting}, not given` : `-c ${wrong.setting}=${typed}`,
    );
    expect(problem?.why).toBe(wrong.why ?? problem?.why);
    expect(problem?.mend).toBe(wrong.mend ?? problem?.mend);
  });

  it("has a wrong value of every setting in the table above", () => {
    expect(new Set(WRONG.map(({ setting }) => setting))).toEqual(new Set(SETTING_NAMES));
  });

  it("gives an example of each setting that it takes itself", () => {
    for (const name of SETTING_NAMES) {
      const given = { ...GOOD, store: "dynamodb", [name]: SETTINGS[name].example };
      const tested = name === "slackBaseUrl" ? { ...given, emulator: "true" } : given;
      expect(problemsOf(tested, EMULATOR), name).toEqual([]);
    }
  });

  it("refuses a setting that nobody reads, and lets CDK's own pass", () => {
    const names = ["alertEmail", "alertMail", "aws:cdk:bundling-stacks", "@aws-cdk/core:stackTags"];
    const [problem, ...more] = problemsOf(GOOD, { names });
    expect(more).toEqual([]);
    expect(problem?.what).toBe("there is no setting alertMail");
    expect(problem?.mend).toContain("alertEmail");
  });

  it("says all of it in its message: what, where, why, how to mend it", () => {
    expect(() => configOf({ ...GOOD, commitWindow: "61" })).toThrow(
      [
        "the deployment's settings are refused, and nothing was created:",
        '  commitWindow must be a whole number from 0 to 60, was "61"',
        "    where  -c commitWindow=61",
        "    why    the event source mapping waits no longer than a minute",
        "    mend   -c commitWindow=10",
      ].join("\n"),
    );
  });

  it("tells of every wrong setting at once", () => {
    const problems = problemsOf({ ...GOOD, stage: "X", store: "s3", shards: "none" });
    expect(problems.map(({ what }) => what.split(" ")[0])).toEqual(["stage", "store", "shards"]);
  });

  it("deploys to an emulator without an address, to DynamoDB only", () => {
    expect(configOf({ emulator: "true", store: "dynamodb" }, EMULATOR).alertEmails).toEqual([]);
  });

  it("takes the desk's own settings along, checked", () => {
    const told = (deskText: string) => problemsOf(GOOD, { deskText })[0];
    expect(configOf(GOOD, { ...ENVIRONMENT, deskText: '{"capital":"1000"}' }).desk).toEqual({
      capital: "1000",
    });
    expect(told("{")?.what).toContain("brawler.config.json is no JSON");
    expect(told('{"capitol":"1"}')?.what).toContain("capitol");
    expect(told(JSON.stringify({ x: "y".repeat(3_000) }))?.what).toContain("at most");
    expect(told("{")?.mend).toContain("docs/reference/config.md");
  });
});

describe("the application", () => {
  it("ends with 2 on a wrong setting, and leaves no template behind", () => {
    const path = mkdtempSync(join(tmpdir(), "brawler-synth-"));
    onTestFinished(() => rmSync(path, { recursive: true }));
    const { status, stderr } = spawnSync(process.execPath, [APP], {
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"],
        CDK_OUTDIR: path,
        CDK_CONTEXT_JSON: JSON.stringify({ ...GOOD, store: "s3" }),
      },
    });
    expect(status).toBe(2);
    expect(stderr).toContain('store must be timestream or dynamodb, was "s3"');
    expect(readdirSync(path).filter((name) => name.includes("Brawler"))).toEqual([]);
  });
});
