import { RemovalPolicy } from "aws-cdk-lib";
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  TableEncryption,
} from "aws-cdk-lib/aws-dynamodb";
import { Construct } from "constructs";
import {
  ALERTS_TABLE,
  ANALYSIS_TABLE,
  type KeyAttribute,
  STATE_TABLE,
  type TableDefinition,
} from "../adapters/dynamodb/tables.ts";

/** One table a port: the folds' states, analyses, alerts. */
export class StateTables extends Construct {
  readonly state: Table;
  readonly analysis: Table;
  readonly alerts: Table;
  /** Names of the alerts table's indexes. */
  readonly alertIndexes = (ALERTS_TABLE.indexes ?? []).map(({ name }) => name);

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.state = durableTable(this, "State", STATE_TABLE);
    this.analysis = durableTable(this, "Analysis", ANALYSIS_TABLE);
    this.alerts = durableTable(this, "Alerts", ALERTS_TABLE);
  }
}

/** The table that the adapter expects: by the request, recoverable to any second, never deleted by a deployment. */
export function durableTable(scope: Construct, id: string, definition: TableDefinition): Table {
  const { partitionKey, sortKey, indexes = [], timeToLive } = definition;
  const table = new Table(scope, id, {
    partitionKey: attribute(partitionKey),
    ...(sortKey === undefined ? {} : { sortKey: attribute(sortKey) }),
    ...(timeToLive === undefined ? {} : { timeToLiveAttribute: timeToLive }),
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.AWS_MANAGED,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  for (const index of indexes) {
    table.addGlobalSecondaryIndex({
      indexName: index.name,
      partitionKey: attribute(index.partitionKey),
      sortKey: attribute(index.sortKey),
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }
  return table;
}

function attribute({ name, type }: KeyAttribute) {
  return { name, type: type === "S" ? AttributeType.STRING : AttributeType.NUMBER };
}
