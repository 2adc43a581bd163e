import { ConditionalCheckFailedException, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { RefusedRow, UpsertOutcome } from "../../ports/metric-store.ts";
import { inParallel } from "./in-parallel.ts";
import { type Item, itemBytes } from "./item-bytes.ts";
import { attempt, type Table } from "./table.ts";

/** DynamoDB's own limit. */
const ITEM_BYTES_MAX = 400 * 1024;

/** One row to be written where none stands, or an older one. */
export interface Upsert {
  readonly item: Item;
  /** Under which the item replaces what stands; true where nothing stands. */
  readonly condition: {
    readonly ConditionExpression: string;
    readonly ExpressionAttributeNames?: Record<string, string>;
    readonly ExpressionAttributeValues: Item;
  };
  /** What it means that the condition did not hold for what stands. */
  readonly judge: (standing: Item) => "stale" | "conflicting";
  /** Names the row in messages. */
  readonly keyOf: () => string;
}

/**
 * Writes each row by itself, several at a time: no transaction, for the version of each row is condition enough. Rows of
 * one key are written one after the other, as they stand in the call.
 */
export async function upsertAll(table: Table, rows: readonly Upsert[]): Promise<UpsertOutcome> {
  const { fits = [], tooLarge = [] } = Object.groupBy(rows, ({ item }) =>
    itemBytes(item) <= ITEM_BYTES_MAX ? "fits" : "tooLarge",
  );
  const fates = (
    await inParallel([...byKey(fits).values()], async (ofKey) => {
      const found: RowFate[] = [];
      for (const row of ofKey) found.push({ row, fate: await put(table, row) });
      return found;
    })
  ).flat();
  const refused = tooLarge.map(refusedRow);
  return {
    written: fates.filter(({ fate }) => fate === "written").length,
    stale: fates.filter(({ fate }) => fate === "stale").length,
    conflicting: fates.filter(({ fate }) => fate === "conflicting").map(({ row }) => row.keyOf()),
    ...(refused.length > 0 && { refused }),
  };
}

interface RowFate {
  readonly row: Upsert;
  readonly fate: "written" | "stale" | "conflicting";
}

function byKey(rows: readonly Upsert[]): ReadonlyMap<string, readonly Upsert[]> {
  return Map.groupBy(rows, ({ item }) => `${item["pk"]?.S} ${item["sk"]?.S}`);
}

function refusedRow({ item, keyOf }: Upsert): RefusedRow {
  const reason = `it takes ${itemBytes(item)} bytes, and an item at most ${ITEM_BYTES_MAX}`;
  return { row: keyOf(), reason };
}

/** A put whose lost answer made the client send it again finds itself, and is stale: a success that changed nothing. */
async function put(table: Table, { item, condition, judge }: Upsert): Promise<RowFate["fate"]> {
  const command = new PutItemCommand({
    TableName: table.name,
    Item: item,
    ...condition,
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
  try {
    await attempt(table, "PutItem", () => table.client.send(command));
    return "written";
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return error.Item === undefined ? "stale" : judge(error.Item);
  }
}
