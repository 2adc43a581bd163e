import { fileURLToPath } from "node:url";
import { CustomResource, Duration, FileSystem, Stack } from "aws-cdk-lib";
import {
  AuthorizationType,
  AwsIntegration,
  type IntegrationResponse,
  type IResource,
  type MethodResponse,
  PassthroughBehavior,
} from "aws-cdk-lib/aws-apigateway";
import type { UserPoolClient } from "aws-cdk-lib/aws-cognito";
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { PageConfig } from "../core/api/page-config.ts";
import { securityHeaders } from "../core/api/security-headers.ts";
import { acknowledge, acknowledgeWildcard } from "./acknowledge.ts";
import { BrawlerFunction, NO_DEAD_LETTERS } from "./brawler-function.ts";
import type { QueryApi } from "./query-api.ts";
import type { StageConfig } from "./stage-config.ts";
import type { StatefulStack } from "./stateful-stack.ts";

/** The page as `npm run build` leaves it. */
const PAGE = fileURLToPath(new URL("../../dist/dashboard", import.meta.url));

export interface DashboardSiteProps {
  readonly config: StageConfig;
  readonly stateful: StatefulStack;
  readonly queryApi: QueryApi;
  readonly connect: readonly string[];
  /** `https://…` of the managed login. */
  readonly signIn: string;
}

/**
 * The page through API Gateway from a private bucket: `/assets/{file}` and `/config.json` are themselves, everything
 * else is `index.html`. No part of a path beyond one segment ever becomes a key.
 */
export class DashboardSite extends Construct {
  readonly url: string;
  readonly publisher: BrawlerFunction;

  constructor(scope: Construct, id: string, props: DashboardSiteProps) {
    super(scope, id);
    const { config, stateful, queryApi, connect } = props;
    const { api } = queryApi;
    this.url = api.url;
    const role = this.makeReader(stateful.buckets.site);
    const serve = servingFrom(stateful.buckets.site, role, connect);
    const page = serve("index.html", { cacheControl: "no-cache" });
    page.addTo(api.root);
    page.addTo(api.root.addResource("{proxy+}"));
    serve("config.json", { cacheControl: "no-cache" }).addTo(api.root.addResource("config.json"));
    const asset = serve("assets/{file}", { cacheControl: IMMUTABLE, parameter: "file" });
    asset.addTo(api.root.addResource("assets").addResource("{file}"));
    const client = stateful.users.addPageClient(this, this.url);
    this.publisher = this.makePublisher(config, stateful.buckets.site);
    this.publish(props, client);
  }

  private makeReader(site: Bucket): Role {
    const role = new Role(this, "Reader", {
      assumedBy: new ServicePrincipal("apigateway.amazonaws.com"),
    });
    role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ["s3:GetObject"],
        resources: ["index.html", "config.json", "assets/*"].map((key) => site.arnForObjects(key)),
      }),
    );
    acknowledgeWildcard(role, site.arnForObjects("assets/*"), BUILT_FILES);
    return role;
  }

  private makePublisher(config: StageConfig, site: Bucket): BrawlerFunction {
    const publisher = new BrawlerFunction(this, "Publisher", {
      config,
      name: "publish-site",
      withoutDeadLetters: NO_DEAD_LETTERS.caller,
      description: "Puts the built page into its bucket when a deployment changed it",
      environment: { BRAWLER_SITE_BUCKET: site.bucketName },
      memoryMb: 512,
      timeout: Duration.minutes(2),
      beside: { name: "page", from: PAGE },
    });
    const files = site.arnForObjects("*");
    publisher.allowBelow(["s3:DeleteObject", "s3:PutObject"], files, BUILT_FILES);
    publisher.allow(["s3:ListBucket"], site.bucketArn);
    return publisher;
  }

  private publish({ config, stateful, signIn }: DashboardSiteProps, client: UserPoolClient): void {
    const { region } = Stack.of(this);
    const { users } = stateful;
    const pageConfig: PageConfig = {
      apiBase: `${this.url}api/v1`,
      live: "poll",
      auth: config.emulator
        ? null
        : {
            issuer: `https://cognito-idp.${region}.amazonaws.com/${users.pool.userPoolId}`,
            clientId: client.userPoolClientId,
            domain: signIn,
            scope: `openid ${users.scopeName}`,
          },
    };
    const page = new CustomResource(this, "Page", {
      resourceType: "Custom::BrawlerPage",
      serviceToken: this.publisher.function.functionArn,
      serviceTimeout: Duration.minutes(3),
      properties: {
        fingerprint: FileSystem.fingerprint(PAGE),
        base: "/prod/",
        config: JSON.stringify(pageConfig),
      },
    });
    page.node.addDependency(this.publisher.role);
  }
}

