/** The tables, as data: the deployment and the tests create the same ones. One table a port. */

export interface KeyAttribute {
  readonly name: string;
  /** S: text; N: number. */
  readonly type: "S" | "N";
}

export interface TableDefinition {
  /** What the table is called after the deployment's own prefix. */
  readonly name: string;
  readonly partitionKey: KeyAttribute;
  readonly sortKey?: KeyAttribute;
  /** Holds the second after which DynamoDB may delete an item. */
  readonly timeToLive?: string;
}

/** One item for each (account, instrument): its committed snapshot. */
export const STATE_TABLE: TableDefinition = {
  name: "state",
  partitionKey: { name: "pk", type: "S" },
};
