/** The requests the alert store sends, to the last field, and what it makes of every way a transaction can be cancelled. */
import {
  BatchGetItemCommand,
  type CancellationReason,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import "aws-sdk-client-mock-vitest/extend";
import { dynamoDbAlertStore } from "../../../lib/adapters/dynamodb/alert-store.ts";
import { packText } from "../../../lib/adapters/dynamodb/packed-text.ts";
import type { EpochUs } from "../../../lib/core/units.ts";
import type { AlertRecord } from "../../../lib/ports/alert-store.ts";

const T0 = 1_758_240_000_000_000 as EpochUs;
const RECORD: AlertRecord = {
  type: "outbox",
  id: "n1",
  version: 2,
  parent: "g1",
  time: T0,
  openAt: (T0 + 60) as EpochUs,
  value: "{}",
};
const ITEM = {
  pk: { S: "outbox#n1" },
  names: { S: '["outbox","n1","g1"]' },
  type: { S: "outbox" },
  child: { S: "outbox#g1" },
  version: { N: "2" },
  time: { N: "1758240000000000" },
  openType: { S: "outbox" },
  openAt: { N: "1758240000000060" },
  value: { B: packText("{}") },
};
const NONE: CancellationReason = { Code: "None" };
const CONFLICT: CancellationReason = { Code: "TransactionConflict" };
const failedOn = (Item?: typeof ITEM): CancellationReason =>
  Item === undefined
    ? { Code: "ConditionalCheckFailed" }
    : { Code: "ConditionalCheckFailed", Item };

const aws = mockClient(DynamoDBClient);
const store = dynamoDbAlertStore({
  client: new DynamoDBClient({ region: "eu-west-1" }),
  name: "prod-alerts",
});

beforeEach(() => {
  aws.reset();
  aws.on(BatchGetItemCommand).resolves({});
});

const cancelled = (...CancellationReasons: CancellationReason[]) =>
  new TransactionCanceledException({ $metadata: {}, message: "cancelled", CancellationReasons });

describe("commit", () => {
  it("puts every record in one transaction, each on its own condition", async () => {
    aws.on(TransactWriteItemsCommand).resolves({});
    const { openAt: _, ...done } = RECORD;
    const delivery: AlertRecord = { ...done, type: "delivery", version: 1 };
    expect(await store.commit([RECORD, delivery])).toEqual({ outcome: "committed" });
    const { openType: __, openAt: ___, ...closed } = ITEM;
    expect(aws).toHaveReceivedCommandExactlyOnceWith(TransactWriteItemsCommand, {
      TransactItems: [
        {
          Put: {
            TableName: "prod-alerts",
            Item: ITEM,
            ConditionExpression: "version = :previous",
            ExpressionAttributeValues: { ":previous": { N: "1" } },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          },
        },
        {
          Put: {
            TableName: "prod-alerts",
            Item: {
              ...closed,
              pk: { S: "delivery#n1" },
              names: { S: '["delivery","n1","g1"]' },
              type: { S: "delivery" },
              child: { S: "delivery#g1" },
              version: { N: "1" },
            },
            ConditionExpression: "attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          },
        },
      ],
    });
  });

  it("hands over what stands from the answer itself", async () => {
    const standing = { ...ITEM, version: { N: "9" } };
    aws.on(TransactWriteItemsCommand).rejects(cancelled(failedOn(standing)));
    expect(await store.commit([RECORD])).toEqual({
      outcome: "stale",
      refused: [{ record: RECORD, standing: { ...RECORD, version: 9 } }],
    });
    expect(aws).not.toHaveReceivedCommand(BatchGetItemCommand);
  });

  it("looks up those that DynamoDB does not tell of, and refuses what does not follow of them too", async () => {
    const others = ["n2", "n3"].map((id) => ({ ...RECORD, id }));
    const [second] = others;
    const keyOf = (id: string) => ({ pk: { S: `outbox#${id}` } });
    const stands = { ...ITEM, ...keyOf("n2"), names: { S: '["outbox","n2","g1"]' } };
    const follows = { ...ITEM, ...keyOf("n3"), version: { N: "1" } };
    aws.on(TransactWriteItemsCommand).rejects(cancelled(failedOn(), NONE, CONFLICT));
    aws.on(BatchGetItemCommand).resolves({ Responses: { "prod-alerts": [follows, stands] } });
    expect(await store.commit([RECORD, ...others])).toEqual({
      outcome: "stale",
      refused: [
        { record: RECORD, standing: undefined },
        { record: second, standing: second },
      ],
    });
    expect(aws).toHaveReceivedCommandExactlyOnceWith(BatchGetItemCommand, {
      RequestItems: { "prod-alerts": { Keys: [keyOf("n2"), keyOf("n3")], ConsistentRead: true } },
    });
  });

  it("is sent again when another transaction was on the way, as a new attempt", async () => {
    aws.on(TransactWriteItemsCommand).rejectsOnce(cancelled(CONFLICT)).resolves({});
    expect(await store.commit([RECORD])).toEqual({ outcome: "committed" });
    expect(aws).toHaveReceivedCommandTimes(TransactWriteItemsCommand, 2);
  });

  it.each([
    { reason: "TransactionConflict", kind: "contended", isTransient: true, times: 8 },
    { reason: "ThrottlingError", kind: "throttled", isTransient: true, times: 8 },
    { reason: "ValidationError", kind: "refused", isTransient: false, times: 1 },
  ])("gives up on $reason after $times tries: $kind", async (asked) => {
    aws.on(TransactWriteItemsCommand).rejects(cancelled(NONE, { Code: asked.reason }));
    const { kind, isTransient, times } = asked;
    await expect(store.commit([RECORD, { ...RECORD, id: "n2" }])).rejects.toMatchObject({
      kind,
      isTransient,
      isOutcomeUnknown: false,
      message: expect.stringContaining(asked.reason),
    });
    expect(aws).toHaveReceivedCommandTimes(TransactWriteItemsCommand, times);
  });
});

describe("lists", () => {
  it.each([
    {
      by: "list",
      fields: {},
      index: "alerts-by-time",
      partition: ["type", "outbox"],
      sort: "time",
    },
    {
      by: "list",
      fields: { parent: "g1" },
      index: "alerts-by-parent",
      partition: ["child", "outbox#g1"],
      sort: "time",
    },
    {
      by: "open",
      fields: { parent: "g1" },
      index: "alerts-open",
      partition: ["openType", "outbox"],
      sort: "openAt",
    },
  ] as const)("$by with $fields asks $index", async ({ by, fields, ...asked }) => {
    aws.on(QueryCommand).resolves({ Items: [ITEM] });
    aws.on(BatchGetItemCommand).resolves({ Responses: { "prod-alerts": [ITEM] } });
    const range = { type: "outbox", from: 0, to: T0 + 99, limit: 10, ...fields } as const;
    expect((await store[by](range)).records).toEqual([RECORD]);
    const [name, value] = asked.partition;
    expect(aws).toHaveReceivedCommandExactlyOnceWith(QueryCommand, {
      TableName: "prod-alerts",
      IndexName: asked.index,
      KeyConditionExpression: "#partition = :partition AND #sort BETWEEN :from AND :to",
      ExpressionAttributeNames: { "#partition": name, "#sort": asked.sort },
      ExpressionAttributeValues: {
        ":partition": { S: value },
        ":from": { N: "0" },
        ":to": { N: String(T0 + 98) },
      },
      ScanIndexForward: true,
      Limit: 11,
    });
  });

  it("leave out what was claimed, moved to another parent or deleted since the index knew it", async () => {
    const range = { type: "outbox", from: 0, to: T0 + 99, limit: 10, parent: "g1" } as const;
    aws.on(QueryCommand).resolves({ Items: [ITEM] });
    for (const now of [
      [{ ...ITEM, openAt: { N: "5" }, time: { N: "5" } }],
      [{ ...ITEM, child: { S: "outbox#g2" }, openType: { S: "other" } }],
      [],
    ]) {
      aws.on(BatchGetItemCommand).resolves({ Responses: { "prod-alerts": now } });
      expect((await store.list(range)).records).toEqual([]);
      expect((await store.open(range)).records).toEqual([]);
    }
  });
});

describe("deleteBefore", () => {
  it("deletes each under the condition that it is still old and done, and counts those", async () => {
    aws.on(QueryCommand).resolves({ Items: [{ pk: { S: "event#a" } }, { pk: { S: "event#b" } }] });
    aws
      .on(DeleteItemCommand)
      .resolvesOnce({})
      .rejects(new ConditionalCheckFailedException({ $metadata: {}, message: "reopened" }));
    expect(await store.deleteBefore("event", T0)).toBe(1);
    expect(aws).toHaveReceivedNthCommandWith(DeleteItemCommand, 1, {
      TableName: "prod-alerts",
      Key: { pk: { S: "event#a" } },
      ConditionExpression: "#time < :time AND attribute_not_exists(openAt)",
      ExpressionAttributeNames: { "#time": "time" },
      ExpressionAttributeValues: { ":time": { N: String(T0) } },
    });
  });
});
