/** The preflight over the adapter that it has in the product, against an account whose answers are AWS's. */
import { GetAccountCommand } from "@aws-sdk/client-api-gateway";
import {
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  DescribeTypeCommand,
} from "@aws-sdk/client-cloudformation";
import { GetAccountSettingsCommand, GetFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { beforeEach, describe, expect, it } from "vitest";
import { deploymentAccount } from "../../lib/adapters/account/deployment-account.ts";
import { SlackSecretError } from "../../lib/adapters/slack/slack-secret.ts";
import { TimestreamError } from "../../lib/adapters/timestream/timestream-error.ts";
import type { Finding } from "../../lib/app/finding.ts";
import { type PreflightNeeds, preflight } from "../../lib/app/preflight.ts";
import { AccountError } from "../../lib/ports/deployment-account.ts";
import { ACCOUNT, accountModel, awsError, toolkit } from "../adapters/account/account-model.ts";

const { sts, stacks, functions, apis, reset } = accountModel();
const account = deploymentAccount({
  region: "eu-west-1",
  credentials: { accessKeyId: "key", secretAccessKey: "secret" },
});

const NEEDS: PreflightNeeds = {
  account: undefined,
  region: undefined,
  bootstrapVersion: 6,
  bootstrapCommand: (environment) => `bootstrap ${environment}`,
  resourceTypes: ["AWS::Scheduler::Schedule", "AWS::Timestream::Table"],
  reservations: [
    { functionName: "api", executions: 20 },
    { functionName: "sweeper", executions: 7 },
  ],
  apiLogRoleIn: "Ours",
  timestream: async () => {},
  slackSecret: { name: "brawler/slack", check: async () => {} },
};

const denied = (message: string) => async () => {
  throw new AccountError("denied", message);
};

interface Case {
  readonly when: string;
  readonly arrange?: () => void;
  readonly needs?: Partial<PreflightNeeds>;
  readonly finding: Partial<Finding>;
  readonly decided?: Readonly<Record<string, string>>;
}

const unreserved = (UnreservedConcurrentExecutions: number) =>
  functions.on(GetAccountSettingsCommand).resolves({
    AccountLimit: { ConcurrentExecutions: 150, UnreservedConcurrentExecutions },
  });
const role = (StackName: string | undefined) => {
  apis.on(GetAccountCommand).resolves({ cloudwatchRoleArn: "arn:aws:iam::1:role/logs" });
  if (StackName === undefined) return;
  const StackResources = [{ StackName }] as never;
  stacks.on(DescribeStackResourcesCommand).resolves({ StackResources });
};

const CASES: readonly Case[] = [
  {
    when: "the stage belongs to another region",
    needs: { region: "us-east-1" },
    finding: {
      check: "region",
      verdict: "fail",
      detail: "eu-west-1, and the stage belongs to us-east-1",
    },
  },
  {
    when: "the stage belongs to another account",
    needs: { account: "999999999999" },
    finding: {
      check: "credentials",
      verdict: "fail",
      detail: `of account ${ACCOUNT}, and the stage belongs to 999999999999`,
    },
  },
  {
    when: "there are no credentials",
    arrange: () => sts.on(GetCallerIdentityCommand).rejects(awsError("CredentialsProviderError")),
    finding: { check: "credentials", verdict: "fail", detail: "none that is valid" },
  },
  {
    when: "they have expired",
    arrange: () => sts.on(GetCallerIdentityCommand).rejects(awsError("ExpiredToken")),
    finding: { check: "credentials", verdict: "fail", detail: "none that is valid" },
  },
  {
    when: "there is no network",
    arrange: () =>
      sts
        .on(GetCallerIdentityCommand)
        .rejects(Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" })),
    finding: { check: "credentials", verdict: "fail", detail: "AWS does not answer" },
  },
  {
    when: "CDK was never there",
    arrange: () =>
      stacks
        .on(DescribeStacksCommand)
        .rejects(awsError("ValidationError", "Stack with id CDKToolkit does not exist")),
    finding: {
      check: "CDK bootstrap",
      verdict: "fail",
      detail: "not done",
      mend: `bootstrap aws://${ACCOUNT}/eu-west-1`,
    },
  },
  {
    when: "CDK was there long ago",
    arrange: () => stacks.on(DescribeStacksCommand).resolves({ Stacks: [toolkit("5")] }),
    finding: {
      check: "CDK bootstrap",
      verdict: "fail",
      detail: "version 5, 6 is needed",
      mend: `bootstrap aws://${ACCOUNT}/eu-west-1`,
    },
  },
  {
    when: "CDK's stack is older than its versions",
    arrange: () => stacks.on(DescribeStacksCommand).resolves({ Stacks: [toolkit(undefined)] }),
    finding: { check: "CDK bootstrap", verdict: "fail", detail: "version 0, 6 is needed" },
  },
  {
    when: "CDK's stack failed",
    arrange: () =>
      stacks.on(DescribeStacksCommand).resolves({ Stacks: [toolkit("28", "ROLLBACK_COMPLETE")] }),
    finding: { check: "CDK bootstrap", verdict: "fail", detail: "the stack is ROLLBACK_COMPLETE" },
  },
  {
    when: "the credentials may not look at CDK's stack",
    arrange: () => stacks.on(DescribeStacksCommand).rejects(awsError("AccessDenied")),
    finding: { check: "CDK bootstrap", verdict: "warn", detail: "not known" },
  },
  {
    when: "the region has no Timestream",
    arrange: () =>
      stacks
        .on(DescribeTypeCommand, { TypeName: "AWS::Timestream::Table" })
        .rejects(awsError("TypeNotFoundException")),
    finding: {
      check: "services",
      verdict: "fail",
      detail: "eu-west-1 has no AWS::Timestream::Table",
      mend: "choose another region with AWS_REGION, or -c store=dynamodb",
    },
  },
  {
    when: "the region has no Scheduler",
    arrange: () =>
      stacks
        .on(DescribeTypeCommand, { TypeName: "AWS::Scheduler::Schedule" })
        .rejects(awsError("TypeNotFoundException")),
    finding: {
      check: "services",
      verdict: "fail",
      mend: "choose another region with AWS_REGION",
    },
  },
  {
    when: "one execution is missing for the reservation",
    arrange: () => unreserved(126),
    finding: {
      check: "Lambda quota",
      verdict: "warn",
      why: "Lambda keeps 100 for functions without a reservation",
    },
    decided: { reservedConcurrency: "off" },
  },
  {
    when: "executions are just enough",
    arrange: () => unreserved(127),
    finding: { check: "Lambda quota", verdict: "ok" },
  },
  {
    when: "the stage has its executions from the deployment before",
    arrange: () => {
      unreserved(103);
      functions
        .on(GetFunctionConcurrencyCommand, { FunctionName: "api" })
        .resolves({ ReservedConcurrentExecutions: 20 });
      functions
        .on(GetFunctionConcurrencyCommand, { FunctionName: "sweeper" })
        .resolves({ ReservedConcurrentExecutions: 7 });
    },
    finding: { check: "Lambda quota", verdict: "ok" },
  },
  {
    when: "nothing is to be reserved",
    arrange: () => unreserved(10),
    needs: { reservations: [] },
    finding: {
      check: "Lambda quota",
      verdict: "ok",
      detail: "10 of 150 executions unreserved; nothing is reserved",
    },
  },
  {
    when: "Lambda does not answer",
    arrange: () => functions.on(GetAccountSettingsCommand).rejects(awsError("TimeoutError")),
    finding: { check: "Lambda quota", verdict: "fail", detail: "no answer" },
  },
  {
    when: "the account has a role for the logs of its APIs",
    arrange: () => role(undefined),
    finding: {
      check: "API logs",
      verdict: "ok",
      detail:
        "arn:aws:iam::1:role/logs stands and is left alone; npm run deploy adds -c apiLogRole=existing",
    },
    decided: { apiLogRole: "existing" },
  },
  {
    when: "another stack made that role",
    arrange: () => role("Theirs"),
    finding: { check: "API logs", verdict: "ok" },
    decided: { apiLogRole: "existing" },
  },
  {
    when: "this stage made that role",
    arrange: () => role("Ours"),
    finding: { check: "API logs", detail: "the stack makes the account's role" },
  },
  {
    when: "Timestream takes no new customers",
    needs: {
      timestream: async () => {
        throw new TimestreamError("closed", { message: "Cannot use Timestream: closed" });
      },
    },
    finding: {
      check: "Timestream",
      verdict: "fail",
      detail: "closed to this account",
      why: "Cannot use Timestream: closed",
      mend: "-c store=dynamodb works in every account",
    },
  },
  {
    when: "Timestream is denied",
    needs: {
      timestream: async () => {
        throw new TimestreamError("denied", { message: "Cannot use Timestream: denied" });
      },
    },
    finding: { check: "Timestream", verdict: "fail", detail: "cannot be used" },
  },
  {
    when: "the secret is none",
    needs: {
      slackSecret: {
        name: "brawler/slack",
        check: async () => {
          throw new SlackSecretError("it is no JSON");
        },
      },
    },
    finding: {
      check: "Slack secret",
      verdict: "fail",
      detail: "brawler/slack cannot be used",
      where: "-c slackSecret=brawler/slack",
    },
  },
  {
    when: "the credentials may not read the secret",
    needs: { slackSecret: { name: "brawler/slack", check: denied("no") } },
    finding: { check: "Slack secret", verdict: "warn", detail: "not known" },
  },
];

beforeEach(reset);

describe("preflight", () => {
  it("finds an account ready", async () => {
    const { findings, decided } = await preflight(account, NEEDS);
    expect(findings.map(({ check, verdict }) => `${check} ${verdict}`)).toEqual([
      "region ok",
      "credentials ok",
      "CDK bootstrap ok",
      "services ok",
      "Lambda quota ok",
      "API logs ok",
      "Timestream ok",
      "Slack secret ok",
    ]);
    expect(decided).toEqual({});
  });

  it.each(CASES)("tells when $when", async ({ arrange, needs, finding, decided }) => {
    arrange?.();
    const outcome = await preflight(account, { ...NEEDS, ...needs });
    const found = outcome.findings.find(({ check }) => check === finding.check);
    expect(found).toMatchObject(finding);
    expect(outcome.decided).toEqual(decided ?? {});
    if (found?.verdict === "ok") return;
    expect(found?.why).toBeTruthy();
    expect(found?.mend).toBeTruthy();
  });

  it("asks for nothing that is not to be deployed", async () => {
    const none = { timestream: undefined, slackSecret: undefined, apiLogRoleIn: undefined };
    const { findings } = await preflight(account, { ...NEEDS, ...none });
    expect(findings).toHaveLength(5);
    expect(apis.commandCalls(GetAccountCommand)).toEqual([]);
  });

  it("stops at credentials that are not valid: everything else would say the same", async () => {
    sts.on(GetCallerIdentityCommand).rejects(awsError("ExpiredToken"));
    const { findings } = await preflight(account, NEEDS);
    expect(findings.map(({ check }) => check)).toEqual(["region", "credentials"]);
    expect(stacks.calls()).toEqual([]);
  });
});