const IMMUTABLE = "public, max-age=31536000, immutable";

interface Served {
  /** Adds GET of this file to a resource. */
  addTo(resource: IResource): void;
}

interface ServeOptions {
  readonly cacheControl: string;
  /** A path parameter of one segment that the key holds. */
  readonly parameter?: string;
}

/** Non-proxy integrations, because only they let us say which headers come back, and what a missing key looks like. */
function servingFrom(site: Bucket, role: Role, connect: readonly string[]) {
  return (key: string, { cacheControl, parameter }: ServeOptions): Served => {
    const path = `method.request.path.${parameter}`;
    const integration = new AwsIntegration({
      service: "s3",
      integrationHttpMethod: "GET",
      path: `${site.bucketName}/${key}`,
      options: {
        credentialsRole: role,
        // NEVER would answer 415 to a GET: without a content type it counts as JSON, for which there is no template.
        passthroughBehavior: PassthroughBehavior.WHEN_NO_TEMPLATES,
        requestParameters: {
          "integration.request.header.If-None-Match": "method.request.header.If-None-Match",
          ...(parameter === undefined ? {} : { [`integration.request.path.${parameter}`]: path }),
        },
        integrationResponses: RESPONSES.map((one) =>
          integrationResponse(one, cacheControl, connect),
        ),
      },
    });
    return {
      addTo: (resource) => {
        const method = resource.addMethod("GET", integration, {
          authorizationType: AuthorizationType.NONE,
          requestParameters: {
            "method.request.header.If-None-Match": false,
            ...(parameter === undefined ? {} : { [path]: true }),
          },
          methodResponses: RESPONSES.map(({ status }) => methodResponse(status)),
        });
        acknowledge(method, ...PUBLIC_PAGE);
      },
    };
  };
}

/** S3 says 403 for what is not there, because the role may not list: for a reader that is 404. */
const RESPONSES = [
  { status: "200", pattern: undefined },
  { status: "304", pattern: "304" },
  { status: "404", pattern: "40[034]" },
  { status: "502", pattern: "5\\d{2}" },
] as const;

function integrationResponse(
  { status, pattern }: (typeof RESPONSES)[number],
  cacheControl: string,
  connect: readonly string[],
): IntegrationResponse {
  const found = status === "200" || status === "304";
  const fixed = Object.entries({
    ...securityHeaders(connect),
    "cache-control": found ? cacheControl : "no-store",
  }).map(([name, value]) => [headerOf(name), `'${value}'`]);
  const passed = found
    ? [
        [headerOf("content-type"), "integration.response.header.Content-Type"],
        [headerOf("etag"), "integration.response.header.ETag"],
      ]
    : [[headerOf("content-type"), "'application/problem+json'"]];
  return {
    statusCode: status,
    ...(pattern === undefined ? {} : { selectionPattern: pattern }),
    responseParameters: Object.fromEntries([...fixed, ...passed]),
    ...(found ? {} : { responseTemplates: { "application/json": NOT_THERE[status] } }),
  };
}

const NOT_THERE = {
  "404": '{"type":"about:blank","title":"Not found","status":404}',
  "502": '{"type":"about:blank","title":"Failed","status":502}',
};

function methodResponse(statusCode: string): MethodResponse {
  const names = [...Object.keys(securityHeaders()), "cache-control", "content-type", "etag"];
  return {
    statusCode,
    responseParameters: Object.fromEntries(names.map((name) => [headerOf(name), true])),
  };
}

function headerOf(name: string): string {
  return `method.response.header.${name}`;
}

const PUBLIC_PAGE = [
  {
    pack: "AwsSolutions",
    finding: "AwsSolutions-APIG4",
    reason:
      "The page's files are public and hold no data; every figure comes from /api/v1 with a token.",
  },
  {
    pack: "AwsSolutions",
    finding: "AwsSolutions-COG4",
    reason:
      "The page's files are public and hold no data; every figure comes from /api/v1 with a token.",
  },
] as const;

const BUILT_FILES =
  "Built files carry a hash in their names; the bucket holds the page and nothing else.";
