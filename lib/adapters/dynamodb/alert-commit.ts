import { setTimeout as sleep } from "node:timers/promises";
import {
  type CancellationReason,
  type Put,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import type { AlertCommitResult, AlertRecord, RefusedRecord } from "../../ports/alert-store.ts";
import { keyOf, toItem, toRecord } from "./alert-record-item.ts";
import { number } from "./attributes.ts";
import { DynamoDbError, type DynamoDbErrorKind } from "./dynamodb-error.ts";
import { attempt, getItems, type Table } from "./table.ts";

/** A transaction that meets another is cancelled; it is sent again so often, after a random wait that doubles. */
const TRIES_MAX = 8;
const WAIT_MS = 25;

/** Why a transaction is cancelled though each of its conditions may hold. */
const KIND_BY_CODE: Readonly<Record<string, DynamoDbErrorKind>> = {
  TransactionConflict: "contended",
  ProvisionedThroughputExceeded: "throttled",
  ThrottlingError: "throttled",
};

/**
 * Writes all records in one transaction, or none. The client's token makes an attempt whose answer was lost and that is
 * sent again the same attempt: it succeeds, where a second commit would be stale.
 */
export async function commitRecords(
  table: Table,
  records: readonly AlertRecord[],
): Promise<AlertCommitResult> {
  for (let tries = 1; ; tries += 1) {
    const cancelled = await transact(table, records);
    if (cancelled === undefined) return { outcome: "committed" };
    const reasons = cancelled.CancellationReasons ?? [];
    if (reasons.some(hasFailed)) {
      return { outcome: "stale", refused: await refusedOf(table, records, reasons) };
    }
    if (tries === TRIES_MAX || !isPassing(reasons)) throw explain(table, cancelled, reasons);
    await sleep(Math.random() * WAIT_MS * 2 ** tries);
  }
}

async function transact(
  table: Table,
  records: readonly AlertRecord[],
): Promise<TransactionCanceledException | undefined> {
  const command = new TransactWriteItemsCommand({
    TransactItems: records.map((record) => ({ Put: putOf(table, record) })),
  });
  try {
    await attempt(table, "TransactWriteItems", () => table.client.send(command));
    return undefined;
  } catch (error) {
    if (error instanceof TransactionCanceledException) return error;
    throw error;
  }
}

function putOf(table: Table, record: AlertRecord): Put {
  return {
    TableName: table.name,
    Item: toItem(record),
    ...(record.version === 1
      ? { ConditionExpression: "attribute_not_exists(pk)" }
      : {
          ConditionExpression: "version = :previous",
          ExpressionAttributeValues: { ":previous": number(record.version - 1) },
        }),
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
}

/** Those whose condition failed, by the answer itself, and those that DynamoDB did not get to, as they stand now. */
async function refusedOf(
  table: Table,
  records: readonly AlertRecord[],
  reasons: readonly CancellationReason[],
): Promise<readonly RefusedRecord[]> {
  const untold = records.filter((_, at) => !hasFailed(reasons[at]));
  const items = await getItems(table, untold.map(keyOf), { ConsistentRead: true });
  const standingByKey = new Map(items.map((item) => [item["pk"]?.S, toRecord(table, item)]));
  return records.flatMap((record, at) => {
    const reason = reasons[at];
    if (hasFailed(reason)) {
      const standing = reason?.Item === undefined ? undefined : toRecord(table, reason.Item);
      return [{ record, standing }];
    }
    const standing = standingByKey.get(keyOf(record)["pk"]?.S);
    return record.version === (standing?.version ?? 0) + 1 ? [] : [{ record, standing }];
  });
}

function hasFailed(reason: CancellationReason | undefined): boolean {
  return reason?.Code === "ConditionalCheckFailed";
}

function isPassing(reasons: readonly CancellationReason[]): boolean {
  const codes = reasons.map(({ Code = "None" }) => Code).filter((code) => code !== "None");
  return codes.length > 0 && codes.every((code) => Object.hasOwn(KIND_BY_CODE, code));
}

function explain(
  table: Table,
  cause: TransactionCanceledException,
  reasons: readonly CancellationReason[],
): DynamoDbError {
  const codes = [...new Set(reasons.map(({ Code = "None" }) => Code))].filter(
    (code) => code !== "None",
  );
  const kind = KIND_BY_CODE[codes[0] ?? ""] ?? "refused";
  const advice =
    kind === "refused"
      ? "it is not what this version writes, and will not pass when it is sent again"
      : `so in ${TRIES_MAX} tries; it can be sent again`;
  return new DynamoDbError(kind, table, {
    message: `TransactWriteItems on table ${table.name} was cancelled (${codes.join(", ")}), nothing was written: ${advice}`,
    cause,
  });
}
