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
