import { describe, expect, it } from "vitest";
import { StageConfigError } from "../../lib/infra/stage-config.ts";
import { configOf, EMULATOR, ENVIRONMENT, type Settings } from "./stages.ts";

const GOOD: Settings = { alertEmail: "desk@example.com" };

function problemsOf(settings: Settings, environment = ENVIRONMENT): string {
  try {
    configOf(settings, environment);
  } catch (error) {
    if (error instanceof StageConfigError) return error.message;
    throw error;
  }
  return "";
}

describe("readStageConfig", () => {
  it("needs nothing but an address", () => {
    expect(configOf(GOOD)).toEqual({
      stage: "sandbox",
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
      machineClient: false,
      logRetentionDays: 30,
      budgetUsd: 100,
      emulator: false,
      desk: {},
    });
  });

  it.each([
    {
      given: {},
      says: "alertEmail is missing: name who gets the alerts",
      when: "nobody would be told",
    },
    {
      given: { alertEmail: "desk" },
      says: "alertEmail must be an e-mail address",
      when: "an address is none",
    },
    {
      given: { alertEmail: "a@b.co,x y@b.co" },
      says: 'was "x y@b.co"',
      when: "one of several is none",
    },
    {
      given: { stage: "Prod!" },
      says: "stage must be a letter",
      when: "a stage has other characters",
    },
    {
      given: { store: "postgres" },
      says: 'store must be timestream or dynamodb, was "postgres"',
      when: "a store is unknown",
    },
    {
      given: { streamMode: "auto" },
      says: "streamMode must be provisioned or on-demand",
      when: "a mode is unknown",
    },
    {
      given: { shards: "0" },
      says: "shards must be a whole number from 1 to 500",
      when: "there is no shard",
    },
    { given: { shards: "1e3" }, says: 'was "1e3"', when: "a number has an exponent" },
    {
      given: { shards: "4", streamMode: "on-demand" },
      says: "shards is for streamMode=provisioned",
      when: "shards are for nothing",
    },
    {
      given: { commitWindow: "61" },
      says: "commitWindow must be a whole number from 0 to 60",
      when: "a window is too long",
    },
    {
      given: { emulator: "true", store: "dynamodb" },
      says: "set AWS_ENDPOINT_URL",
      when: "an emulator is nowhere",
    },
    {
      given: { slackBaseUrl: "http://127.0.0.1:9" },
      says: "slackBaseUrl is for tests",
      when: "Slack is elsewhere on AWS",
    },
    {
      given: { slackBaseUrl: "http://169.254.169.254" },
      says: "slackBaseUrl must be",
      when: "Slack is the metadata service",
    },
    {
      given: { mock: "yes" },
      says: "mock must be on or off",
      when: "a switch has a third position",
    },
    {
      given: { instruments: "btc" },
      says: "instruments must be an instrument such as BTC-PERP",
      when: "a name is in small letters",
    },
    {
      given: { logRetentionDays: "7" },
      says: "logRetentionDays must be 30 or 60 or 90",
      when: "logs would be gone in a week",
    },
    {
      given: { budgetUsd: "-1" },
      says: "budgetUsd must be a whole number",
      when: "a budget is negative",
    },
  ])("refuses with what is wrong when $when", ({ given, says }) => {
    const settings =
      "alertEmail" in given || Object.keys(given).length === 0 ? given : { ...GOOD, ...given };
    expect(problemsOf(settings as Settings)).toContain(says);
  });

  it("tells of every wrong setting at once", () => {
    const problems = problemsOf({ ...GOOD, stage: "X", store: "s3", shards: "none" });
    expect(problems.split("\n")).toHaveLength(4);
  });

  it("deploys to an emulator without an address, to DynamoDB only", () => {
    expect(configOf({ emulator: "true", store: "dynamodb" }, EMULATOR).alertEmails).toEqual([]);
    expect(problemsOf({ emulator: "true" }, EMULATOR)).toContain("-c store=dynamodb");
  });

  it("takes the desk's own settings along, checked", () => {
    const desk = (deskText: string) => ({ ...ENVIRONMENT, deskText });
    expect(configOf(GOOD, desk('{"capital":"1000"}')).desk).toEqual({ capital: "1000" });
    expect(problemsOf(GOOD, desk("{"))).toContain("brawler.config.json is no JSON");
    expect(problemsOf(GOOD, desk('{"capitol":"1"}'))).toContain("capitol");
    expect(problemsOf(GOOD, desk(JSON.stringify({ x: "y".repeat(3_000) })))).toContain("at most");
  });
});
