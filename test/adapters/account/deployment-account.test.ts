import { GetAccountCommand } from "@aws-sdk/client-api-gateway";
import {
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  DescribeTypeCommand,
} from "@aws-sdk/client-cloudformation";
import { GetAccountSettingsCommand, GetFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { beforeEach, describe, expect, it } from "vitest";
import { deploymentAccount } from "../../../lib/adapters/account/deployment-account.ts";
import { deploymentAccountContract } from "../../contract/deployment-account.contract.ts";
import { ACCOUNT, accountModel, awsError, toolkit, USER } from "./account-model.ts";

const { sts, stacks, functions, apis, reset } = accountModel();
const account = deploymentAccount({
  region: "eu-west-1",
  credentials: { accessKeyId: "key", secretAccessKey: "secret" },
});
const ROLE = `arn:aws:iam::${ACCOUNT}:role/logs`;

beforeEach(reset);

deploymentAccountContract(
  "An account as AWS describes it",
  () => {
    reset();
    const gone = awsError("TypeNotFoundException");
    stacks.on(DescribeTypeCommand, { TypeName: "AWS::Nothing::AtAll" }).rejects(gone);
    const unreachable = () => {
      const nobody = Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
      sts.on(GetCallerIdentityCommand).rejects(nobody);
      stacks.on(DescribeStacksCommand).rejects(nobody);
      apis.on(GetAccountCommand).rejects(nobody);
      return account;
    };
    return { account, unreachable, id: ACCOUNT, region: "eu-west-1" };
  },
  { resourceTypes: true },
);

describe("deploymentAccount", () => {
  it("knows its region, and who asks", async () => {
    expect(await account.region()).toBe("eu-west-1");
    expect(await account.identity()).toEqual({ account: ACCOUNT, arn: USER });
  });

  it("reads the version and the state of CDK's own stack", async () => {
    expect(await account.bootstrap()).toEqual({ version: 28, status: "CREATE_COMPLETE" });
    expect(stacks.commandCalls(DescribeStacksCommand)[0]?.args[0].input).toEqual({
      StackName: "CDKToolkit",
    });
    stacks.on(DescribeStacksCommand).resolves({ Stacks: [toolkit(undefined)] });
    expect(await account.bootstrap()).toEqual({ version: undefined, status: "CREATE_COMPLETE" });
  });

  it("knows an account that CDK has never seen", async () => {
    stacks
      .on(DescribeStacksCommand)
      .rejects(awsError("ValidationError", "Stack with id CDKToolkit does not exist"));
    expect(await account.bootstrap()).toBeUndefined();
  });

  it("knows what the region cannot make", async () => {
    stacks
      .on(DescribeTypeCommand, { TypeName: "AWS::Timestream::Table" })
      .rejects(awsError("TypeNotFoundException"));
    expect(await account.offers("AWS::Timestream::Table")).toBe(false);
    expect(await account.offers("AWS::Scheduler::Schedule")).toBe(true);
  });

  it("adds up what our functions have reserved, those that are not there with nothing", async () => {
    functions
      .on(GetFunctionConcurrencyCommand, { FunctionName: "a" })
      .resolves({ ReservedConcurrentExecutions: 20 });
    functions.on(GetFunctionConcurrencyCommand, { FunctionName: "b" }).resolves({});
    expect(await account.concurrency(["a", "b", "c"])).toEqual({
      total: 1_000,
      unreserved: 1_000,
      ours: 20,
    });
  });

  it("finds the stack behind API Gateway's role for logs, by the role's name", async () => {
    expect(await account.apiLogRole()).toBeUndefined();
    apis.on(GetAccountCommand).resolves({ cloudwatchRoleArn: ROLE });
    expect(await account.apiLogRole()).toEqual({ arn: ROLE, stack: undefined });
    const StackResources = [{ StackName: "Other", ResourceType: "AWS::IAM::Role" }];
    stacks
      .on(DescribeStackResourcesCommand, { PhysicalResourceId: "logs" })
      .resolves({ StackResources: StackResources as never });
    expect(await account.apiLogRole()).toEqual({ arn: ROLE, stack: "Other" });
  });

  it.each([
    { error: awsError("CredentialsProviderError"), kind: "credentials" },
    { error: awsError("ExpiredToken"), kind: "credentials" },
    { error: awsError("InvalidClientTokenId"), kind: "credentials" },
    { error: awsError("AccessDenied"), kind: "denied" },
    { error: awsError("TimeoutError"), kind: "unreachable" },
    { error: Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" }), kind: "unreachable" },
    { error: Object.assign(new Error("sorry"), { $fault: "server" }), kind: "unreachable" },
    { error: awsError("ValidationError", "no such parameter"), kind: "unexpected" },
  ])("names the situation behind $error.name: $kind", async ({ error, kind }) => {
    sts.on(GetCallerIdentityCommand).rejects(error);
    stacks.on(DescribeStacksCommand).rejects(error);
    stacks.on(DescribeTypeCommand).rejects(error);
    functions.on(GetAccountSettingsCommand).rejects(error);
    apis.on(GetAccountCommand).rejects(error);
    for (const ask of [
      () => account.identity(),
      () => account.bootstrap(),
      () => account.offers("AWS::Scheduler::Schedule"),
      () => account.concurrency([]),
      () => account.apiLogRole(),
    ]) {
      await expect(ask()).rejects.toMatchObject({ name: "AccountError", kind });
    }
  });

  it("takes no answer for an answer: identity and limits have to be in it", async () => {
    sts.on(GetCallerIdentityCommand).resolves({});
    functions.on(GetAccountSettingsCommand).resolves({});
    await expect(account.identity()).rejects.toMatchObject({ kind: "unexpected" });
    await expect(account.concurrency([])).rejects.toMatchObject({ kind: "unexpected" });
  });

  it("passes on a function's concurrency that it may not see", async () => {
    functions.on(GetFunctionConcurrencyCommand).rejects(awsError("AccessDeniedException"));
    await expect(account.concurrency(["a"])).rejects.toMatchObject({ kind: "denied" });
  });
});
