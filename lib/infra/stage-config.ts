/**
 * What a deployment may be told (`-c name=value`), checked at synth: a wrong value is refused with every other wrong
 * one, by name and with the way to mend it, before anything is created.
 */
import { type ConfigFile, configProblems } from "../core/api/config-schema.ts";

/** One deployment's settings. */
export interface StageConfig {
  /** Part of every name. */
  readonly stage: string;
  /** Where rollups and trades are kept. */
  readonly store: "timestream" | "dynamodb";
  readonly streamMode: "provisioned" | "on-demand";
  /** Of a provisioned stream. */
  readonly shards: number;
  /** How long the processor gathers frames before it commits, 0 to 60. */
  readonly commitWindowSeconds: number;
  /** Who gets alerts by e-mail; at least one, but for an emulator. */
  readonly alertEmails: readonly string[];
  /** Who hears of the system's own troubles. */
  readonly operationsEmails: readonly string[];
  /** Name of the secret `{botToken, channel}` or `{webhookUrl}`; without it nothing goes to Slack. */
  readonly slackSecret: string | undefined;
  /** Where Slack is in a test; only with an emulator. */
  readonly slackBaseUrl: string | undefined;
  /** What the mock Brawler makes, and whether it runs. */
  readonly mock: MockConfig | undefined;
  readonly waf: boolean;
  /** False where the account's unreserved concurrency does not allow it. */
  readonly reservedConcurrency: boolean;
  /** A client-credentials client, role viewer, for programs. */
  readonly machineClient: boolean;
  readonly logRetentionDays: 30 | 60 | 90;
  /** A month, in US dollars: past it the operations topic is told. */
  readonly budgetUsd: number;
  /** Leaves out what the local emulator does not know; never for a real account. */
  readonly emulator: boolean;
  /** `brawler.config.json`, as it is handed to the functions. */
  readonly desk: ConfigFile;
}

export interface MockConfig {
  readonly seed: number;
  readonly scenario: string;
  readonly instruments: readonly string[];
}

/** The settings are wrong: one line for each. */
export class StageConfigError extends Error {
  override readonly name = "StageConfigError";

  constructor(problems: readonly string[]) {
    super(
      `the deployment's settings are refused:\n${problems.map((text) => `  ${text}`).join("\n")}`,
    );
  }
}

/** How a setting is looked up: `app.node.tryGetContext`, mostly. */
export type Lookup = (name: string) => unknown;

/** What synth knows beside the settings themselves. */
export interface StageEnvironment {
  /** `AWS_ENDPOINT_URL`: where an emulator listens. */
  readonly endpointUrl: string | undefined;
  /** The text of `brawler.config.json`, when there is one. */
  readonly deskText: string | undefined;
}

