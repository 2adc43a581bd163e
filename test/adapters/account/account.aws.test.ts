/** The account adapter and the preflight of the command line, against an emulator of AWS. */
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { deploymentAccount } from "../../../lib/adapters/account/deployment-account.ts";
import { releaseStack } from "../../../lib/adapters/account/release-stack.ts";
import { brawler } from "../../bin/brawler-process.ts";
import { deploymentAccountContract } from "../../contract/deployment-account.contract.ts";
import { emulatorEnvironment, REGION } from "../../e2e/deployment.ts";

const endpoint = inject("awsEndpoint");
const options = {
  region: REGION,
  endpoint,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
};

deploymentAccountContract(
  "An emulated account",
  () => ({
    account: deploymentAccount(options),
    unreachable: () => deploymentAccount({ ...options, endpoint: "http://127.0.0.1:9" }),
    id: "000000000000",
    region: REGION,
  }),
  { resourceTypes: false },
);

interface Finding {
  readonly check: string;
  readonly verdict: string;
  readonly detail: string;
  readonly why?: string;
  readonly mend?: string;
}

async function doctor(...settings: readonly string[]) {
  const typed = settings.flatMap((one) => ["-c", one]);
  const environment = emulatorEnvironment(endpoint) as Record<string, string>;
  const told = await brawler(["doctor", "--aws", "--json", ...typed], { environment });
  const { findings } = JSON.parse(told.stdout) as { readonly findings: readonly Finding[] };
  const finding = (check: string) => findings.find((one) => one.check === check);
  return { ...told, findings, finding };
}

const LOCAL = ["emulator=true", "store=dynamodb"];

describe("brawler doctor --aws, on an emulator", () => {
  const secrets = new SecretsManagerClient(options);
  const good = `slack-${crypto.randomUUID()}`;
  const bad = `slack-${crypto.randomUUID()}`;

  beforeAll(async () => {
    for (const [Name, SecretString] of [
      [good, '{"botToken":"xoxb-0123456789","channel":"C0123456"}'],
      [bad, '{"botToken":"password-of-mine"}'],
    ]) {
      await secrets.send(new CreateSecretCommand({ Name, SecretString }));
    }
  });
  afterAll(() => {
    secrets.destroy();
  });

  it("finds settings, credentials, quota and secret as they should be", async () => {
    const { findings } = await doctor(...LOCAL, `slackSecret=${good}`);
    const fine = findings.filter(({ verdict }) => verdict === "ok").map(({ check }) => check);
    for (const check of ["settings", "region", "credentials", "Lambda quota", "API logs"]) {
      expect(fine).toContain(check);
    }
    expect(fine).toContain("Slack secret");
  });

  it("says what is wrong with a secret, and nothing of what it holds", async () => {
    const { exitCode, stdout, stderr, finding } = await doctor(...LOCAL, `slackSecret=${bad}`);
    expect(exitCode).toBe(1);
    expect(finding("Slack secret")).toMatchObject({ verdict: "fail" });
    expect(stdout + stderr).not.toContain("password-of-mine");
    const absent = await doctor(...LOCAL, "slackSecret=nowhere");
    expect(absent.finding("Slack secret")?.why).toContain("ResourceNotFoundException");
  });

  it("keeps a stage to its account", async () => {
    const { exitCode, finding } = await doctor(...LOCAL, "account=123456789012");
    expect(exitCode).toBe(1);
    expect(finding("credentials")?.detail).toBe(
      "of account 000000000000, and the stage belongs to 123456789012",
    );
  });
});

describe("releaseStack, on an emulator", () => {
  it("has nothing to do where there is no stack", async () => {
    expect(await releaseStack({ stack: "Nowhere", bucket: "B" }, options)).toBe(false);
  });
});
