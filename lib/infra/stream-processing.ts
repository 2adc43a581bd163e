import { Duration } from "aws-cdk-lib";
import { MetricType, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { KinesisEventSource, S3OnFailureDestination } from "aws-cdk-lib/aws-lambda-event-sources";
import { Construct } from "constructs";
import { BrawlerFunction, NO_DEAD_LETTERS } from "./brawler-function.ts";
import { ARCHIVE_PREFIX } from "./data-buckets.ts";
import { RESERVED } from "./reserved-concurrency.ts";
import { hourly, minutely } from "./schedules.ts";
import type { StageConfig } from "./stage-config.ts";
import type { StatefulStack } from "./stateful-stack.ts";
import { pipelineAccess } from "./store-access.ts";

export interface StreamProcessingProps {
  readonly config: StageConfig;
  readonly stateful: StatefulStack;
}

/** From the stream to committed states and stored rows, and those that repair: sweeper, redrive and restate. */
export class StreamProcessing extends Construct {
  readonly processor: BrawlerFunction;
  readonly sweeper: BrawlerFunction;
  readonly redrive: BrawlerFunction;
  readonly restate: BrawlerFunction;
  /** Absent where other producers feed the stream. */
  readonly brawler: BrawlerFunction | undefined;

  constructor(scope: Construct, id: string, { config, stateful }: StreamProcessingProps) {
    super(scope, id);
    this.processor = this.makeProcessor(config, stateful);
    this.sweeper = new BrawlerFunction(this, "Sweeper", {
      config,
      name: "sweeper",
      withoutDeadLetters: NO_DEAD_LETTERS.clock,
      description: "Writes rows that a committed state still owes after a crash",
      environment: pipelineAccess.environment(stateful),
      memoryMb: 512,
      concurrency: RESERVED.sweeper,
    });
    pipelineAccess.grant(this.sweeper, stateful);
    minutely(this, "EachMinute", this.sweeper);
    this.redrive = this.makeRedrive(config, stateful);
    this.restate = this.makeRestate(config, stateful);
    this.brawler = config.mock === undefined ? undefined : this.makeBrawler(config, stateful);
  }

  private makeProcessor(config: StageConfig, stateful: StatefulStack): BrawlerFunction {
    const { stream } = stateful.ingest;
    const { archive } = stateful.buckets;
    const processor = new BrawlerFunction(this, "Processor", {
      config,
      name: "stream-processor",
      withoutDeadLetters: NO_DEAD_LETTERS.mapping,
      description: "Folds events into figures: archive, commit, flush, once each",
      environment: {
        ...pipelineAccess.environment(stateful),
        BRAWLER_ARCHIVE_BUCKET: archive.bucketName,
      },
      memoryMb: 1_769,
      timeout: Duration.minutes(2),
    });
    pipelineAccess.grant(processor, stateful);
    for (const prefix of [
      ARCHIVE_PREFIX.raw,
      ARCHIVE_PREFIX.quarantine,
      ARCHIVE_PREFIX.onFailure,
    ]) {
      processor.allowBelow(["s3:PutObject"], archive.arnForObjects(`${prefix}*`), BELOW_PREFIX);
    }
    // The mapping checks with it that its on-failure destination is there.
    processor.allow(["s3:ListBucket"], archive.bucketArn);
    processor.allow(READ_STREAM, stream.streamArn);
    const source = new KinesisEventSource(stream, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 500,
      maxBatchingWindow: Duration.seconds(config.commitWindowSeconds),
      parallelizationFactor: 1,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      // A ledger prefers a blocked shard with an alarm to a silent gap: no limit on retries, a day less than retention.
      maxRecordAge: Duration.days(6),
      onFailure: new S3OnFailureDestination(archive),
      metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
    });
    processor.function.addEventSource(source);
    return processor;
  }

  private makeRedrive(config: StageConfig, stateful: StatefulStack): BrawlerFunction {
    const { archive } = stateful.buckets;
    const redrive = new BrawlerFunction(this, "Redrive", {
      config,
      name: "redrive",
      withoutDeadLetters: NO_DEAD_LETTERS.caller,
      description: "Takes batches that the mapping gave up on through the pipeline again, by hand",
      environment: {
        ...pipelineAccess.environment(stateful),
        BRAWLER_ARCHIVE_BUCKET: archive.bucketName,
      },
      memoryMb: 1_769,
      timeout: Duration.minutes(15),
      concurrency: RESERVED.redrive,
    });
    pipelineAccess.grant(redrive, stateful);
    const failed = archive.arnForObjects(`${ARCHIVE_PREFIX.onFailure}*`);
    redrive.allowBelow(["s3:DeleteObject", "s3:GetObject"], failed, BELOW_PREFIX);
    for (const prefix of [ARCHIVE_PREFIX.raw, ARCHIVE_PREFIX.quarantine]) {
      redrive.allowBelow(["s3:PutObject"], archive.arnForObjects(`${prefix}*`), BELOW_PREFIX);
    }
    redrive.allow(["s3:ListBucket"], archive.bucketArn);
    return redrive;
  }

  private makeRestate(config: StageConfig, stateful: StatefulStack): BrawlerFunction {
    const { archive } = stateful.buckets;
    const restate = new BrawlerFunction(this, "Restate", {
      config,
      name: "restate",
      withoutDeadLetters: NO_DEAD_LETTERS.clock,
      description:
        "Folds the archive anew where a bust or a correction changed the past, or by hand",
      environment: {
        ...pipelineAccess.environment(stateful),
        BRAWLER_ARCHIVE_BUCKET: archive.bucketName,
      },
      memoryMb: 1_769,
      // Rows of the instruments that are folded, until they are written.
      temporaryMb: 2_048,
      timeout: Duration.minutes(15),
      // A quarter of an hour's work: what failed is tried again when its hour comes.
      retries: 0,
      concurrency: RESERVED.restate,
    });
    pipelineAccess.grant(restate, stateful);
    const raw = archive.arnForObjects(`${ARCHIVE_PREFIX.raw}*`);
    restate.allowBelow(["s3:GetObject"], raw, BELOW_PREFIX);
    const quarantine = archive.arnForObjects(`${ARCHIVE_PREFIX.quarantine}*`);
    restate.allowBelow(["s3:PutObject"], quarantine, BELOW_PREFIX);
    restate.allow(["s3:ListBucket"], archive.bucketArn);
    hourly(this, "RestateEachHour", restate);
    return restate;
  }

  private makeBrawler(config: StageConfig, { ingest, tables }: StatefulStack): BrawlerFunction {
    const brawler = new BrawlerFunction(this, "Brawler", {
      config,
      name: "mock-brawler",
      withoutDeadLetters: NO_DEAD_LETTERS.clock,
      description: "The simulated market maker: a minute of events, paced over the minute",
      environment: {
        BRAWLER_STREAM: ingest.stream.streamName,
        BRAWLER_STATE_TABLE: tables.state.tableName,
        BRAWLER_MOCK: JSON.stringify(config.mock),
      },
      timeout: Duration.seconds(90),
      concurrency: RESERVED["mock-brawler"],
    });
    brawler.allow(["kinesis:PutRecords"], ingest.stream.streamArn);
    brawler.allow(["dynamodb:GetItem", "dynamodb:PutItem"], tables.state.tableArn);
    minutely(this, "BrawlerEachMinute", brawler);
    return brawler;
  }
}

const BELOW_PREFIX =
  "Objects are named by time and sequence; the prefix is as narrow as can be told beforehand.";

const READ_STREAM = [
  "kinesis:DescribeStream",
  "kinesis:DescribeStreamSummary",
  "kinesis:GetRecords",
  "kinesis:GetShardIterator",
  "kinesis:ListShards",
];
