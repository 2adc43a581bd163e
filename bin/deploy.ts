/**
 * `npm run deploy -- -c name=value …`: asks the account first, and creates nothing where a check fails; then CDK, with
 * what was typed and what the account makes necessary. `npm run localstack:deploy` does the same through cdklocal.
 */
import { runCdk } from "./cdk-command.ts";
import { deploymentPreflight } from "./deployment-preflight.ts";
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
  const { findings, decided } = await deploymentPreflight(settings);
  const text = findingsText(findings, { colour: terminal.colour, next: "cdk deploy" });
  await terminal.print(`${text}\n`);
  if (findings.some(({ verdict }) => verdict === "fail")) return 1;
  const more = Object.entries(decided).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return runCdk(isLocal ? "cdklocal" : "cdk", ["deploy", "--all", ...args, ...more]);
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
