/** Partitions whose items are sorted by a count, and what may be asked of one. */
import type { QueryCommandInput } from "@aws-sdk/client-dynamodb";
import type { Item } from "./item-bytes.ts";
import { deleteItems, query, type Table } from "./table.ts";

/** Sorts after everything that begins with the same digits. */
const AFTER_ALL = "~~";

type KeyCondition = Pick<QueryCommandInput, "KeyConditionExpression" | "ExpressionAttributeValues">;

/** A whole number from 0, in as many digits as the largest has: texts sort as the numbers do. */
export function sortable(count: number): string {
  return String(Math.min(Math.ceil(count), Number.MAX_SAFE_INTEGER)).padStart(16, "0");
}

/** Whether a half-open range can hold a count. */
export function isEmptyRange({
  from,
  to,
}: {
  readonly from: number;
  readonly to: number;
}): boolean {
  return to <= Math.max(0, from);
}

/** What lies in a half-open range that is not empty. */
export function within(
  partition: string,
  { from, to }: { readonly from: number; readonly to: number },
): KeyCondition {
  return {
    KeyConditionExpression: "pk = :partition AND sk BETWEEN :from AND :to",
    ExpressionAttributeValues: {
      ":partition": { S: partition },
      ":from": { S: sortable(Math.max(0, from)) },
      ":to": { S: sortable(to - 1) + AFTER_ALL },
    },
  };
}

/** What lies strictly before. */
export function before(partition: string, count: number): KeyCondition {
  return {
    KeyConditionExpression: "pk = :partition AND sk < :before",
    ExpressionAttributeValues: {
      ":partition": { S: partition },
      ":before": { S: sortable(Math.max(0, count)) },
    },
  };
}

/** All of it. */
export function whole(partition: string): KeyCondition {
  return {
    KeyConditionExpression: "pk = :partition",
    ExpressionAttributeValues: { ":partition": { S: partition } },
  };
}

/** Deletes what lies strictly before; returns how many items that were. */
export async function deleteBefore(
  table: Table,
  partition: string,
  count: number,
): Promise<number> {
  const keys: Item[] = [];
  const items = query(table, { ...before(partition, count), ProjectionExpression: "pk, sk" });
  for await (const item of items) keys.push(item);
  await deleteItems(table, keys);
  return keys.length;
}
