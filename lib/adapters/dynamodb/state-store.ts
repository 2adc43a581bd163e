import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { EpochUs } from "../../core/units.ts";
import type {
  CommitResult,
  StateKey,
  StateSnapshot,
  StateStore,
  StateSummary,
} from "../../ports/state-store.ts";
import { names, number, readNames, readNumber, readPacked } from "./attributes.ts";
import { byCodePoint } from "./code-point-order.ts";
import { DynamoDbError } from "./dynamodb-error.ts";
import { type Item, itemBytes } from "./item-bytes.ts";
import { keyText } from "./key-text.ts";
import { packText } from "./packed-text.ts";
import { attempt, scan, type Table } from "./table.ts";

/** From here on a snapshot is large: every commit pays for each of its kilobytes. Wire it to an alarm. */
export const LARGE_STATE_BYTES = 64 * 1024;
/** From here on a commit is refused: DynamoDB takes 400 KB, and what is owed has to fit in before that. */
const REFUSED_STATE_BYTES = 300 * 1024;

/** How large a snapshot is as DynamoDB counts it. */
export interface StateSize {
  readonly key: StateKey;
  readonly bytes: number;
  /** At or over `LARGE_STATE_BYTES`. */
  readonly isLarge: boolean;
}

export interface StateStoreOptions extends Table {
  /** Told of every commit before it is sent. */
  readonly onSize?: (size: StateSize) => void;
}

type Expected = Parameters<StateStore["commit"]>[1];

const NAMES = "#names";

/** The committed snapshots in one table, an item for each (account, instrument), replaced by conditional puts. */
export function dynamoDbStateStore(options: StateStoreOptions): StateStore {
  const { client, name } = options;

  async function load(key: StateKey): Promise<StateSnapshot | undefined> {
    const { Item: found } = await attempt(options, "GetItem", () =>
      client.send(
        new GetItemCommand({ TableName: name, Key: { pk: pkOf(key) }, ConsistentRead: true }),
      ),
    );
    return found === undefined ? undefined : toSnapshot(options, found);
  }

  /**
   * A put whose answer was lost is sent again by the client, and then fails on what it wrote itself: `stale`, with our
   * own snapshot as the current one. The caller starts again from it and sees its events as duplicates.
   */
  async function commit(
    key: StateKey,
    expected: Expected,
    next: StateSnapshot,
  ): Promise<CommitResult> {
    const item = toItem(key, next);
    measure(options, key, itemBytes(item));
    const put = new PutItemCommand({
      TableName: name,
      Item: item,
      ...conditionOn(expected),
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    try {
      await attempt(options, "PutItem", () => client.send(put));
      return { outcome: "committed" };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const current = error.Item === undefined ? undefined : toSnapshot(options, error.Item);
      return { outcome: "stale", current };
    }
  }

  async function keys(): Promise<readonly StateKey[]> {
    const found: StateKey[] = [];
    const items = scan(options, {
      ConsistentRead: true,
      ProjectionExpression: NAMES,
      ExpressionAttributeNames: { [NAMES]: "names" },
    });
    for await (const item of items) found.push(keyOf(options, item));
    return found.sort(byName);
  }

  /** Half the price of a consistent scan; they may lag by a moment. */
  async function summaries(): Promise<readonly StateSummary[]> {
    const found: StateSummary[] = [];
    const items = scan(options, {
      ProjectionExpression: `${NAMES}, epoch, gen, summary`,
      ExpressionAttributeNames: { [NAMES]: "names" },
    });
    for await (const item of items) found.push(toSummary(options, item));
    return found.sort(byName);
  }

  /** A scan, not an index: see docs/explanation/decisions/0024-no-index-of-what-is-owed.md. */
  async function owing(before: EpochUs, limit: number): Promise<readonly StateKey[]> {
    const found: { readonly key: StateKey; readonly since: number }[] = [];
    const items = scan(options, {
      ProjectionExpression: `${NAMES}, dirtySince`,
      FilterExpression: "dirtySince < :before",
      ExpressionAttributeNames: { [NAMES]: "names" },
      ExpressionAttributeValues: { ":before": number(before) },
    });
    for await (const item of items) {
      found.push({ key: keyOf(options, item), since: readNumber(options, item, "dirtySince") });
    }
    found.sort((a, b) => a.since - b.since || byName(a.key, b.key));
    return found.slice(0, limit).map(({ key }) => key);
  }

  return { load, commit, keys, summaries, owing };
}

function pkOf({ account, instrument }: StateKey): { readonly S: string } {
  return { S: keyText(account, instrument) };
}

function toItem(key: StateKey, { epoch, gen, body, summary, dirtySince }: StateSnapshot): Item {
  return {
    pk: pkOf(key),
    names: names(key.account, key.instrument),
    epoch: number(epoch),
    gen: number(gen),
    body: { B: packText(body) },
    summary: { B: packText(summary) },
    ...(dirtySince !== undefined && { dirtySince: number(dirtySince) }),
  };
}

function toSnapshot(table: Table, item: Item): StateSnapshot {
  const { epoch, gen, summary } = toSummary(table, item);
  const snapshot = { epoch, gen, body: readPacked(table, item, "body"), summary };
  if (item["dirtySince"] === undefined) return snapshot;
  return { ...snapshot, dirtySince: readNumber(table, item, "dirtySince") as EpochUs };
}

function toSummary(table: Table, item: Item): StateSummary {
  return {
    ...keyOf(table, item),
    epoch: readNumber(table, item, "epoch"),
    gen: readNumber(table, item, "gen"),
    summary: readPacked(table, item, "summary"),
  };
}

function keyOf(table: Table, item: Item): StateKey {
  const [account = "", instrument = ""] = readNames(table, item);
  return { account, instrument };
}

function conditionOn(
  expected: Expected,
): Pick<PutItemCommand["input"], "ConditionExpression" | "ExpressionAttributeValues"> {
  if (expected === undefined) return { ConditionExpression: "attribute_not_exists(pk)" };
  return {
    ConditionExpression: "epoch = :epoch AND gen = :gen",
    ExpressionAttributeValues: {
      ":epoch": number(expected.epoch),
      ":gen": number(expected.gen),
    },
  };
}

/** @throws {DynamoDbError} `too-large` */
function measure({ name, onSize }: StateStoreOptions, key: StateKey, bytes: number): void {
  onSize?.({ key, bytes, isLarge: bytes >= LARGE_STATE_BYTES });
  if (bytes < REFUSED_STATE_BYTES) return;
  throw new DynamoDbError(
    "too-large",
    { name },
    {
      message: `The snapshot of ${JSON.stringify(key)} takes ${bytes} bytes in table ${name}, and ${REFUSED_STATE_BYTES} or more are refused: it holds too many unsettled trades or open buckets. Nothing was written; shorten the longest horizon, or split the instrument's events over several accounts`,
    },
  );
}

function byName(a: StateKey, b: StateKey): number {
  return byCodePoint(a.account, b.account) || byCodePoint(a.instrument, b.instrument);
}
