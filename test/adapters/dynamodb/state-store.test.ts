/** The requests the state store sends, to the last field, and what it makes of every answer. The contract runs on an emulator. */
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import "aws-sdk-client-mock-vitest/extend";
import type { DynamoDbError } from "../../../lib/adapters/dynamodb/dynamodb-error.ts";
import { packText } from "../../../lib/adapters/dynamodb/packed-text.ts";
import {
  dynamoDbStateStore,
  LARGE_STATE_BYTES,
  type StateSize,
} from "../../../lib/adapters/dynamodb/state-store.ts";
import type { EpochUs } from "../../../lib/core/units.ts";
import { incompressible } from "./incompressible.ts";

const BTC = { account: "main", instrument: "BTC-PERP" };
const PK = { S: "main#BTC-PERP" };
const NAMES = { S: '["main","BTC-PERP"]' };
const SNAPSHOT = { epoch: 2, gen: 5, body: "the state", summary: "its summary" };
const ITEM = {
  pk: PK,
  names: NAMES,
  epoch: { N: "2" },
  gen: { N: "5" },
  body: { B: packText("the state") },
  summary: { B: packText("its summary") },
};
const METADATA = { $metadata: {} };

const aws = mockClient(DynamoDBClient);
const sizes: StateSize[] = [];
const store = dynamoDbStateStore({
  client: new DynamoDBClient({ region: "eu-west-1" }),
  name: "prod-state",
  onSize: (size) => sizes.push(size),
});

beforeEach(() => {
  aws.reset();
  sizes.length = 0;
});
afterEach(() => aws.reset());

describe("load", () => {
  it("reads the one item consistently", async () => {
    aws.on(GetItemCommand).resolves({ Item: { ...ITEM, dirtySince: { N: "7" } } });
    expect(await store.load(BTC)).toEqual({ ...SNAPSHOT, dirtySince: 7 });
    expect(aws).toHaveReceivedCommandExactlyOnceWith(GetItemCommand, {
      TableName: "prod-state",
      Key: { pk: PK },
      ConsistentRead: true,
    });
  });

  it.each([
    { item: { pk: PK, names: NAMES }, when: "holds no snapshot" },
    { item: { ...ITEM, body: { B: Uint8Array.of(9) } }, when: "is packed in an unknown way" },
    { item: { ...ITEM, body: { B: Uint8Array.of(1, 255) } }, when: "is cut off" },
  ])("says that an item $when is damaged, and how to mend it", async ({ item }) => {
    aws.on(GetItemCommand).resolves({ Item: item });
    await expect(store.load(BTC)).rejects.toMatchObject({
      kind: "damaged",
      isTransient: false,
      message: expect.stringContaining("rebuild"),
    });
  });
});

