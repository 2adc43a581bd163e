import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { FULL, resourcesOf, templatesOf } from "./stages.ts";

const { stateful } = templatesOf({ ...FULL, store: "timestream" });
const onDynamoDb = templatesOf({ ...FULL, store: "dynamodb" }).stateful;

describe("the stateful stack", () => {
  it("keeps its logical ids: a moved one is a new, empty resource", () => {
    const kept = resourcesOf(onDynamoDb)
      .filter(([, { Type }]) => /DynamoDB|Kinesis|S3::Bucket$|Cognito::UserPool$/.test(Type))
      .map(([id, { Type }]) => `${Type} ${id}`);
    expect(kept.sort()).toEqual(PINNED);
  });

  it("keeps its Timestream tables' logical ids", () => {
    const kept = resourcesOf(stateful)
      .filter(([, { Type }]) => Type.startsWith("AWS::Timestream"))
      .map(([id, { Type }]) => `${Type} ${id}`);
    expect(kept.sort()).toEqual(PINNED_TIMESTREAM);
  });

  it("has one table a port, recoverable, encrypted, never deleted by a deployment", () => {
    const tables = resourcesOf(onDynamoDb, "AWS::DynamoDB::Table");
    expect(tables).toHaveLength(4);
    for (const [, table] of tables) {
      expect(table.DeletionPolicy).toBe("Retain");
      expect(table.UpdateReplacePolicy).toBe("Retain");
      expect(table.Properties).toMatchObject({
        BillingMode: "PAY_PER_REQUEST",
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
      });
    }
  });

  it("keeps what is looked at every minute in DynamoDB beside Timestream too", () => {
    const tables = (stack: typeof stateful) =>
      resourcesOf(stack, "AWS::DynamoDB::Table").map(([id]) => id);
    expect(tables(stateful).sort()).toEqual(tables(onDynamoDb).sort());
  });

  it("closes every bucket to the world, to plain HTTP and to access lists", () => {
    const buckets = resourcesOf(stateful, "AWS::S3::Bucket");
    expect(buckets).toHaveLength(3);
    for (const [id, bucket] of buckets) {
      expect(bucket.Properties).toMatchObject({
        BucketEncryption: expect.anything(),
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      });
      expect(policyOf(id)).toContain('"aws:SecureTransport":"false"');
      expect(bucket.Properties).not.toHaveProperty("WebsiteConfiguration");
    }
  });

  function policyOf(bucketId: string): string {
    const policies = resourcesOf(stateful, "AWS::S3::BucketPolicy");
    const found = policies.find(([, { Properties }]) =>
      JSON.stringify(Properties?.["Bucket"]).includes(bucketId),
    );
    return JSON.stringify(found?.[1].Properties ?? {});
  }

  it("keeps the stream's records for a week, encrypted, none larger than a function can take", () => {
    stateful.hasResourceProperties("AWS::Kinesis::Stream", {
      RetentionPeriodHours: 168,
      StreamEncryption: { EncryptionType: "KMS" },
      MaxRecordSizeInKiB: 1024,
      ShardCount: 1,
      StreamModeDetails: { StreamMode: "PROVISIONED" },
      RecordDistributionStrategy: Match.absent(),
    });
  });

  it("honours partition keys on demand too", () => {
    const { stateful: onDemand } = templatesOf({ ...FULL, streamMode: "on-demand" });
    onDemand.hasResourceProperties("AWS::Kinesis::Stream", {
      StreamModeDetails: { StreamMode: "ON_DEMAND" },
      ShardCount: Match.absent(),
      RecordDistributionStrategy: "USER_PARTITION_KEY",
    });
  });

  it("takes late rows a day long at once, later ones by the magnetic store, and keeps what that refuses", () => {
    const tables = resourcesOf(stateful, "AWS::Timestream::Table");
    expect(tables.map(([, { Properties }]) => Properties?.["TableName"]).sort()).toEqual([
      "rollup_1d",
      "rollup_1h",
      "rollup_1m",
      "rollup_5s",
      "trade",
    ]);
    for (const [, table] of tables) {
      expect(table.DeletionPolicy).toBe("Retain");
      expect(table.Properties).toMatchObject({
        RetentionProperties: {
          MemoryStoreRetentionPeriodInHours: expect.stringMatching(/^(2[5-9]|49)$/) as string,
        },
        MagneticStoreWriteProperties: {
          EnableMagneticStoreWrites: true,
          MagneticStoreRejectedDataLocation: { S3Configuration: expect.anything() },
        },
      });
    }
  });

  it("has a sign-in address that no other account can have taken", () => {
    stateful.hasResourceProperties("AWS::Cognito::UserPoolDomain", {
      Domain: {
        "Fn::Join": [
          "",
          [
            "brawler-sandbox-",
            { "Fn::Select": [2, { "Fn::Split": ["/", { Ref: "AWS::StackId" }] }] },
          ],
        ],
      },
    });
  });

  it("hands over the same whatever the settings: an export in use cannot be taken away", () => {
    const plain = templatesOf({ alertEmail: "a@example.com", store: "dynamodb", mock: "off" });
    const names = (stack: typeof stateful) => Object.keys(stack.findOutputs("*")).sort();
    expect(names(plain.stateful).length).toBeGreaterThan(10);
    for (const other of [stateful, onDynamoDb]) expect(names(other)).toEqual(names(plain.stateful));
  });

  it("lets nobody sign up, and nobody in without a second factor", () => {
    stateful.hasResourceProperties("AWS::Cognito::UserPool", {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: "ON",
      EnabledMfas: ["SOFTWARE_TOKEN_MFA"],
      UserPoolTier: "ESSENTIALS",
      DeletionProtection: "ACTIVE",
    });
  });
});

const PINNED = [
  "AWS::Cognito::UserPool UsersPoolBFC35D3B",
  "AWS::DynamoDB::Table MetricsTable30109399",
  "AWS::DynamoDB::Table TablesAlertsF4292B9D",
  "AWS::DynamoDB::Table TablesAnalysis6F09A6E1",
  "AWS::DynamoDB::Table TablesState705891C2",
  "AWS::Kinesis::Stream IngestStream404D06C0",
  "AWS::S3::Bucket BucketsAccessLogsA5F88218",
  "AWS::S3::Bucket BucketsArchiveCE3432CC",
  "AWS::S3::Bucket BucketsSite59871C46",
];
const PINNED_TIMESTREAM = [
  "AWS::Timestream::Database MetricsDatabaseE2CE6C63",
  "AWS::Timestream::Table MetricsTablerollup1d6A63D588",
  "AWS::Timestream::Table MetricsTablerollup1hF93D7B7C",
  "AWS::Timestream::Table MetricsTablerollup1m3DFC2DAE",
  "AWS::Timestream::Table MetricsTablerollup5s8B9B48B4",
  "AWS::Timestream::Table MetricsTabletrade613B3922",
];
