/** The tables, as data: the deployment and the tests create the same ones. One table a port. */

export interface KeyAttribute {
  readonly name: string;
  /** S: text; N: number. */
  readonly type: "S" | "N";
}

/** Holds the keys of those items that have both of its attributes; the items themselves are read from the table. */
export interface IndexDefinition {
  readonly name: string;
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute;
}

export interface TableDefinition {
  /** What the table is called after the deployment's own prefix. */
  readonly name: string;
  readonly partitionKey: KeyAttribute;
  readonly sortKey?: KeyAttribute;
  readonly indexes?: readonly IndexDefinition[];
  /** Holds the second after which DynamoDB may delete an item. */
  readonly timeToLive?: string;
}

/** One item for each (account, instrument): its committed snapshot. */
export const STATE_TABLE: TableDefinition = {
  name: "state",
  partitionKey: { name: "pk", type: "S" },
};

export const TRADES_BY_TIME: IndexDefinition = {
  name: "trades-by-time",
  partitionKey: { name: "series", type: "S" },
  sortKey: { name: "tradeTime", type: "N" },
};

/** Rollups, trades and the directory of series. */
export const METRICS_TABLE: TableDefinition = {
  name: "metrics",
  partitionKey: { name: "pk", type: "S" },
  sortKey: { name: "sk", type: "S" },
  indexes: [TRADES_BY_TIME],
  timeToLive: "expiresAt",
};

/** Documents of analyses, and the directory of whose there are. */
export const ANALYSIS_TABLE: TableDefinition = {
  name: "analysis",
  partitionKey: { name: "pk", type: "S" },
  sortKey: { name: "sk", type: "S" },
};

export const ALERTS_BY_TIME: IndexDefinition = {
  name: "alerts-by-time",
  partitionKey: { name: "type", type: "S" },
  sortKey: { name: "time", type: "N" },
};

export const ALERTS_BY_PARENT: IndexDefinition = {
  name: "alerts-by-parent",
  partitionKey: { name: "child", type: "S" },
  sortKey: { name: "time", type: "N" },
};

/** Holds only what is open. */
export const ALERTS_OPEN: IndexDefinition = {
  name: "alerts-open",
  partitionKey: { name: "openType", type: "S" },
  sortKey: { name: "openAt", type: "N" },
};

/** One item for each record of alerting. */
export const ALERTS_TABLE: TableDefinition = {
  name: "alerts",
  partitionKey: { name: "pk", type: "S" },
  indexes: [ALERTS_BY_TIME, ALERTS_BY_PARENT, ALERTS_OPEN],
};
