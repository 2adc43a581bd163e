/** What a function may do with the stores, and how it finds them. */
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { BrawlerFunction } from "./brawler-function.ts";
import type { StatefulStack } from "./stateful-stack.ts";

export interface StoreAccess {
  environment(stateful: StatefulStack): Readonly<Record<string, string>>;
  grant(to: BrawlerFunction, stateful: StatefulStack): void;
}

const READ_ITEMS = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"];
const WRITE_ITEMS = ["dynamodb:PutItem", "dynamodb:UpdateItem"];

/** Reads a table's items, and its indexes. */
export function allowReading(to: BrawlerFunction, table: Table, indexes: readonly string[]): void {
  to.allow(READ_ITEMS, table.tableArn);
  if (indexes.length > 0) {
    to.allow(["dynamodb:Query"], ...indexes.map((name) => `${table.tableArn}/index/${name}`));
  }
}

export function allowWriting(to: BrawlerFunction, table: Table): void {
  to.allow(WRITE_ITEMS, table.tableArn);
}

/** Commits states and writes rows; reads what it has written. */
export const pipelineAccess: StoreAccess = {
  environment: ({ tables, metrics }) => ({
    BRAWLER_STATE_TABLE: tables.state.tableName,
    ...metrics.environment,
  }),
  grant: (to, { tables, metrics }) => {
    to.allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"], tables.state.tableArn);
    metrics.grantRead(to);
    metrics.grantWrite(to);
  },
};

/** Looks at states and rows, and changes nothing. */
export const readAccess: StoreAccess = {
  environment: ({ tables, metrics }) => ({
    BRAWLER_STATE_TABLE: tables.state.tableName,
    ...metrics.environment,
  }),
  grant: (to, { tables, metrics }) => {
    to.allow(["dynamodb:GetItem", "dynamodb:Scan"], tables.state.tableArn);
    metrics.grantRead(to);
  },
};

/** Documents of analyses, read only. */
export const analysisReading: StoreAccess = {
  environment: ({ tables }) => ({ BRAWLER_ANALYSIS_TABLE: tables.analysis.tableName }),
  grant: (to, { tables }) => allowReading(to, tables.analysis, []),
};

/** Documents of analyses, read and written. */
export const analysisAccess: StoreAccess = {
  environment: analysisReading.environment,
  grant: (to, { tables }) => {
    allowReading(to, tables.analysis, []);
    allowWriting(to, tables.analysis);
  },
};

/** Rules, episodes and the outbox, read and written together. */
export const alertAccess: StoreAccess = {
  environment: ({ tables }) => ({ BRAWLER_ALERTS_TABLE: tables.alerts.tableName }),
  grant: (to, { tables }) => {
    allowReading(to, tables.alerts, tables.alertIndexes);
    allowWriting(to, tables.alerts);
  },
};
