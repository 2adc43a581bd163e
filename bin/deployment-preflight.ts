/** The account behind the credentials in use, asked whether a stage can be deployed to it. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deploymentAccount } from "../lib/adapters/account/deployment-account.ts";
import { systemClock } from "../lib/adapters/local/system-clock.ts";
import { cachedSecret } from "../lib/adapters/secrets/cached-secret.ts";
import { secretsClient } from "../lib/adapters/secrets/client.ts";
import { parseSlackSecret } from "../lib/adapters/slack/slack-secret.ts";
import { timestreamClients } from "../lib/adapters/timestream/clients.ts";
import { requireTimestream } from "../lib/adapters/timestream/metric-store.ts";
import type { Finding } from "../lib/app/finding.ts";
import { type Preflight, preflight } from "../lib/app/preflight.ts";
import { BOOTSTRAP_VERSION, regionalTypes, stackNames } from "../lib/infra/account-needs.ts";
import { reservationsOf } from "../lib/infra/reserved-concurrency.ts";
import { StageConfigError } from "../lib/infra/settings.ts";
import { readStageConfig, type StageConfig } from "../lib/infra/stage-config.ts";
import { AccountError } from "../lib/ports/deployment-account.ts";

const CDK_JSON = fileURLToPath(new URL("../cdk.json", import.meta.url));
const DESK = fileURLToPath(new URL("../brawler.config.json", import.meta.url));

/** `-c name=value`, in the order in which they were typed. */
export type TypedSettings = readonly (readonly [name: string, value: string])[];

/**
 * Checks the settings first, and the account when they are right.
 *
 * @param isLocalStack is it asked through cdklocal, which finds LocalStack where no shell variable names it?
 */
export async function deploymentPreflight(
  typed: TypedSettings,
  isLocalStack = false,
): Promise<Preflight> {
  let config: StageConfig;
  try {
    config = stageConfigOf(typed);
  } catch (error) {
    if (!(error instanceof StageConfigError)) throw error;
    const findings = error.problems.map(
      ({ what, ...more }): Finding => ({
        check: "settings",
        verdict: "fail",
        detail: what,
        ...more,
      }),
    );
    return { findings, decided: {} };
  }
  const region = process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"];
  const options = region === undefined ? {} : { region };
  const { findings, decided } = await preflight(deploymentAccount(options), {
    account: config.account,
    region: config.region,
    bootstrapVersion: BOOTSTRAP_VERSION,
    bootstrapCommand: isLocalStack
      ? () => "npm run localstack:bootstrap"
      : (environment) => `npm run bootstrap -- ${environment}`,
    resourceTypes: regionalTypes(config),
    reservations: reservationsOf(config),
    apiLogRoleIn: config.apiLogRole === "make" ? stackNames(config.stage).stateless : undefined,
    timestream:
      config.store === "timestream"
        ? () => requireTimestream(timestreamClients({ ...options, attemptsMax: 2 }))
        : undefined,
    slackSecret: slackSecretOf(config, options),
  });
  return { findings: [...settingsFindings(config), ...findings], decided };
}

/** As the CDK application will read them: typed ones win over those of cdk.json. */
export function stageConfigOf(typed: TypedSettings): StageConfig {
  const { context } = JSON.parse(readFileSync(CDK_JSON, "utf8")) as {
    readonly context: Readonly<Record<string, unknown>>;
  };
  const settings = { ...context, ...Object.fromEntries(typed) };
  return readStageConfig((name) => settings[name], {
    endpointUrl: process.env["AWS_ENDPOINT_URL"],
    deskText: existsSync(DESK) ? readFileSync(DESK, "utf8") : undefined,
    names: Object.keys(settings),
  });
}

function settingsFindings(config: StageConfig): readonly Finding[] {
  const { stage, store, alertEmails, emulator } = config;
  const endpoint = process.env["AWS_ENDPOINT_URL"];
  const findings: Finding[] = [
    { check: "settings", verdict: "ok", detail: `stage ${stage}, store ${store}` },
    {
      check: "alert e-mail",
      verdict: "ok",
      detail:
        alertEmails.length === 0
          ? "none, which an emulator allows"
          : `${alertEmails.join(", ")}; each has to confirm what SNS will mail`,
    },
  ];
  if (endpoint === undefined || emulator) return findings;
  const warning: Finding = {
    check: "endpoint",
    verdict: "warn",
    detail: `not AWS itself, but ${endpoint}`,
    where: "AWS_ENDPOINT_URL",
    why: "every tool and client asks there",
    mend: "unset AWS_ENDPOINT_URL, or add -c emulator=true -c store=dynamodb",
  };
  return [...findings, warning];
}

function slackSecretOf({ slackSecret: name }: StageConfig, options: { readonly region?: string }) {
  if (name === undefined) return undefined;
  const read = cachedSecret({ client: secretsClient(options), name, clock: systemClock });
  const check = async () => {
    try {
      parseSlackSecret(await read());
    } catch (error) {
      const { message, cause } = error as Error;
      const isDenied = cause instanceof Error && cause.name.startsWith("AccessDenied");
      throw isDenied ? new AccountError("denied", message, { cause }) : error;
    }
  };
  return { name, check };
}
