import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { securityHeaders } from "../../lib/core/api/security-headers.ts";
import { EMULATOR, ENVIRONMENT, FULL, type Resource, resourcesOf, templatesOf } from "./stages.ts";

const { stateful, stateless } = templatesOf({ ...FULL, store: "dynamodb" });

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");

const LAMBDAS = [
  "alert-notifier",
  "api",
  "historical-analysis",
  "mock-brawler",
  "publish-site",
  "redrive",
  "restate",
  "rolling-snapshot",
  "slack-notifier",
  "stream-processor",
  "sweeper",
];

describe("the functions", () => {
  const functions = resourcesOf(stateless, "AWS::Lambda::Function");
  const propertiesOf = ([, { Properties }]: readonly [string, Resource]) => Properties ?? {};

  it("are those of the architecture", () => {
    const names = functions.map((one) => String(propertiesOf(one)["FunctionName"]));
    expect(names.map((name) => name.replace("brawler-sandbox-", "")).sort()).toEqual(LAMBDAS);
  });

  it("run on arm64 under Node.js 24, traced, each with a log group that ends", () => {
    for (const one of functions) {
      expect(propertiesOf(one)).toMatchObject({
        Architectures: ["arm64"],
        Runtime: "nodejs24.x",
        TracingConfig: { Mode: "Active" },
        LoggingConfig: { LogGroup: expect.anything() },
      });
    }
    const groups = resourcesOf(stateless, "AWS::Logs::LogGroup");
    expect(groups.length).toBeGreaterThanOrEqual(functions.length);
    for (const [, { Properties }] of groups)
      expect(Properties).toMatchObject({ RetentionInDays: 30 });
  });

  it("carry no secret in their environment", () => {
    const texts = functions.map((one) => JSON.stringify(propertiesOf(one)["Environment"]));
    for (const text of texts) expect(text).not.toMatch(/xox[abp]-|hooks[.]slack|AKIA|password/i);
  });

  it("are bounded where something could run away, and not where the account does not allow it", () => {
    const bounded = functions.filter((one) => "ReservedConcurrentExecutions" in propertiesOf(one));
    expect(bounded.map((one) => propertiesOf(one)["FunctionName"]).sort()).toEqual(
      LAMBDAS.filter((name) => !["publish-site", "stream-processor"].includes(name)).map(
        (name) => `brawler-sandbox-${name}`,
      ),
    );
    const off = templatesOf({ ...FULL, reservedConcurrency: "off" }).stateless;
    off.resourcePropertiesCountIs(
      "AWS::Lambda::Function",
      { ReservedConcurrentExecutions: Match.anyValue() },
      0,
    );
  });

  it("have no URL of their own", () => {
    stateless.resourceCountIs("AWS::Lambda::Url", 0);
  });
});

describe("the event source mapping", () => {
  it("prefers a blocked shard to a gap, and loses no payload", () => {
    stateless.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      BatchSize: 500,
      MaximumBatchingWindowInSeconds: 10,
      ParallelizationFactor: 1,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      MaximumRecordAgeInSeconds: 518_400,
      MaximumRetryAttempts: Match.absent(),
      StartingPosition: "TRIM_HORIZON",
      DestinationConfig: {
        OnFailure: { Destination: { "Fn::ImportValue": Match.stringLikeRegexp("BucketsArchive") } },
      },
      MetricsConfig: { Metrics: ["EventCount"] },
    });
    stateless.resourceCountIs("AWS::Lambda::EventSourceMapping", 1);
  });

  it("commits as often as the stage says", () => {
    templatesOf({ ...FULL, commitWindow: "1" }).stateless.hasResourceProperties(
      "AWS::Lambda::EventSourceMapping",
      { MaximumBatchingWindowInSeconds: 1 },
    );
  });
});

