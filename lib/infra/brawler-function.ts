/**
 * A Lambda function as all of ours are: its own role with nothing but what it was granted, its own log group with an
 * end, traced, arm64, one minified ES module.
 */
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AssetHashType, DockerImage, Duration, RemovalPolicy, Size, Stack } from "aws-cdk-lib";
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { acknowledge, acknowledgeWildcard } from "./acknowledge.ts";
import type { StageConfig } from "./stage-config.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const { version: VERSION } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as {
  version: string;
};

export interface BrawlerFunctionProps {
  readonly config: StageConfig;
  /** The file in `lambdas/`, without its ending; also the name in logs, metrics and alarms. */
  readonly name: string;
  /** Where asynchronous calls go that failed to the end; or why there is no such queue. */
  readonly deadLetterQueue?: IQueue;
  readonly withoutDeadLetters?: string;
  /** One sentence for whoever sees it in the console. */
  readonly description: string;
  readonly environment: Readonly<Record<string, string>>;
  /** @default 256 */
  readonly memoryMb?: number;
  /** @default 60 s */
  readonly timeout?: Duration;
  /** Room for temporary files. @default 512 */
  readonly temporaryMb?: number;
  /** How often the service calls it again after a failure, where nobody waits for it; the service's own 2 when left out. */
  readonly retries?: number;
  /** At most this many at once: a bound on money where something runs away. */
  readonly concurrency?: number;
  /** A folder that the code finds beside itself, by the name it has there. */
  readonly beside?: { readonly name: string; readonly from: string };
}

export class BrawlerFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  /** As it stands in `lambdas/`. */
  readonly lambdaName: string;

  constructor(scope: Construct, id: string, props: BrawlerFunctionProps) {
    super(scope, id);
    const { config, name } = props;
    this.lambdaName = name;
    const functionName = `brawler-${config.stage}-${name}`;
    const logGroup = new LogGroup(this, "Logs", {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    this.function = new LambdaFunction(this, "Function", {
      functionName,
      description: props.description,
      code: codeOf(props),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb ?? 256,
      timeout: props.timeout ?? Duration.seconds(60),
      ...(props.temporaryMb === undefined
        ? {}
        : { ephemeralStorageSize: Size.mebibytes(props.temporaryMb) }),
      ...(props.retries === undefined ? {} : { retryAttempts: props.retries }),
      tracing: Tracing.ACTIVE,
      role: this.role.withoutPolicyUpdates(),
      logGroup,
      deadLetterQueue: props.deadLetterQueue,
      environment: { ...commonEnvironment(config, name), ...props.environment },
      ...(config.reservedConcurrency && props.concurrency !== undefined
        ? { reservedConcurrentExecutions: props.concurrency }
        : {}),
    });
    this.grantLogsAndTraces(functionName);
    if (props.deadLetterQueue !== undefined) {
      this.allow(["sqs:SendMessage"], props.deadLetterQueue.queueArn);
    }
    if (props.withoutDeadLetters !== undefined) {
      const common = { pack: "Serverless", reason: props.withoutDeadLetters } as const;
      acknowledge(this, { ...common, finding: "Serverless-LambdaDLQ" });
      // Asked of a function that says how often it is called again.
      if (props.retries !== undefined) {
        acknowledge(this, { ...common, finding: "Serverless-LambdaAsyncFailureDestination" });
      }
    }
  }

  /** Actions on named resources; the only way in which a function of ours gets a permission. */
  allow(actions: readonly string[], ...resources: readonly string[]): void {
    this.role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: [...actions],
        resources: [...resources],
      }),
    );
  }

  /** Actions on everything below one resource, such as the objects under a prefix. */
  allowBelow(actions: readonly string[], resource: string, reason: string): void {
    this.allow(actions, resource);
    acknowledgeWildcard(this.role, resource, reason);
  }

  private grantLogsAndTraces(functionName: string): void {
    const { partition, region, account } = Stack.of(this);
    const group = `arn:${partition}:logs:${region}:${account}:log-group:/aws/lambda/${functionName}`;
    this.allowBelow(
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      `${group}:log-stream:*`,
      "The service names the log streams; the log group is this function's own.",
    );
    this.allowBelow(
      ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
      "*",
      "X-Ray and DescribeEndpoints know no resource-level permissions.",
    );
  }
}

function commonEnvironment(config: StageConfig, name: string): Readonly<Record<string, string>> {
  return {
    BRAWLER_STAGE: config.stage,
    BRAWLER_VERSION: VERSION,
    BRAWLER_CONFIG: JSON.stringify(config.desk),
    POWERTOOLS_SERVICE_NAME: name,
    POWERTOOLS_METRICS_NAMESPACE: "Brawler",
    POWERTOOLS_LOG_LEVEL: "INFO",
  };
}

/** Built when the stack is, by our own esbuild: there is no container to fall back on, and none is needed. */
function codeOf({ config, name, beside }: BrawlerFunctionProps): Code {
  const command = [`${ROOT}bin/bundle-function.ts`, name, config.store];
  const tryBundle = (folder: string) => {
    const stdio = ["ignore", "inherit", "inherit"] as const;
    execFileSync(process.execPath, [...command, folder], { stdio: [...stdio] });
    if (beside !== undefined) cpSync(beside.from, `${folder}/${beside.name}`, { recursive: true });
    return true;
  };
  return Code.fromAsset(`${ROOT}lambdas`, {
    assetHashType: AssetHashType.OUTPUT,
    // The command is never run in an image: by it the CDK tells one bundle of a folder from another.
    bundling: { image: DockerImage.fromRegistry("none"), command, local: { tryBundle } },
  });
}

/** Reasons for `withoutDeadLetters`. */
export const NO_DEAD_LETTERS = {
  clock:
    "Called by the clock: the next run does the work of one that failed, so a queue would hold nothing but ticks.",
  caller: "Called and waited for: whoever called hears of the failure and calls again.",
  mapping:
    "Called by the event source mapping, which keeps what it gives up on in the archive bucket.",
} as const;
