/**
 * `npm run deploy -- -c name=value …`: asks the account first, and creates nothing where a check fails; then CDK, with
 * what was typed and what the account makes necessary. `npm run localstack:deploy` does the same through cdklocal.
 */
import { releaseStack } from "../lib/adapters/account/release-stack.ts";
import { stackNames } from "../lib/infra/account-needs.ts";
import { AccountError } from "../lib/ports/deployment-account.ts";
import { runCdk } from "./cdk-command.ts";
import { deploymentPreflight, stageConfigOf } from "./deployment-preflight.ts";
import { findingsText } from "./finding-text.ts";
import { runScript } from "./run-script.ts";
import { openTerminal } from "./terminal.ts";
import { typedForCdk } from "./typed-for-cdk.ts";

const LOCAL = "--local";
/** What no emulator has, left out. */
const LOCAL_SETTINGS = ["-c", "emulator=true", "-c", "store=dynamodb"];

async function deploy(typed: readonly string[]): Promise<number> {
  const isLocal = typed.includes(LOCAL);
  const args = isLocal ? [...LOCAL_SETTINGS, ...typed.filter((one) => one !== LOCAL)] : typed;
  if (isLocal) pointToLocalStack();
  const { settings, profile } = typedForCdk(args);
  if (profile !== undefined) process.env["AWS_PROFILE"] = profile;
  const terminal = openTerminal(false);
  const { findings, decided } = await deploymentPreflight(settings, isLocal);
  const text = findingsText(findings, { colour: terminal.colour, next: "cdk deploy" });
  await terminal.print(`${text}\n`);
  if (findings.some(({ verdict }) => verdict === "fail")) return 1;
  for (const stack of await releaseUnborn(stageConfigOf(settings).stage)) {
    await terminal.print(
      `${stack} failed to be created last time: cdk deletes what is left of it\n`,
    );
  }
  const more = Object.entries(decided).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return runCdk(isLocal ? "cdklocal" : "cdk", ["deploy", "--all", ...args, ...more]);
}

/** CDK protects a stack before it creates it, and would then be kept from clearing away one that failed. */
async function releaseUnborn(stage: string): Promise<readonly string[]> {
  const released: string[] = [];
  for (const stack of Object.values(stackNames(stage))) {
    try {
      if (await releaseStack({ stack, onlyUnborn: true })) released.push(stack);
    } catch (error) {
      // Who may not ask may still deploy: CDK has roles of its own.
      if (!(error instanceof AccountError && error.kind === "denied")) throw error;
    }
  }
  return released;
}

/** Its documented addresses and keys, where nothing else is named. */
function pointToLocalStack(): void {
  const given = process.env["AWS_ENDPOINT_URL"];
  process.env["AWS_ENDPOINT_URL"] = given ?? "http://localhost:4566";
  process.env["AWS_ENDPOINT_URL_S3"] ??= given ?? "http://s3.localhost.localstack.cloud:4566";
  process.env["AWS_REGION"] ??= "us-east-1";
  process.env["AWS_ACCESS_KEY_ID"] ??= "test";
  process.env["AWS_SECRET_ACCESS_KEY"] ??= "test";
}

await runScript(deploy);
