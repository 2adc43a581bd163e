/**
 * `npm run destroy -- -c stage=name`: after a question, takes the stacks' protection away and lets CDK delete them.
 * Tables, the archive and the users stay: they hold data.
 */
import { createInterface } from "node:readline/promises";
import { deploymentAccount } from "../lib/adapters/account/deployment-account.ts";
import { releaseStack } from "../lib/adapters/account/release-stack.ts";
import { stackNames } from "../lib/infra/account-needs.ts";
import { runCdk } from "./cdk-command.ts";
import { usageError } from "./cli-error.ts";
import { stageConfigOf } from "./deployment-preflight.ts";
import { runScript } from "./run-script.ts";
import { typedForCdk } from "./typed-for-cdk.ts";

/** CDK makes the templates even to delete by their names; what is in them does not matter then. */
const ANY_SETTINGS = ["-c", "alertEmail=nobody@example.com", "-c", "store=dynamodb"];
const FORCE = "--force";

async function destroy(typed: readonly string[]): Promise<number> {
  const args = [...ANY_SETTINGS, ...typed.filter((one) => one !== FORCE)];
  const { settings, profile } = typedForCdk(args);
  if (profile !== undefined) process.env["AWS_PROFILE"] = profile;
  const { stage } = stageConfigOf(settings);
  const { stateful, stateless } = stackNames(stage);
  const { account } = await deploymentAccount().identity();
  const question = `Delete ${stateless} and ${stateful} of account ${account}? Type the stage, ${stage}: `;
  if (!typed.includes(FORCE) && (await ask(question)) !== stage) {
    process.stderr.write("nothing deleted\n");
    return 1;
  }
  await releaseStack({ stack: stateless });
  await releaseStack({ stack: stateful, bucket: "BucketsSite" });
  return runCdk("cdk", ["destroy", "--all", FORCE, ...args]);
}

async function ask(question: string): Promise<string> {
  if (process.stdin.isTTY !== true) {
    throw usageError({
      what: "destroy asks before it deletes, and there is no terminal to ask on",
      mend: `add ${FORCE}`,
    });
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(question);
  prompt.close();
  return answer.trim();
}

await runScript(destroy);