const EMAIL = /^[^\s@,;<>"]{1,64}@[A-Za-z0-9-]+(?:[.][A-Za-z0-9-]+)+$/;
const STAGE = /^[a-z][a-z0-9-]{0,15}$/;
const SECRET = /^[A-Za-z0-9/_+=.@-]{1,256}$/;
const INSTRUMENT = /^[A-Z0-9][A-Z0-9._:-]{0,31}$/;
/** What fits beside the other variables of a function: 4 KB in all. */
const DESK_BYTES = 2_500;

/**
 * @throws {StageConfigError} with every problem found
 */
export function readStageConfig(lookup: Lookup, environment: StageEnvironment): StageConfig {
  const problems: string[] = [];
  const read = reader(lookup, problems);
  const emulator = read.flag("emulator", false);
  const alertEmails = read.list("alertEmail", EMAIL, "an e-mail address such as desk@example.com");
  if (alertEmails.length === 0 && !emulator && lookup("alertEmail") === undefined) {
    problems.push(
      "alertEmail is missing: name who gets the alerts, -c alertEmail=desk@example.com",
    );
  }
  if (emulator && environment.endpointUrl === undefined) {
    problems.push(
      "emulator=true is for a local emulator only: set AWS_ENDPOINT_URL to it, or leave emulator out",
    );
  }
  const operations = read.list("operationsEmail", EMAIL, "an e-mail address");
  const config: StageConfig = {
    stage: read.text("stage", STAGE, "sandbox", "a letter, then letters, digits and -, 16 at most"),
    store: read.choice("store", ["timestream", "dynamodb"], "timestream"),
    streamMode: read.choice("streamMode", ["provisioned", "on-demand"], "provisioned"),
    shards: read.whole("shards", 1, { from: 1, to: 500 }),
    commitWindowSeconds: read.whole("commitWindow", 10, { from: 0, to: 60 }),
    alertEmails,
    operationsEmails: operations.length > 0 ? operations : alertEmails,
    slackSecret: read.optional("slackSecret", SECRET, "the name of a secret in Secrets Manager"),
    slackBaseUrl: read.optional(
      "slackBaseUrl",
      /^http:\/\/127[.]0[.]0[.]1:[0-9]{1,5}$/,
      "http://127.0.0.1:PORT",
    ),
    mock: readMock(read),
    waf: read.flag("waf", false),
    reservedConcurrency: read.choice("reservedConcurrency", ["on", "off"], "on") === "on",
    machineClient: read.flag("machineClient", false),
    logRetentionDays: LOG_DAYS[read.choice("logRetentionDays", ["30", "60", "90"], "30")],
    budgetUsd: read.whole("budgetUsd", 100, { from: 1, to: 1_000_000 }),
    emulator,
    desk: readDesk(environment.deskText, problems),
  };
  if (config.shards > 1 && config.streamMode === "on-demand") {
    problems.push(
      "shards is for streamMode=provisioned: an on-demand stream has no number of its own",
    );
  }
  if (config.slackBaseUrl !== undefined && !emulator) {
    problems.push("slackBaseUrl is for tests with emulator=true only");
  }
  if (emulator && config.store === "timestream") {
    problems.push(
      "store must be dynamodb on an emulator, none knows Timestream: -c store=dynamodb",
    );
  }
  if (problems.length > 0) throw new StageConfigError(problems);
  return config;
}

const LOG_DAYS = { "30": 30, "60": 60, "90": 90 } as const;

function readMock(read: Reader): MockConfig | undefined {
  if (read.choice("mock", ["on", "off"], "on") === "off") return undefined;
  return {
    seed: read.whole("seed", 42, { from: 0, to: 4_294_967_295 }),
    scenario: read.text("scenario", /^[a-z0-9+@:,.-]{1,200}$/, "normal", "scenario names"),
    instruments: read.list("instruments", INSTRUMENT, "an instrument such as BTC-PERP"),
  };
}

function readDesk(text: string | undefined, problems: string[]): ConfigFile {
  if (text === undefined) return {};
  if (text.length > DESK_BYTES) {
    problems.push(`brawler.config.json must have at most ${DESK_BYTES} characters to be deployed`);
  }
  try {
    const desk: unknown = JSON.parse(text);
    const found = configProblems(desk);
    for (const { path, problem } of found) problems.push(`brawler.config.json ${path}: ${problem}`);
    return found.length > 0 ? {} : (desk as ConfigFile);
  } catch (error) {
    problems.push(`brawler.config.json is no JSON: ${(error as Error).message}`);
    return {};
  }
}

interface Reader {
  text(name: string, pattern: RegExp, standard: string, words: string): string;
  optional(name: string, pattern: RegExp, words: string): string | undefined;
  list(name: string, pattern: RegExp, words: string): readonly string[];
  choice<T extends string>(name: string, choices: readonly T[], standard: T): T;
  whole(name: string, standard: number, range: { from: number; to: number }): number;
  flag(name: string, standard: boolean): boolean;
}

/** Each way of reading puts what it finds wrong on the list and goes on with the standard value. */
function reader(lookup: Lookup, problems: string[]): Reader {
  const given = (name: string): string | undefined => {
    const value = lookup(name);
    return value === undefined || value === null ? undefined : String(value);
  };
  const refuse = (name: string, expected: string, was: string) => {
    problems.push(`${name} must be ${expected}, was ${JSON.stringify(was)}`);
  };
  const optional: Reader["optional"] = (name, pattern, words) => {
    const value = given(name);
    if (value === undefined) return undefined;
    if (!pattern.test(value)) refuse(name, words, value);
    return value;
  };
  const choice: Reader["choice"] = (name, choices, standard) => {
    const value = given(name) ?? standard;
    const found = choices.find((one) => one === value);
    if (found === undefined) refuse(name, choices.join(" or "), value);
    return found ?? standard;
  };
  return {
    optional,
    choice,
    text: (name, pattern, standard, words) => optional(name, pattern, words) ?? standard,
    list: (name, pattern, words) => {
      const items = (given(name) ?? "").split(",").filter((item) => item !== "");
      for (const item of items) if (!pattern.test(item)) refuse(name, words, item);
      return items;
    },
    whole: (name, standard, { from, to }) => {
      const value = given(name) ?? String(standard);
      const number = Number(value);
      if (/^[0-9]+$/.test(value) && number >= from && number <= to) return number;
      refuse(name, `a whole number from ${from} to ${to}`, value);
      return standard;
    },
    flag: (name, standard) =>
      choice(name, ["true", "false"], String(standard) as "true") === "true",
  };
}
