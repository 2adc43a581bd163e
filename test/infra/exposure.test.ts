/**
 * Goal: nothing of a deployment is open to whoever finds it. Method: every resource policy, permission and store of both
 * templates is read as AWS would evaluate it, whatever construct made it.
 */
import { describe, expect, it } from "vitest";
import { FULL, type Resource, resourcesOf, templatesOf } from "./stages.ts";

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: unknown;
  readonly Action: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const STORES = ["dynamodb", "timestream"] as const;

function resourcesFor(store: (typeof STORES)[number]): readonly (readonly [string, Resource])[] {
  const { stateful, stateless } = templatesOf({ ...FULL, store });
  return [...resourcesOf(stateful), ...resourcesOf(stateless)];
}

const all = resourcesFor("dynamodb");
const ofType = (type: string) => all.filter(([, one]) => one.Type === type);

/** Statements about who may reach a resource; a role's own policies are about what it may reach. */
function statementsOf([, { Type, Properties }]: readonly [string, Resource]): readonly Statement[] {
  const document =
    Type === "AWS::IAM::Role"
      ? Properties?.["AssumeRolePolicyDocument"]
      : (Properties?.["PolicyDocument"] ?? Properties?.["KeyPolicy"]);
  const { Statement = [] } = (document ?? {}) as { Statement?: readonly Statement[] };
  return Type === "AWS::IAM::Policy" ? [] : Statement;
}

/** The conditions' keys that tie a service to one account or one resource of ours. */
function tiesOf({ Condition = {} }: Statement): readonly string[] {
  return Object.values(Condition)
    .flatMap((keys) => Object.keys(keys))
    .filter((key) => key === "aws:SourceArn" || key === "aws:SourceAccount");
}

const servicesIn = (principal: unknown): readonly string[] => {
  const { Service = [] } = (principal ?? {}) as { Service?: string | readonly string[] };
  return typeof Service === "string" ? [Service] : Service;
};

describe("a resource policy", () => {
  const statements = all.flatMap((one) =>
    statementsOf(one).map((statement) => ({ at: one[0], type: one[1].Type, statement })),
  );
  const allowing = statements.filter(({ statement }) => statement.Effect === "Allow");

  it("allows nothing to everybody", () => {
    expect(allowing.length).toBeGreaterThan(10);
    for (const { at, statement } of allowing) {
      expect({ at, who: JSON.stringify(statement.Principal) }).toEqual({
        at,
        who: expect.not.stringMatching(/"\*"/) as string,
      });
    }
  });

  it("ties every service that may write to us to this account or to one resource of it", () => {
    const services = allowing.filter(
      ({ type, statement }) =>
        type !== "AWS::IAM::Role" && servicesIn(statement.Principal).length > 0,
    );
    expect(services.length).toBeGreaterThanOrEqual(6);
    for (const { at, statement } of services) {
      expect({ at, isTied: tiesOf(statement).length > 0 }).toEqual({ at, isTied: true });
    }
  });

  it("lets only alarms and the budget of this account publish to operations, and nobody to alerts", () => {
    const publishing = statements.filter(
      ({ type, statement }) => type === "AWS::SNS::TopicPolicy" && statement.Effect === "Allow",
    );
    const who = publishing.flatMap(({ statement }) => servicesIn(statement.Principal));
    expect(who.sort()).toEqual(["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]);
    for (const { at, statement } of publishing) {
      expect(at).toContain("Operations");
      expect([...tiesOf(statement)].sort()).toEqual(["aws:SourceAccount", "aws:SourceArn"]);
    }
  });

  it.each(["AWS::S3::Bucket", "AWS::SNS::Topic", "AWS::SQS::Queue"])(
    "of every %s denies what does not come over TLS",
    (type) => {
      const denying = statements.filter(
        ({ statement: { Effect, Condition } }) =>
          Effect === "Deny" && Condition?.["Bool"]?.["aws:SecureTransport"] === "false",
      );
      expect(denying.filter((one) => one.type === `${type}Policy`)).toHaveLength(
        ofType(type).length,
      );
    },
  );
});

describe("a function", () => {
  it("is called by services on behalf of one resource of ours, never by the console without a token", () => {
    const permissions = ofType("AWS::Lambda::Permission");
    expect(permissions.length).toBeGreaterThan(5);
    for (const [, { Properties }] of permissions) {
      expect(Properties?.["Principal"]).toMatch(/^(apigateway|sns)[.]amazonaws[.]com$/);
      expect(Properties).toHaveProperty("SourceArn");
      expect(JSON.stringify(Properties)).not.toContain("test-invoke-stage");
    }
  });
});

describe("what is kept", () => {
  const ENCRYPTED = [
    { type: "AWS::DynamoDB::Table", as: { SSESpecification: { SSEEnabled: true } } },
    { type: "AWS::Kinesis::Stream", as: { StreamEncryption: { EncryptionType: "KMS" } } },
    { type: "AWS::S3::Bucket", as: { BucketEncryption: expect.anything() as unknown } },
    { type: "AWS::SNS::Topic", as: { KmsMasterKeyId: expect.anything() as unknown } },
    { type: "AWS::SQS::Queue", as: { SqsManagedSseEnabled: true } },
    { type: "AWS::KMS::Key", as: { EnableKeyRotation: true } },
  ];

  it.each(ENCRYPTED)("in every $type is encrypted", ({ type, as }) => {
    const found = ofType(type);
    expect(found.length).toBeGreaterThan(0);
    for (const [, { Properties }] of found) expect(Properties).toMatchObject(as);
  });

  it("ends in every log after a set time", () => {
    const logs = ofType("AWS::Logs::LogGroup");
    expect(logs.length).toBeGreaterThan(8);
    for (const [, { Properties }] of logs) {
      expect([30, 60, 90]).toContain(Properties?.["RetentionInDays"]);
    }
  });
});

describe("a template", () => {
  it.each(STORES)("with %s holds resources of known kinds only", (store) => {
    const kinds = new Set(resourcesFor(store).map(([, { Type }]) => Type));
    expect([...kinds].filter((type) => PUBLIC_BY_NATURE.test(type))).toEqual([]);
  });
});

/** What would be reachable without asking anybody. */
const PUBLIC_BY_NATURE =
  /^AWS::(Lambda::Url|S3::AccessPoint|S3::MultiRegionAccessPoint|EC2|ElasticLoadBalancingV2|CloudFront|AppSync|ApiGatewayV2)\b/;
