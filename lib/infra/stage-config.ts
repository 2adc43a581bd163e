/**
 * What a deployment may be told (`-c name=value`), checked at synth: a wrong value is refused with every other wrong
 * one, by name and with the way to mend it, before anything is created.
 */
import { type ConfigFile, configProblems } from "../core/api/config-schema.ts";
import { INSTRUMENT_NAMES } from "../core/simulator/instrument-profile.ts";
import { planScenarios, requireInstruments } from "../core/simulator/scenario-plan.ts";
import { type Lookup, type SettingReader, settingReader } from "./setting-reader.ts";
import { SETTING_NAMES, type SettingProblem, StageConfigError } from "./settings.ts";

/** One deployment's settings. */
export interface StageConfig {
  /** Part of every name. */
  readonly stage: string;
  /** The one account that the stage may go to; any when left out. */
  readonly account: string | undefined;
  readonly region: string | undefined;
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
  /** The account's role for the logs of its APIs: made here, or one that stands already and is left alone. */
  readonly apiLogRole: "make" | "existing";
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

/** What synth knows beside the settings themselves. */
export interface StageEnvironment {
  /** `AWS_ENDPOINT_URL`: where an emulator listens. */
  readonly endpointUrl: string | undefined;
  /** The text of `brawler.config.json`, when there is one. */
  readonly deskText: string | undefined;
  /** Names of all settings that were given, known or not. */
  readonly names?: readonly string[];
  /** Where the credentials in use lead to, as far as that is known. */
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

const EMAIL = /^[^\s@,;<>"]{1,64}@[A-Za-z0-9-]+(?:[.][A-Za-z0-9-]+)+$/;
const STAGE = /^[a-z][a-z0-9-]{0,15}$/;
const SECRET = /^[A-Za-z0-9/_+=.@-]{1,256}$/;
const INSTRUMENT = /^[A-Z0-9][A-Z0-9._:-]{0,31}$/;
/** What fits beside the other variables of a function: 4 KB in all. */
const DESK_BYTES = 2_500;

const SETTING_SHAPE = /^[A-Za-z][A-Za-z0-9]*$/;
/** Cognito refuses addresses with these in them. */
const RESERVED_WORDS = ["aws", "amazon", "cognito"];

/**
 * @throws {StageConfigError} with every problem found
 */
export function readStageConfig(lookup: Lookup, environment: StageEnvironment): StageConfig {
  const problems: SettingProblem[] = [];
  const read = settingReader(lookup, problems);
  refuseUnknown(environment.names ?? [], problems);
  const emulator = read.flag("emulator", false);
  const alertEmails = read.list("alertEmail", EMAIL, "an e-mail address such as desk@example.com");
  const operations = read.list("operationsEmail", EMAIL, "an e-mail address");
  const config: StageConfig = {
    stage: read.text("stage", STAGE, "sandbox", "a letter, then letters, digits and -, 16 at most"),
    account: read.optional("account", /^[0-9]{12}$/, "the 12 digits of an account"),
    region: read.optional("region", /^[a-z]{2}(-[a-z]+)+-[0-9]$/, "a region such as eu-west-1"),
    store: read.choice("store", ["timestream", "dynamodb"], "timestream"),
    streamMode: read.choice("streamMode", ["provisioned", "on-demand"], "provisioned"),
    shards: read.whole("shards", 1, { from: 1, to: 500 }),
    commitWindowSeconds: read.whole("commitWindow", 10, { from: 0, to: 60 }),
    alertEmails,
    operationsEmails: operations.length > 0 ? operations : alertEmails,
    slackSecret: read.optional(
      "slackSecret",
      SECRET,
      "the name of a secret in Secrets Manager, not its ARN",
    ),
    slackBaseUrl: read.optional(
      "slackBaseUrl",
      /^http:\/\/127[.]0[.]0[.]1:[0-9]{1,5}$/,
      "http://127.0.0.1:PORT",
    ),
    mock: readMock(read),
    waf: read.flag("waf", false),
    reservedConcurrency: read.choice("reservedConcurrency", ["on", "off"], "on") === "on",
    apiLogRole: read.choice("apiLogRole", ["make", "existing"], "make"),
    machineClient: read.flag("machineClient", false),
    logRetentionDays: LOG_DAYS[read.choice("logRetentionDays", ["30", "60", "90"], "30")],
    budgetUsd: read.whole("budgetUsd", 100, { from: 1, to: 1_000_000 }),
    emulator,
    desk: readDesk(environment.deskText, problems),
  };
  refuseMisfits(config, read, environment);
  if (problems.length > 0) throw new StageConfigError(problems);
  return config;
}

const LOG_DAYS = { "30": 30, "60": 60, "90": 90 } as const;

/** A setting that nobody reads was meant to be another. CDK's own names hold `:`, `/` or `-`. */
function refuseUnknown(names: readonly string[], problems: SettingProblem[]): void {
  const known: readonly string[] = SETTING_NAMES;
  for (const name of names.filter((one) => SETTING_SHAPE.test(one) && !known.includes(one))) {
    problems.push({
      what: `there is no setting ${name}`,
      where: `-c ${name}, or "context" in cdk.json or ~/.cdk.json`,
      why: "it would change nothing, and something was to be changed",
      mend: `leave it out, or name one of ${SETTING_NAMES.join(", ")}`,
    });
  }
}

/** What each value allows by itself, and the others do not. */
function refuseMisfits(
  config: StageConfig,
  read: SettingReader,
  { endpointUrl, ...actual }: StageEnvironment,
): void {
  if (config.emulator) refuseOnEmulator(config, read, endpointUrl);
  else refuseOnAws(config, read);
  if (config.streamMode === "on-demand" && read.given("shards") !== undefined) {
    const why = "an on-demand stream has no number of its own";
    read.refuse("shards", "is for streamMode=provisioned", { why, mend: "leave shards out" });
  }
  const word = RESERVED_WORDS.find((one) => config.stage.includes(one));
  if (word !== undefined) {
    const why = "Cognito takes no sign-in address with that word in it";
    read.refuse("stage", `must not contain "${word}", was "${config.stage}"`, { why });
  }
  for (const name of ["account", "region"] as const) {
    const { [name]: wanted } = config;
    const { [name]: found } = actual;
    if (wanted === undefined || found === undefined || wanted === found) continue;
    const mend = `use credentials of ${name} ${wanted}, or change -c ${name}`;
    read.refuse(name, `is ${wanted}, and the credentials in use lead to ${found}`, { mend });
  }
}

function refuseOnEmulator(
  { store }: StageConfig,
  read: SettingReader,
  endpointUrl: string | undefined,
): void {
  if (endpointUrl === undefined) {
    read.refuse("emulator", "is for a local emulator only, and none is named", {
      mend: "set AWS_ENDPOINT_URL to the emulator, or leave emulator out",
    });
  }
  if (store === "timestream") {
    read.refuse("store", "must be dynamodb on an emulator", { why: "none knows Timestream" });
  }
}

function refuseOnAws({ alertEmails, slackBaseUrl }: StageConfig, read: SettingReader): void {
  if (alertEmails.length === 0 && read.given("alertEmail") === undefined) {
    read.refuse("alertEmail", "is missing: name who gets the alerts");
  }
  if (slackBaseUrl !== undefined) {
    const mend = "leave it out, or deploy to an emulator with -c emulator=true";
    read.refuse("slackBaseUrl", "is for tests with emulator=true only", { mend });
  }
}

function readMock(read: SettingReader): MockConfig | undefined {
  const isOn = read.choice("mock", ["on", "off"], "on") === "on";
  const instruments = read.list("instruments", INSTRUMENT, "an instrument such as BTC-PERP");
  const unknown = instruments.find((name) => !INSTRUMENT_NAMES.includes(name));
  if (unknown !== undefined && INSTRUMENT.test(unknown)) {
    const mend = `-c instruments=${INSTRUMENT_NAMES.join(",")}, or some of them`;
    read.refuse("instruments", `names ${unknown}, which the simulator does not know`, { mend });
  }
  const scenario = read.text("scenario", /^[a-z0-9+@:,.-]{1,200}$/, "normal", "scenario names");
  const seed = read.whole("seed", 42, { from: 0, to: 4_294_967_295 });
  try {
    const known = instruments.filter((name) => INSTRUMENT_NAMES.includes(name));
    requireInstruments(planScenarios(scenario, 0), known.length > 0 ? known : INSTRUMENT_NAMES);
  } catch (error) {
    const mend = "npx brawler scenarios lists them";
    read.refuse("scenario", `cannot be planted: ${(error as Error).message}`, { mend });
  }
  return isOn ? { seed, scenario, instruments } : undefined;
}

function readDesk(text: string | undefined, problems: SettingProblem[]): ConfigFile {
  if (text === undefined) return {};
  const refuse = (what: string, path: string) =>
    problems.push({
      what,
      where: `brawler.config.json${path === "" ? "" : `, ${path}`}`,
      why: "it goes along with every function",
      mend: "docs/reference/config.md lists what may stand there",
    });
  if (text.length > DESK_BYTES) {
    refuse(`brawler.config.json must have at most ${DESK_BYTES} characters to be deployed`, "");
  }
  try {
    const desk: unknown = JSON.parse(text);
    const found = configProblems(desk);
    for (const { path, problem } of found) refuse(`${path}: ${problem}`, path);
    return found.length > 0 ? {} : (desk as ConfigFile);
  } catch (error) {
    refuse(`brawler.config.json is no JSON: ${(error as Error).message}`, "");
    return {};
  }
}
