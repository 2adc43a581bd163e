/** An account as AWS describes one: every question answered well, until a test says otherwise. */
import { APIGatewayClient, GetAccountCommand } from "@aws-sdk/client-api-gateway";
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  DescribeTypeCommand,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { mockClient } from "aws-sdk-client-mock";

export const ACCOUNT = "123456789012";
export const USER = `arn:aws:iam::${ACCOUNT}:user/mb`;

/** An error as the SDK throws it. */
export function awsError(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}

export function accountModel() {
  const sts = mockClient(STSClient);
  const stacks = mockClient(CloudFormationClient);
  const functions = mockClient(LambdaClient);
  const apis = mockClient(APIGatewayClient);
  const reset = () => {
    for (const mock of [sts, stacks, functions, apis]) mock.reset();
    sts.on(GetCallerIdentityCommand).resolves({ Account: ACCOUNT, Arn: USER });
    stacks.on(DescribeStacksCommand).resolves({ Stacks: [toolkit("28")] });
    stacks.on(DescribeTypeCommand).resolves({});
    stacks
      .on(DescribeStackResourcesCommand)
      .rejects(awsError("ValidationError", "Stack for logs does not exist"));
    functions.on(GetAccountSettingsCommand).resolves({
      AccountLimit: { ConcurrentExecutions: 1_000, UnreservedConcurrentExecutions: 1_000 },
    });
    functions.on(GetFunctionConcurrencyCommand).rejects(awsError("ResourceNotFoundException"));
    apis.on(GetAccountCommand).resolves({});
  };
  return { sts, stacks, functions, apis, reset };
}

export function toolkit(version: string | undefined, StackStatus = "CREATE_COMPLETE"): Stack {
  return {
    StackName: "CDKToolkit",
    CreationTime: new Date(0),
    StackStatus: StackStatus as "CREATE_COMPLETE",
    Outputs: version === undefined ? [] : [{ OutputKey: "BootstrapVersion", OutputValue: version }],
  };
}
