import { Duration, RemovalPolicy, Size } from "aws-cdk-lib";
import {
  AccessLogFormat,
  AuthorizationType,
  CognitoUserPoolsAuthorizer,
  EndpointType,
  GatewayResponse,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RequestValidator,
  type Resource,
  ResponseType,
  RestApi,
} from "aws-cdk-lib/aws-apigateway";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { CfnWebACL, CfnWebACLAssociation } from "aws-cdk-lib/aws-wafv2";
import { Construct } from "constructs";
import { securityHeaders } from "../core/api/security-headers.ts";
import { acknowledge } from "./acknowledge.ts";
import { BrawlerFunction, NO_DEAD_LETTERS } from "./brawler-function.ts";
import { RESERVED } from "./reserved-concurrency.ts";
import type { StageConfig } from "./stage-config.ts";
import type { StatefulStack } from "./stateful-stack.ts";
import { alertAccess, analysisReading, readAccess } from "./store-access.ts";

export interface QueryApiProps {
  readonly config: StageConfig;
  readonly stateful: StatefulStack;
  /** Where the page may connect besides its own origin. */
  readonly connect: readonly string[];
}

/** Requests a second that all users of a stage share, and in one burst. */
const RATE_LIMIT = 50;
const BURST_LIMIT = 100;
/** Requests of one address in five minutes, where the firewall stands in front. */
const ADDRESS_LIMIT = 3_000;

/** `/api/v1/*`: one function behind a Cognito authorizer; the page's routes are added by `DashboardSite`. */
export class QueryApi extends Construct {
  readonly api: RestApi;
  readonly function: BrawlerFunction;
  readonly validator: RequestValidator;

  constructor(scope: Construct, id: string, { config, stateful, connect }: QueryApiProps) {
    super(scope, id);
    this.function = this.makeFunction(config, stateful, connect);
    this.api = this.makeApi(config);
    this.validator = new RequestValidator(this, "Validator", {
      restApi: this.api,
      requestValidatorName: "parameters-and-body",
      validateRequestBody: true,
      validateRequestParameters: true,
    });
    this.addRoutes(stateful);
    this.addGatewayResponses(connect);
    if (config.waf) this.addFirewall(config);
    else {
      acknowledge(this.api, {
        pack: "AwsSolutions",
        finding: "AwsSolutions-APIG3",
        reason:
          "A firewall costs more a month than the rest of a sandbox; requests are throttled either way, and -c waf=true puts one in front.",
      });
    }
  }

  private makeFunction(
    config: StageConfig,
    stateful: StatefulStack,
    connect: readonly string[],
  ): BrawlerFunction {
    const api = new BrawlerFunction(this, "Function", {
      config,
      name: "api",
      withoutDeadLetters: NO_DEAD_LETTERS.caller,
      description: "Answers /api/v1: figures, and the rules that people change",
      environment: {
        ...readAccess.environment(stateful),
        ...analysisReading.environment(stateful),
        ...alertAccess.environment(stateful),
        BRAWLER_CONNECT: connect.join(" "),
      },
      memoryMb: 1_024,
      timeout: Duration.seconds(25),
      concurrency: RESERVED.api,
    });
    readAccess.grant(api, stateful);
    analysisReading.grant(api, stateful);
    alertAccess.grant(api, stateful);
    return api;
  }

