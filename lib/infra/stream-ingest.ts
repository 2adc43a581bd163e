import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { type CfnStream, Stream, StreamEncryption, StreamMode } from "aws-cdk-lib/aws-kinesis";
import { Construct } from "constructs";
import type { StageConfig } from "./stage-config.ts";

/** The way in: one stream, partitioned by instrument, kept for a week so that a blocked shard loses nothing. */
export class StreamIngest extends Construct {
  readonly stream: Stream;

  constructor(scope: Construct, id: string, { config }: { readonly config: StageConfig }) {
    super(scope, id);
    const onDemand = config.streamMode === "on-demand";
    this.stream = new Stream(this, "Stream", {
      retentionPeriod: Duration.days(7),
      encryption: StreamEncryption.MANAGED,
      // The archive holds what was folded; a stream that nobody reads would go on costing.
      removalPolicy: RemovalPolicy.DESTROY,
      ...(onDemand
        ? { streamMode: StreamMode.ON_DEMAND }
        : { streamMode: StreamMode.PROVISIONED, shardCount: config.shards }),
    });
    const raw = this.stream.node.defaultChild as CfnStream;
    // More would not fit into a function's payload beside other frames.
    raw.maxRecordSizeInKiB = 1024;
    // On demand, the service may otherwise ignore partition keys, and with them the order of an instrument's events.
    if (onDemand) raw.addPropertyOverride("RecordDistributionStrategy", "USER_PARTITION_KEY");
  }
}
