/** Every setting of a deployment (`-c name=value`): what it is for, and a value that can be typed. */

export interface Setting {
  /** What would go wrong with another value, or without one. */
  readonly why: string;
  /** After `-c name=`. */
  readonly example: string;
}

export const SETTINGS = {
  alertEmail: { why: "an alert that reaches nobody is none", example: "desk@example.com" },
  operationsEmail: {
    why: "alarms of the system itself are mailed to it",
    example: "ops@example.com",
  },
  stage: { why: "it is part of every name, and of the sign-in's address", example: "sandbox" },
  account: { why: "the stage belongs to this account and no other", example: "123456789012" },
  region: { why: "the stage belongs to this region and no other", example: "eu-west-1" },
  store: { why: "rollups and trades have to be kept somewhere", example: "dynamodb" },
  streamMode: { why: "the stream is made in one of two ways", example: "provisioned" },
  shards: { why: "each costs by the hour, and takes 1 MB or 1,000 records a second", example: "1" },
  commitWindow: { why: "the event source mapping waits no longer than a minute", example: "10" },
  slackSecret: {
    why: "slack-notifier reads it by its name, and its role may read that one alone",
    example: "brawler/slack",
  },
  slackBaseUrl: {
    why: "messages go to Slack and nowhere else; only a test may catch them",
    example: "http://127.0.0.1:4570",
  },
  mock: { why: "the simulated market maker runs, or it does not", example: "on" },
  seed: { why: "it chooses one of the simulator's worlds", example: "42" },
  scenario: { why: "mock-brawler would fail each minute", example: "normal" },
  instruments: { why: "mock-brawler would fail each minute", example: "BTC-PERP,ETH-PERP" },
  waf: { why: "the firewall is there, and paid for, or it is not", example: "true" },
  reservedConcurrency: {
    why: "it bounds what runs away, where the account has executions to spare",
    example: "off",
  },
  apiLogRole: {
    why: "an account has one role for the logs of all its APIs, made here or already there",
    example: "existing",
  },
  machineClient: { why: "programs have a client of their own, or not", example: "true" },
  logRetentionDays: { why: "logs are kept for a month at least", example: "30" },
  budgetUsd: { why: "the month's spending is compared with it, in US dollars", example: "100" },
  emulator: { why: "it leaves out what no emulator knows", example: "true" },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof SETTINGS;

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** What is wrong with one setting, in the order in which a reader needs it. */
export interface SettingProblem {
  readonly what: string;
  /** As it was typed, or the file. */
  readonly where: string;
  readonly why: string;
  readonly mend: string;
}

/** The settings are wrong: every problem that was found, and nothing has been created. */
export class StageConfigError extends Error {
  override readonly name = "StageConfigError";
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[]) {
    const texts = problems.map(
      ({ what, where, why, mend }) =>
        `  ${what}\n    where  ${where}\n    why    ${why}\n    mend   ${mend}`,
    );
    super(`the deployment's settings are refused, and nothing was created:\n${texts.join("\n")}`);
    this.problems = problems;
  }
}