describe("the schedules", () => {
  const schedules = resourcesOf(stateless, "AWS::Scheduler::Schedule");

  it("call each clock-driven function", () => {
    const said = schedules.map(([, { Properties }]) => String(Properties?.["Description"]));
    expect(said.sort()).toEqual([
      "alert-notifier: rate(1 minute)",
      "historical-analysis: rate(1 hour)",
      "mock-brawler: rate(1 minute)",
      "restate: rate(1 hour)",
      "rolling-snapshot: rate(1 minute)",
      "sweeper: rate(1 minute)",
    ]);
  });

  it("call what may take a quarter of an hour once an hour, and not again after a failure", () => {
    stateless.hasResourceProperties("AWS::Lambda::Function", {
      FunctionName: "brawler-sandbox-restate",
      Timeout: 900,
      EphemeralStorage: { Size: 2_048 },
      ReservedConcurrentExecutions: 1,
    });
    stateless.hasResourceProperties("AWS::Lambda::EventInvokeConfig", {
      FunctionName: { Ref: Match.stringLikeRegexp("Restate") },
      MaximumRetryAttempts: 0,
    });
    stateless.hasResourceProperties("AWS::Scheduler::Schedule", {
      Description: "restate: rate(1 hour)",
      // What a schedule says by itself is nothing that the function knows.
      Target: Match.objectLike({ Input: "{}" }),
    });
  });

  it("keep the Brawler at the memory that its price is of", () => {
    const priced = /market maker, 58 s of each minute at (\d+) MB/.exec(
      read("docs/reference/cost.md"),
    );
    stateless.hasResourceProperties("AWS::Lambda::Function", {
      FunctionName: "brawler-sandbox-mock-brawler",
      MemorySize: Number(priced?.[1]),
    });
  });

  it("lead from a message to the page that was deployed, or to the address that the desk gave it", () => {
    const leadsTo = (BRAWLER_PAGE_URL: unknown) => ({
      FunctionName: "brawler-sandbox-alert-notifier",
      Environment: { Variables: { BRAWLER_PAGE_URL } },
    });
    const deployed: unknown = stateless.findOutputs("PageUrl")["PageUrl"]?.["Value"];
    expect(deployed).toBeDefined();
    stateless.hasResourceProperties("AWS::Lambda::Function", leadsTo(deployed));
    const deskText = '{"pageUrl":"https://desk.example.com/"}';
    const named = templatesOf({ alertEmail: "a@example.com" }, { ...ENVIRONMENT, deskText });
    const given = leadsTo("https://desk.example.com/");
    named.stateless.hasResourceProperties("AWS::Lambda::Function", given);
  });

  it("leave the Brawler out where others feed the stream", () => {
    const without = templatesOf({ ...FULL, mock: "off" }).stateless;
    expect(JSON.stringify(without.toJSON())).not.toContain("mock-brawler");
  });
});

