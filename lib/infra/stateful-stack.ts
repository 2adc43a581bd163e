/**
 * What must outlive any deployment: the stream, the stores, the archive, the users. Its logical ids are pinned by a
 * test, because a moved id is a new, empty resource.
 */
import { Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { DataBuckets } from "./data-buckets.ts";
import { DeskUsers } from "./desk-users.ts";
import { MetricStorage } from "./metric-storage.ts";
import type { StageConfig } from "./stage-config.ts";
import { StateTables } from "./state-tables.ts";
import { StreamIngest } from "./stream-ingest.ts";

export interface StatefulStackProps extends StackProps {
  readonly config: StageConfig;
}

export class StatefulStack extends Stack {
  readonly ingest: StreamIngest;
  readonly buckets: DataBuckets;
  readonly tables: StateTables;
  readonly metrics: MetricStorage;
  readonly users: DeskUsers;

  constructor(scope: Construct, id: string, props: StatefulStackProps) {
    super(scope, id, props);
    const { config } = props;
    this.ingest = new StreamIngest(this, "Ingest", { config });
    this.buckets = new DataBuckets(this, "Buckets");
    this.tables = new StateTables(this, "Tables");
    this.metrics = new MetricStorage(this, "Metrics", { config, buckets: this.buckets });
    this.users = new DeskUsers(this, "Users", { config });
  }
}