  private makeApi(config: StageConfig): RestApi {
    const accessLogs = new LogGroup(this, "AccessLogs", {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const api = new RestApi(this, "Api", {
      restApiName: `brawler-${config.stage}`,
      description: "The page and its API",
      endpointTypes: [EndpointType.REGIONAL],
      // Without the account's role the stage of a fresh account fails; it stays when this deployment goes.
      cloudWatchRole: config.apiLogRole === "make",
      ...(config.apiLogRole === "make" && { cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN }),
      minCompressionSize: COMPRESS_FROM,
      deployOptions: {
        stageName: "prod",
        tracingEnabled: true,
        metricsEnabled: true,
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        accessLogDestination: new LogGroupLogDestination(accessLogs),
        accessLogFormat: AccessLogFormat.jsonWithStandardFields({
          caller: false,
          user: true,
          requestTime: true,
          httpMethod: true,
          ip: true,
          protocol: true,
          resourcePath: true,
          responseLength: true,
          status: true,
        }),
        throttlingRateLimit: RATE_LIMIT,
        throttlingBurstLimit: BURST_LIMIT,
      },
    });
    acknowledge(api, {
      pack: "AwsSolutions",
      finding:
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
      reason: "The one policy that lets API Gateway write its logs; AWS defines and maintains it.",
    });
    return api;
  }

  private addRoutes({ users }: StatefulStack): void {
    const authorizer = new CognitoUserPoolsAuthorizer(this, "Authorizer", {
      cognitoUserPools: [users.pool],
      resultsCacheTtl: Duration.minutes(5),
    });
    const integration = new LambdaIntegration(this.function.function, {
      proxy: true,
      // The console's test calls know no authorizer.
      allowTestInvoke: false,
    });
    const routes: Resource = this.api.root
      .addResource("api")
      .addResource("v1")
      .addResource("{proxy+}");
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      routes.addMethod(method, integration, {
        authorizer,
        authorizationType: AuthorizationType.COGNITO,
        // Without a scope, the authorizer takes identity tokens only.
        authorizationScopes: [users.scopeName],
        requestValidator: this.validator,
      });
    }
  }

  /** What API Gateway answers itself has the same headers and the same shape of problem as what the function answers. */
  private addGatewayResponses(connect: readonly string[]): void {
    const headers = Object.fromEntries(
      Object.entries(securityHeaders(connect)).map(([name, value]) => [name, `'${value}'`]),
    );
    for (const { id, type, status, title } of GATEWAY_PROBLEMS) {
      new GatewayResponse(this, id, {
        restApi: this.api,
        type,
        ...(status === undefined ? {} : { statusCode: String(status) }),
        responseHeaders: { ...headers, "content-type": "'application/problem+json'" },
        templates: { "application/json": problemTemplate(title, status) },
      });
    }
  }

  private addFirewall({ stage, emulator }: StageConfig): void {
    const name = `brawler-${stage}`;
    const visibilityConfig = {
      cloudWatchMetricsEnabled: true,
      metricName: name,
      sampledRequestsEnabled: true,
    };
    const firewall = new CfnWebACL(this, "Firewall", {
      name,
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      visibilityConfig,
      rules: [
        {
          name: "one-address",
          priority: 1,
          action: { block: {} },
          statement: { rateBasedStatement: { aggregateKeyType: "IP", limit: ADDRESS_LIMIT } },
          visibilityConfig: { ...visibilityConfig, metricName: `${name}-one-address` },
        },
      ],
    });
    if (emulator) return;
    new CfnWebACLAssociation(this, "FirewallAssociation", {
      resourceArn: this.api.deploymentStage.stageArn,
      webAclArn: firewall.attrArn,
    });
  }
}

/** From here on answers are compressed on their way. */
const COMPRESS_FROM = Size.kibibytes(1);

/** Problem details (RFC 9457); the request's id is what a person can tell us. */
function problemTemplate(title: string, status: number | undefined): string {
  const code = status === undefined ? "" : `,"status":${status}`;
  return `{"type":"about:blank","title":"${title}"${code},"instance":"urn:request:$context.requestId"}`;
}

const GATEWAY_PROBLEMS = [
  { id: "Unauthorized", type: ResponseType.UNAUTHORIZED, status: 401, title: "Sign in" },
  { id: "Forbidden", type: ResponseType.ACCESS_DENIED, status: 403, title: "Not allowed" },
  {
    id: "NoRoute",
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: 404,
    title: "Not found",
  },
  { id: "TooLarge", type: ResponseType.REQUEST_TOO_LARGE, status: 413, title: "Too large" },
  { id: "Throttled", type: ResponseType.THROTTLED, status: 429, title: "Too many requests" },
  { id: "OtherClient", type: ResponseType.DEFAULT_4XX, status: undefined, title: "Bad request" },
  { id: "OtherServer", type: ResponseType.DEFAULT_5XX, status: undefined, title: "Failed" },
] as const;