describe("the API", () => {
  const methods = resourcesOf(stateless, "AWS::ApiGateway::Method").map(
    ([, { Properties }]) => Properties ?? {},
  );
  const routes = new Map(
    resourcesOf(stateless, "AWS::ApiGateway::Resource").map(([id, { Properties }]) => [
      id,
      String(Properties?.["PathPart"]),
    ]),
  );
  const isOurs = (method: Readonly<Record<string, unknown>>) =>
    JSON.stringify(method["Integration"]).includes("lambda:path");

  it("asks for a token with the scope on every method of the function, and there is no other", () => {
    const ours = methods.filter(isOurs);
    expect(ours.map((method) => method["HttpMethod"]).sort()).toEqual([
      "DELETE",
      "GET",
      "PATCH",
      "POST",
      "PUT",
    ]);
    for (const method of ours) {
      expect(method).toMatchObject({
        AuthorizationType: "COGNITO_USER_POOLS",
        AuthorizationScopes: ["brawler/api"],
        AuthorizerId: expect.anything(),
        RequestValidatorId: expect.anything(),
      });
    }
    const open = methods.filter((method) => method["AuthorizationType"] === "NONE");
    expect(open).toHaveLength(4);
    for (const method of open) expect(isOurs(method)).toBe(false);
  });

  it("never turns a greedy parameter into a key of the bucket", () => {
    const files = methods.filter((method) => !isOurs(method));
    const paths = files.map((method) => {
      const { Uri } = method["Integration"] as { Uri: unknown };
      return JSON.stringify(Uri);
    });
    for (const path of paths) {
      expect(path).toMatch(/index[.]html"|config[.]json"|assets\/[{]file[}]"/);
      expect(path).not.toContain("proxy");
    }
    const greedy = methods.filter((method) => {
      const { Ref } = (method["ResourceId"] ?? {}) as { Ref?: string };
      return routes.get(Ref ?? "") === "{proxy+}" && !isOurs(method);
    });
    for (const method of greedy) {
      expect(JSON.stringify(method["RequestParameters"])).not.toContain("path");
    }
  });

  it("answers a reader who names no content type, which API Gateway takes for JSON", () => {
    const files = methods.filter((method) => !isOurs(method));
    expect(files).toHaveLength(4);
    for (const method of files) {
      expect(method["Integration"]).toMatchObject({ PassthroughBehavior: "WHEN_NO_TEMPLATES" });
      expect(method["Integration"]).not.toHaveProperty("RequestTemplates");
    }
  });

  it("sets every security header on every answer of the page", () => {
    const files = methods.filter((method) => !isOurs(method));
    for (const method of files) {
      const { IntegrationResponses } = method["Integration"] as {
        IntegrationResponses: readonly { ResponseParameters: Readonly<Record<string, string>> }[];
      };
      expect(IntegrationResponses).toHaveLength(4);
      for (const { ResponseParameters } of IntegrationResponses) {
        for (const name of Object.keys(securityHeaders())) {
          expect(ResponseParameters).toHaveProperty([`method.response.header.${name}`]);
        }
      }
    }
  });

  it("sets them on what the gateway answers itself, and names no stack", () => {
    const answers = resourcesOf(stateless, "AWS::ApiGateway::GatewayResponse");
    expect(answers).toHaveLength(7);
    for (const [, { Properties }] of answers) {
      const parameters = Properties?.["ResponseParameters"];
      for (const name of Object.keys(securityHeaders())) {
        expect(parameters).toHaveProperty([`gatewayresponse.header.${name}`]);
      }
    }
  });

  it("allows the page to connect to itself and to the sign-in, nowhere else", () => {
    const text = JSON.stringify(stateless.toJSON());
    const policies = text.match(/connect-src [^;]+;/g) ?? [];
    expect(policies.length).toBeGreaterThan(20);
    for (const policy of policies) {
      expect(policy).not.toContain("*");
      expect(policy.match(/https:\/\//g)).toHaveLength(1);
    }
    expect(text).not.toContain("Access-Control-Allow-Origin");
  });

  it("signs the page in by a code alone, at one address, with refresh tokens that rotate", () => {
    const clients = resourcesOf(stateless, "AWS::Cognito::UserPoolClient");
    const page = clients.find(([, client]) => client.Properties?.["GenerateSecret"] === false);
    const properties = page?.[1].Properties ?? {};
    expect(properties).toMatchObject({
      GenerateSecret: false,
      AllowedOAuthFlows: ["code"],
      ExplicitAuthFlows: ["ALLOW_USER_SRP_AUTH"],
      RefreshTokenRotation: { Feature: "ENABLED", RetryGracePeriodSeconds: 60 },
      EnableTokenRevocation: true,
    });
    for (const [key, end] of [
      ["CallbackURLs", "/auth/callback"],
      ["LogoutURLs", "/"],
    ] as const) {
      const urls = properties[key] as unknown[];
      expect(urls).toHaveLength(1);
      expect(JSON.stringify(urls[0])).toContain(`${end}"`);
    }
  });

  it("logs every request, and limits how many there are", () => {
    stateless.hasResourceProperties("AWS::ApiGateway::Stage", {
      AccessLogSetting: { DestinationArn: Match.anyValue() },
      TracingEnabled: true,
      MethodSettings: [
        Match.objectLike({
          DataTraceEnabled: false,
          LoggingLevel: "ERROR",
          ThrottlingBurstLimit: 100,
          ThrottlingRateLimit: 50,
        }),
      ],
    });
    stateless.hasResourceProperties("AWS::ApiGateway::Account", Match.objectLike({}));
  });

  it("stands behind a firewall when asked for", () => {
    stateless.resourceCountIs("AWS::WAFv2::WebACL", 1);
    templatesOf({ alertEmail: "a@example.com" }).stateless.resourceCountIs("AWS::WAFv2::WebACL", 0);
  });
});

describe("the messages", () => {
  it("go out encrypted, over TLS, and only to those who are to hear them", () => {
    for (const [, { Properties }] of resourcesOf(stateless, "AWS::SNS::Topic")) {
      expect(Properties).toHaveProperty("KmsMasterKeyId");
    }
    const policies = resourcesOf(stateless, "AWS::SNS::TopicPolicy");
    expect(policies).toHaveLength(2);
    for (const [, policy] of policies) {
      expect(JSON.stringify(policy.Properties)).toContain('"aws:SecureTransport":"false"');
    }
    const subscriptions = resourcesOf(stateless, "AWS::SNS::Subscription").map(
      ([, { Properties }]) => Properties ?? {},
    );
    const said = subscriptions.map((one) => ({
      to: String(one["Protocol"]),
      channel: (one["FilterPolicy"] as { channel?: readonly string[] } | undefined)?.channel?.[0],
    }));
    expect(said).toEqual(
      expect.arrayContaining([
        { to: "email", channel: "email" },
        { to: "email", channel: undefined },
        { to: "lambda", channel: "slack" },
        { to: "lambda", channel: undefined },
      ]),
    );
    expect(said).toHaveLength(5);
  });

  it("of alarms and the budget reach the operations topic", () => {
    const policy = JSON.stringify(resourcesOf(stateless, "AWS::SNS::TopicPolicy"));
    expect(policy).toContain("cloudwatch.amazonaws.com");
    expect(policy).toContain("budgets.amazonaws.com");
    const key = JSON.stringify(resourcesOf(stateless, "AWS::KMS::Key"));
    expect(key).toContain("cloudwatch.amazonaws.com");
    expect(key).toContain("budgets.amazonaws.com");
  });
});

describe("the alarms", () => {
  const alarms = resourcesOf(stateless, "AWS::CloudWatch::Alarm").map(
    ([, { Properties }]) => Properties ?? {},
  );
  const nameOf = (alarm: Readonly<Record<string, unknown>>) =>
    String(alarm["AlarmName"]).replace("brawler-sandbox-", "");

  it("each tell operations, and name their section of the runbook", () => {
    const runbook = read("docs/runbook/alarms.md");
    expect(alarms.length).toBeGreaterThan(18);
    for (const alarm of alarms) {
      expect(alarm["AlarmActions"]).toHaveLength(1);
      const section = String(alarm["AlarmDescription"]).split("#")[1] ?? "";
      expect(runbook).toContain(`\n## ${section}\n`);
    }
  });

  it("watch each promise of the pipeline", () => {
    expect(alarms.map(nameOf)).toEqual(
      expect.arrayContaining([
        "iterator-age",
        "on-failure-objects",
        "dirty-age",
        "non-determinism",
        "quarantine",
        "undelivered",
        "slack-undelivered",
      ]),
    );
  });

  it("sound at the first failure of what is called once an hour", () => {
    const atOnce = alarms.filter((alarm) => alarm["EvaluationPeriods"] === 1).map(nameOf);
    expect(atOnce.filter((name) => name.endsWith("-errors")).sort()).toEqual([
      "historical-analysis-errors",
      "restate-errors",
    ]);
  });

  it("sound where an hour's work was put off six times", () => {
    const [putOff] = alarms.filter((alarm) => nameOf(alarm) === "restate-put-off");
    expect(putOff).toMatchObject({
      MetricName: "RestatesPutOff",
      Dimensions: [{ Name: "service", Value: "restate" }],
      Period: 3_600,
      EvaluationPeriods: 6,
    });
  });

  it("sound where silence is the trouble", () => {
    const silent = alarms.filter((alarm) => alarm["TreatMissingData"] === "breaching");
    expect(silent.map(nameOf).sort()).toEqual(["processor-silent"]);
  });

  it("watch money too", () => {
    stateless.hasResourceProperties("AWS::Budgets::Budget", {
      Budget: { BudgetLimit: { Amount: 100, Unit: "USD" }, TimeUnit: "MONTHLY" },
    });
  });
});

describe("an emulator", () => {
  it("gets everything but what it does not know", () => {
    const settings = { ...FULL, store: "dynamodb" };
    const typesOf = (templates: { stateful: typeof stateful; stateless: typeof stateless }) =>
      new Set(
        [...resourcesOf(templates.stateful), ...resourcesOf(templates.stateless)].map(
          ([, { Type }]) => Type,
        ),
      );
    const all = typesOf({ stateful, stateless });
    const known = typesOf(templatesOf({ ...settings, emulator: "true" }, EMULATOR));
    expect([...all].filter((type) => !known.has(type)).sort()).toEqual([
      "AWS::Budgets::Budget",
      "AWS::Cognito::ManagedLoginBranding",
      "AWS::WAFv2::WebACLAssociation",
    ]);
    expect([...known].filter((type) => !all.has(type))).toEqual([]);
  });
});
