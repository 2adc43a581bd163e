import { APIGatewayClient, GetAccountCommand } from "@aws-sdk/client-api-gateway";
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  DescribeTypeCommand,
} from "@aws-sdk/client-cloudformation";
import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { DeploymentAccount } from "../../ports/deployment-account.ts";
import { type AccountOptions, clientSettings } from "./account-options.ts";
import { asked, isAbsentStack } from "./asked.ts";

interface Clients {
  readonly sts: STSClient;
  readonly stacks: CloudFormationClient;
  readonly functions: LambdaClient;
  readonly apis: APIGatewayClient;
}

/** The stack that `cdk bootstrap` makes. */
const TOOLKIT_STACK = "CDKToolkit";

export function deploymentAccount(options: AccountOptions = {}): DeploymentAccount {
  const clients = clientsOf(options);
  return {
    region: () => regionOf(clients),
    identity: () => asked("who these credentials are", () => identityOf(clients)),
    bootstrap: () => asked(`for the stack ${TOOLKIT_STACK}`, () => bootstrapOf(clients)),
    offers: (type) => asked(`whether there is ${type}`, () => offers(clients, type)),
    concurrency: (functions) =>
      asked("how many functions may run at once", () => concurrencyOf(clients, functions)),
    apiLogRole: () => asked("for API Gateway's role for logs", () => apiLogRoleOf(clients)),
  };
}

function clientsOf(options: AccountOptions): Clients {
  const settings = clientSettings(options);
  return {
    sts: new STSClient(settings),
    stacks: new CloudFormationClient(settings),
    functions: new LambdaClient(settings),
    apis: new APIGatewayClient(settings),
  };
}

/** The SDK's own way of finding it: environment, then the profile's file. */
async function regionOf({ sts }: Clients): Promise<string | undefined> {
  try {
    return await sts.config.region();
  } catch {
    return undefined;
  }
}

async function identityOf({ sts }: Clients) {
  const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
  if (Account === undefined || Arn === undefined) throw new Error("the answer names no account");
  return { account: Account, arn: Arn };
}

async function bootstrapOf({ stacks }: Clients) {
  try {
    const { Stacks } = await stacks.send(new DescribeStacksCommand({ StackName: TOOLKIT_STACK }));
    const [stack] = Stacks ?? [];
    if (stack === undefined) return undefined;
    const output = stack.Outputs?.find(({ OutputKey }) => OutputKey === "BootstrapVersion");
    const version = output?.OutputValue === undefined ? undefined : Number(output.OutputValue);
    return { version, status: stack.StackStatus ?? "unknown" };
  } catch (error) {
    if (isAbsentStack(error)) return undefined;
    throw error;
  }
}

async function offers({ stacks }: Clients, TypeName: string): Promise<boolean> {
  try {
    await stacks.send(new DescribeTypeCommand({ Type: "RESOURCE", TypeName }));
    return true;
  } catch (error) {
    if ((error as Error).name === "TypeNotFoundException") return false;
    throw error;
  }
}

async function concurrencyOf({ functions }: Clients, names: readonly string[]) {
  const { AccountLimit } = await functions.send(new GetAccountSettingsCommand({}));
  const total = AccountLimit?.ConcurrentExecutions;
  const unreserved = AccountLimit?.UnreservedConcurrentExecutions;
  if (total === undefined || unreserved === undefined) throw new Error("the answer has no limits");
  const reserved = await Promise.all(names.map((name) => reservedBy(functions, name)));
  return { total, unreserved, ours: reserved.reduce((sum, one) => sum + one, 0) };
}

async function reservedBy(functions: LambdaClient, FunctionName: string): Promise<number> {
  try {
    const answer = await functions.send(new GetFunctionConcurrencyCommand({ FunctionName }));
    return answer.ReservedConcurrentExecutions ?? 0;
  } catch (error) {
    if ((error as Error).name === "ResourceNotFoundException") return 0;
    throw error;
  }
}

async function apiLogRoleOf({ apis, stacks }: Clients) {
  const { cloudwatchRoleArn: arn } = await apis.send(new GetAccountCommand({}));
  if (arn === undefined || arn === "") return undefined;
  const PhysicalResourceId = arn.slice(arn.lastIndexOf("/") + 1);
  try {
    const { StackResources } = await stacks.send(
      new DescribeStackResourcesCommand({ PhysicalResourceId }),
    );
    return { arn, stack: StackResources?.[0]?.StackName };
  } catch (error) {
    if (isAbsentStack(error)) return { arn, stack: undefined };
    throw error;
  }
}