describe("commit", () => {
  it("puts a first snapshot only where none stands", async () => {
    aws.on(PutItemCommand).resolves({});
    expect(await store.commit(BTC, undefined, SNAPSHOT)).toEqual({ outcome: "committed" });
    expect(aws).toHaveReceivedCommandExactlyOnceWith(PutItemCommand, {
      TableName: "prod-state",
      Item: ITEM,
      ConditionExpression: "attribute_not_exists(pk)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  });

  it("puts a further one only on the epoch and gen that was read, with since when it owes", async () => {
    aws.on(PutItemCommand).resolves({});
    await store.commit(BTC, { epoch: 1, gen: 4 }, { ...SNAPSHOT, dirtySince: 7 as EpochUs });
    expect(aws).toHaveReceivedCommandExactlyOnceWith(PutItemCommand, {
      TableName: "prod-state",
      Item: { ...ITEM, dirtySince: { N: "7" } },
      ConditionExpression: "epoch = :epoch AND gen = :gen",
      ExpressionAttributeValues: { ":epoch": { N: "1" }, ":gen": { N: "4" } },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  });

  it("names no key that DynamoDB would not take: a name that is not plain stands as its hash", async () => {
    aws.on(PutItemCommand).resolves({});
    for (const account of ["", "x".repeat(4096), "a#b", "\ud800", "\u0000"]) {
      await store.commit({ account, instrument: "BTC-PERP" }, undefined, SNAPSHOT);
    }
    const keys = aws.commandCalls(PutItemCommand).map(({ args }) => args[0].input.Item?.["pk"]?.S);
    for (const key of keys) expect(key).toMatch(/^~[\w-]{43}#BTC-PERP$/);
    expect(new Set(keys).size).toBe(5);
  });

  it.each([
    { item: ITEM, current: SNAPSHOT, when: "another snapshot stands" },
    { item: undefined, current: undefined, when: "none stands" },
  ])("hands over what stands in the very answer when $when", async ({ item, current }) => {
    const failed = { ...METADATA, message: "The conditional request failed" };
    aws
      .on(PutItemCommand)
      .rejects(new ConditionalCheckFailedException(item ? { ...failed, Item: item } : failed));
    expect(await store.commit(BTC, { epoch: 1, gen: 1 }, SNAPSHOT)).toEqual({
      outcome: "stale",
      current,
    });
    expect(aws).not.toHaveReceivedCommand(GetItemCommand);
  });

  it("tells its size, and when that is large", async () => {
    aws.on(PutItemCommand).resolves({});
    await store.commit(BTC, undefined, SNAPSHOT);
    await store.commit(BTC, undefined, { ...SNAPSHOT, body: incompressible(40_000) });
    expect(sizes.map(({ isLarge }) => isLarge)).toEqual([false, true]);
    // Names 2 + 5 + 5 + 3 + 4 + 7, values 13 + 19 + 2 + 2 + (1 + 9) + (1 + 11), by DynamoDB's rules.
    expect(sizes[0]).toEqual({ key: BTC, bytes: 26 + 58, isLarge: false });
    expect(sizes[1]?.bytes).toBeGreaterThanOrEqual(LARGE_STATE_BYTES);
  });

  it("refuses what DynamoDB might not take, says how large it is, and sends nothing", async () => {
    const body = incompressible(170_000);
    const error: DynamoDbError = await store
      .commit(BTC, undefined, { ...SNAPSHOT, body })
      .then(undefined, (thrown) => thrown);
    expect(error).toMatchObject({ kind: "too-large", isTransient: false });
    expect(error.message).toContain(`${sizes[0]?.bytes} bytes`);
    expect(error.message).toContain("BTC-PERP");
    expect(aws).not.toHaveReceivedAnyCommand();
  });
});

describe("summaries", () => {
  it("are scanned without the bodies, for half the price, and sorted by name", async () => {
    const ETH = { ...ITEM, pk: { S: "hedge#ETH-PERP" }, names: { S: '["hedge","ETH-PERP"]' } };
    const { body: _, ...bare } = ITEM;
    aws.on(ScanCommand).resolves({ Items: [bare, { ...ETH, gen: { N: "9" } }] });
    expect(await store.summaries()).toEqual([
      { account: "hedge", instrument: "ETH-PERP", epoch: 2, gen: 9, summary: "its summary" },
      { ...BTC, epoch: 2, gen: 5, summary: "its summary" },
    ]);
    expect(aws).toHaveReceivedCommandExactlyOnceWith(ScanCommand, {
      TableName: "prod-state",
      ProjectionExpression: "#names, epoch, gen, summary",
      ExpressionAttributeNames: { "#names": "names" },
    });
  });

  it("are refused, with how to mend it, where an item has none", async () => {
    const { summary: _, ...without } = ITEM;
    aws.on(ScanCommand).resolves({ Items: [without] });
    await expect(store.summaries()).rejects.toMatchObject({
      kind: "damaged",
      message: expect.stringContaining("summary is missing"),
    });
  });
});

describe("keys and owing", () => {
  it("scan for names alone, consistently, page by page", async () => {
    const ETH = { S: '["main","ETH-PERP"]' };
    aws
      .on(ScanCommand)
      .resolvesOnce({ Items: [{ names: ETH }], LastEvaluatedKey: { pk: { S: "main#ETH-PERP" } } })
      .resolves({ Items: [{ names: NAMES }] });
    expect(await store.keys()).toEqual([BTC, { account: "main", instrument: "ETH-PERP" }]);
    const asked = {
      TableName: "prod-state",
      ConsistentRead: true,
      ProjectionExpression: "#names",
      ExpressionAttributeNames: { "#names": "names" },
    };
    expect(aws).toHaveReceivedNthCommandWith(ScanCommand, 1, asked);
    expect(aws).toHaveReceivedNthCommandWith(ScanCommand, 2, {
      ...asked,
      ExclusiveStartKey: { pk: { S: "main#ETH-PERP" } },
    });
  });

  it("filter by time on the server, and go on after a page in which nothing was owed", async () => {
    aws
      .on(ScanCommand)
      .resolvesOnce({ Items: [], LastEvaluatedKey: { pk: PK } })
      .resolves({ Items: [{ names: NAMES, dirtySince: { N: "7" } }] });
    expect(await store.owing(9 as EpochUs, 10)).toEqual([BTC]);
    expect(aws).toHaveReceivedNthCommandWith(ScanCommand, 1, {
      TableName: "prod-state",
      ProjectionExpression: "#names, dirtySince",
      FilterExpression: "dirtySince < :before",
      ExpressionAttributeNames: { "#names": "names" },
      ExpressionAttributeValues: { ":before": { N: "9" } },
    });
  });
});
