import { type App, type Environment, Tags, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { stackNames } from "./account-needs.ts";
import type { StageConfig } from "./stage-config.ts";
import { StatefulStack } from "./stateful-stack.ts";
import { StatelessStack } from "./stateless-stack.ts";

export interface Stacks {
  readonly stateful: StatefulStack;
  readonly stateless: StatelessStack;
}

/** Both stacks of a stage. */
export function createStacks(app: App, config: StageConfig, env: Environment): Stacks {
  const names = stackNames(config.stage);
  const stateful = new StatefulStack(app, names.stateful, {
    config,
    env,
    description: "Brawler Performance Analytics: stream, stores, archive, users",
    terminationProtection: !config.emulator,
  });
  const stateless = new StatelessStack(app, names.stateless, {
    config,
    stateful,
    env,
    description: "Brawler Performance Analytics: functions, schedules, API, alarms",
  });
  Tags.of(app).add("application", "brawler");
  Tags.of(app).add("stage", config.stage);
  return { stateful, stateless };
}

/** Makes every open finding of the packs an error of synth. */
export function addChecks(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
}
