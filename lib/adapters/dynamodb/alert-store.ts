import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
} from "@aws-sdk/client-dynamodb";
import type {
  AlertPage,
  AlertRange,
  AlertRecord,
  AlertRecordKey,
  AlertStore,
} from "../../ports/alert-store.ts";
import { decodeCursor, encodeCursor } from "../../ports/page-cursor.ts";
import { requireCommit } from "../../ports/require-commit.ts";
import { requireLimit } from "../../ports/require-count.ts";
import { commitRecords } from "./alert-commit.ts";
import { childrenOf, keyOf, toRecord } from "./alert-record-item.ts";
import { number } from "./attributes.ts";
import { byCodePoint } from "./code-point-order.ts";
import { inParallel } from "./in-parallel.ts";
import { indexedRows } from "./indexed-rows.ts";
import type { Item } from "./item-bytes.ts";
import { pageOf } from "./ordered-streams.ts";
import { attempt, query, type Table } from "./table.ts";
import { ALERTS_BY_PARENT, ALERTS_BY_TIME, ALERTS_OPEN, type IndexDefinition } from "./tables.ts";

/** One of the two lists: which index it reads, where in it, and by which time it is ordered. */
interface List {
  readonly name: "time" | "openAt";
  readonly index: IndexDefinition;
  readonly partition: string;
}

/**
 * One item a record. What changes together is one transaction; lists are read through indexes that hold keys alone, so
 * that a record which changes but keeps its times writes none of them.
 */
export function dynamoDbAlertStore(table: Table): AlertStore {
  async function find(key: AlertRecordKey): Promise<AlertRecord | undefined> {
    const { Item: found } = await attempt(table, "GetItem", () =>
      table.client.send(
        new GetItemCommand({ TableName: table.name, Key: keyOf(key), ConsistentRead: true }),
      ),
    );
    return found === undefined ? undefined : toRecord(table, found);
  }

  return {
    async commit(records) {
      requireCommit(records);
      return records.length === 0 ? { outcome: "committed" } : commitRecords(table, records);
    },
    find,
    list: async (range) => page(table, range, timeList(range)),
    open: async (range) =>
      page(table, range, { name: "openAt", index: ALERTS_OPEN, partition: range.type }),
    async deleteBefore(type, time) {
      if (time <= 0) return 0;
      const keys: Item[] = [];
      const items = query(table, {
        IndexName: ALERTS_BY_TIME.name,
        KeyConditionExpression: "#type = :type AND #time < :time",
        ExpressionAttributeNames: { "#type": "type", "#time": "time" },
        ExpressionAttributeValues: { ":type": { S: type }, ":time": number(Math.ceil(time)) },
        ProjectionExpression: "pk",
      });
      for await (const item of items) keys.push(item);
      const deleted = await inParallel(keys, (key) => deleteIfDone(table, key, time));
      return deleted.filter(Boolean).length;
    },
  };
}

function timeList({ type, parent }: AlertRange): List {
  return parent === undefined
    ? { name: "time", index: ALERTS_BY_TIME, partition: type }
    : { name: "time", index: ALERTS_BY_PARENT, partition: childrenOf(type, parent) };
}

async function page(table: Table, range: AlertRange, list: List): Promise<AlertPage> {
  requireLimit(range.limit);
  const order = range.order ?? "asc";
  const sign = order === "asc" ? 1 : -1;
  const timeOf = (record: AlertRecord) => record[list.name] ?? 0;
  const after = range.cursor === undefined ? undefined : positionOf(range, list, range.cursor);
  const stream = indexedRows(
    table,
    {
      index: list.index.name,
      partition: { attribute: list.index.partitionKey.name, value: list.partition },
      sortedBy: list.index.sortKey.name,
      ...remaining(range, order, after?.time),
      order,
      pageSize: range.limit + 1,
    },
    (item) => toRecord(table, item),
    (a, b) => sign * byCodePoint(a.id, b.id),
  );
  const isAsked = (record: AlertRecord) =>
    (range.parent ?? record.parent) === record.parent &&
    (after === undefined ||
      sign * (timeOf(record) - after.time || byCodePoint(record.id, after.id)) > 0);
  const { rows, lastOfMore: last } = await pageOf(stream, range.limit, isAsked);
  const cursor =
    last === undefined ? undefined : encodeCursor(listName(range, list), [timeOf(last), last.id]);
  return { records: rows, cursor };
}

function positionOf(
  range: AlertRange,
  list: List,
  cursor: string,
): { readonly time: number; readonly id: string } {
  const [time, id] = decodeCursor(listName(range, list), ["count", "text"], cursor);
  return { time, id };
}

/** A cursor of one list is none of another. */
function listName({ type, order = "asc" }: AlertRange, { name }: List): string {
  return `${type} ${name} ${order}`;
}

/** What of the range may lie beyond the cursor: the instant of the cursor itself still does, in part. */
function remaining(
  { from, to }: AlertRange,
  order: "asc" | "desc",
  after: number | undefined,
): { readonly from: number; readonly to: number } {
  if (after === undefined) return { from, to };
  return order === "asc"
    ? { from: Math.max(from, after), to }
    : { from, to: Math.min(to, after + 1) };
}

/** Deletes a record unless it was opened or moved meanwhile. */
async function deleteIfDone(table: Table, key: Item, time: number): Promise<boolean> {
  const command = new DeleteItemCommand({
    TableName: table.name,
    Key: key,
    ConditionExpression: "#time < :time AND attribute_not_exists(openAt)",
    ExpressionAttributeNames: { "#time": "time" },
    ExpressionAttributeValues: { ":time": number(Math.ceil(time)) },
  });
  try {
    await attempt(table, "DeleteItem", () => table.client.send(command));
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
