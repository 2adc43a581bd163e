/** The CDK application: `npm run synth`, `npm run deploy`. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { App } from "aws-cdk-lib";
import { addChecks, createStacks } from "../lib/infra/create-stacks.ts";
import { StageConfigError } from "../lib/infra/settings.ts";
import { readStageConfig } from "../lib/infra/stage-config.ts";

const DESK = fileURLToPath(new URL("../brawler.config.json", import.meta.url));

const app = new App();
try {
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  const config = readStageConfig((name) => app.node.tryGetContext(name), {
    endpointUrl: process.env["AWS_ENDPOINT_URL"],
    deskText: existsSync(DESK) ? readFileSync(DESK, "utf8") : undefined,
    names: Object.keys(app.node.getAllContext()),
    account,
    region,
  });
  createStacks(
    app,
    config,
    account === undefined || region === undefined ? {} : { account, region },
  );
  addChecks(app);
  app.synth();
} catch (error) {
  if (!(error instanceof StageConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
