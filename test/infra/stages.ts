/** Stacks as tests look at them: settings given as on the command line, templates without bundles. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { addChecks, createStacks, type Stacks } from "../../lib/infra/create-stacks.ts";
import { readStageConfig, type StageEnvironment } from "../../lib/infra/stage-config.ts";

export type Settings = Readonly<Record<string, string>>;

const CDK_JSON = JSON.parse(
  readFileSync(fileURLToPath(new URL("../../cdk.json", import.meta.url)), "utf8"),
) as { context: Record<string, unknown> };

/** Everything that can be switched on, is. */
export const FULL: Settings = {
  alertEmail: "desk@example.com,risk@example.com",
  operationsEmail: "ops@example.com",
  slackSecret: "brawler/slack",
  waf: "true",
  machineClient: "true",
};

export const ENVIRONMENT: StageEnvironment = { endpointUrl: undefined, deskText: undefined };
export const EMULATOR: StageEnvironment = {
  endpointUrl: "http://127.0.0.1:4566",
  deskText: undefined,
};

export function configOf(settings: Settings, environment: StageEnvironment = ENVIRONMENT) {
  return readStageConfig((name) => settings[name], environment);
}

export interface Synthesised extends Stacks {
  readonly app: App;
}

/** The application before synth; `bundles` builds the functions' code too, which takes seconds. */
export function stacksOf(
  settings: Settings,
  environment: StageEnvironment = ENVIRONMENT,
): Synthesised {
  const app = new App({ context: { ...CDK_JSON.context, "aws:cdk:bundling-stacks": [] } });
  const env = { account: "123456789012", region: "eu-west-1" };
  return { app, ...createStacks(app, configOf(settings, environment), env) };
}

export interface Templates {
  readonly stateful: Template;
  readonly stateless: Template;
}

export function templatesOf(settings: Settings, environment?: StageEnvironment): Templates {
  const { stateful, stateless } = stacksOf(settings, environment);
  return {
    stateful: Template.fromStack(stateful),
    stateless: Template.fromStack(stateless),
  };
}

/** Runs every check over the application; what is open makes synth throw. */
export function check(settings: Settings, environment?: StageEnvironment): void {
  const { app } = stacksOf(settings, environment);
  addChecks(app);
  app.synth();
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export function resourcesOf(template: Template, type?: string): readonly [string, Resource][] {
  const { Resources } = template.toJSON() as { Resources: Record<string, Resource> };
  const all = Object.entries(Resources);
  return type === undefined ? all : all.filter(([, resource]) => resource.Type === type);
}
