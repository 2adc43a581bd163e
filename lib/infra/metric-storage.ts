import { RemovalPolicy, Stack } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { CfnDatabase, CfnTable } from "aws-cdk-lib/aws-timestream";
import { Construct } from "constructs";
import { METRICS_TABLE } from "../adapters/dynamodb/tables.ts";
import {
  PARTITION_DIMENSION,
  TIMESTREAM_TABLES,
  type TimestreamTable,
} from "../adapters/timestream/tables.ts";
import { acknowledge } from "./acknowledge.ts";
import type { BrawlerFunction } from "./brawler-function.ts";
import { ARCHIVE_PREFIX, type DataBuckets } from "./data-buckets.ts";
import type { StageConfig } from "./stage-config.ts";
import { durableTable } from "./state-tables.ts";
import { allowReading, allowWriting } from "./store-access.ts";

/**
 * Where rollups and trades are kept: DynamoDB, and with it Timestream where an account may have it. DynamoDB then holds
 * what is asked for every minute, because a question costs Timestream half a minute of computing.
 */
export class MetricStorage extends Construct {
  /** How a function finds them. */
  readonly environment: Readonly<Record<string, string>>;
  private readonly table: Table;
  private readonly database: string | undefined;

  constructor(
    scope: Construct,
    id: string,
    { config, buckets }: { readonly config: StageConfig; readonly buckets: DataBuckets },
  ) {
    super(scope, id);
    this.table = durableTable(this, "Table", METRICS_TABLE);
    this.database =
      config.store === "timestream" ? this.makeTimestream(config, buckets) : undefined;
    this.environment = {
      BRAWLER_METRICS_TABLE: this.table.tableName,
      ...(this.database === undefined ? {} : { BRAWLER_TIMESTREAM_DATABASE: this.database }),
    };
  }

  grantRead(to: BrawlerFunction): void {
    const indexes = (METRICS_TABLE.indexes ?? []).map(({ name }) => name);
    allowReading(to, this.table, indexes);
    this.grantTimestream(to, ["timestream:Select"]);
  }

  grantWrite(to: BrawlerFunction): void {
    allowWriting(to, this.table);
    this.grantTimestream(to, ["timestream:WriteRecords"]);
  }

  private grantTimestream(to: BrawlerFunction, actions: readonly string[]): void {
    if (this.database === undefined) return;
    const { partition, region, account } = Stack.of(this);
    const database = `arn:${partition}:timestream:${region}:${account}:database/${this.database}`;
    to.allow(actions, ...TIMESTREAM_TABLES.map(({ name }) => `${database}/table/${name}`));
    to.allowBelow(
      ["timestream:DescribeEndpoints"],
      "*",
      "X-Ray and DescribeEndpoints know no resource-level permissions.",
    );
  }

  private makeTimestream(config: StageConfig, buckets: DataBuckets): string {
    const databaseName = `brawler_${config.stage.replaceAll("-", "_")}`;
    const database = new CfnDatabase(this, "Database", { databaseName });
    database.applyRemovalPolicy(RemovalPolicy.RETAIN);
    acknowledge(this, ...TIMESTREAM_FINDINGS);
    for (const definition of TIMESTREAM_TABLES) {
      this.makeTable(databaseName, definition, buckets).addResourceDependency(database);
    }
    return databaseName;
  }

  private makeTable(
    databaseName: string,
    { name, memoryHours, magneticDays }: TimestreamTable,
    { archive }: DataBuckets,
  ): CfnTable {
    const table = new CfnTable(this, `Table-${name}`, {
      databaseName,
      tableName: name,
      schema: {
        compositePartitionKey: [
          { type: "DIMENSION", name: PARTITION_DIMENSION, enforcementInRecord: "REQUIRED" },
        ],
      },
      retentionProperties: {
        MemoryStoreRetentionPeriodInHours: String(memoryHours),
        MagneticStoreRetentionPeriodInDays: String(magneticDays),
      },
      magneticStoreWriteProperties: {
        EnableMagneticStoreWrites: true,
        MagneticStoreRejectedDataLocation: {
          S3Configuration: {
            BucketName: archive.bucketName,
            ObjectKeyPrefix: ARCHIVE_PREFIX.rejected,
            EncryptionOption: "SSE_S3",
          },
        },
      },
    });
    table.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return table;
  }
}

const TIMESTREAM_FINDINGS = [
  {
    pack: "AwsSolutions",
    finding: "AwsSolutions-TS3",
    reason:
      "Timestream always encrypts; the key it manages itself is enough for figures of a simulated desk and costs nothing.",
  },
  {
    pack: "CloudFormation-Validate",
    finding: "W3697",
    reason:
      "Accounts that used Timestream for LiveAnalytics before 2025-06-20 may create its tables; the preflight finds the others and names -c store=dynamodb.",
  },
] as const;
