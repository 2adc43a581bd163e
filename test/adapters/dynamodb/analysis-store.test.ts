/** The requests the analysis store sends, to the last field. The contract runs on an emulator. */
import {
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, it } from "vitest";
import "aws-sdk-client-mock-vitest/extend";
import { dynamoDbAnalysisStore } from "../../../lib/adapters/dynamodb/analysis-store.ts";
import { packText } from "../../../lib/adapters/dynamodb/packed-text.ts";
import type { EpochUs } from "../../../lib/core/units.ts";

const T0 = 1_758_240_000_000_000 as EpochUs;
const KEY = { kind: "rolling", account: "main", instrument: "BTC-PERP" };
const PARTITION = { S: "document#rolling#main#BTC-PERP" };
const ITEM = {
  pk: PARTITION,
  sk: { S: "1758240000000000" },
  time: { N: "1758240000000000" },
  version: { N: "3" },
  value: { B: packText("{}") },
};
const DOCUMENT = { ...KEY, time: T0, version: 3, value: "{}" };

const aws = mockClient(DynamoDBClient);
const store = dynamoDbAnalysisStore({
  client: new DynamoDBClient({ region: "eu-west-1" }),
  name: "prod-analysis",
});

beforeEach(() => {
  aws.reset();
  aws.on(UpdateItemCommand).resolves({});
  aws.on(PutItemCommand).resolves({});
});

it("puts a document where none or an older one stands, after its kind is entered", async () => {
  await store.put([DOCUMENT]);
  expect(aws).toHaveReceivedCommandExactlyOnceWith(UpdateItemCommand, {
    TableName: "prod-analysis",
    Key: { pk: { S: "series" }, sk: { S: "main#BTC-PERP" } },
    UpdateExpression: "SET #names = :names ADD families :families",
    ExpressionAttributeNames: { "#names": "names" },
    ExpressionAttributeValues: {
      ":names": { S: '["main","BTC-PERP"]' },
      ":families": { SS: ['"rolling"'] },
    },
  });
  expect(aws).toHaveReceivedCommandExactlyOnceWith(PutItemCommand, {
    TableName: "prod-analysis",
    Item: ITEM,
    ConditionExpression: "attribute_not_exists(pk) OR version < :version",
    ExpressionAttributeValues: { ":version": { N: "3" } },
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
});

it("reads the latest as the one last item of its partition", async () => {
  aws.on(QueryCommand).resolves({ Items: [ITEM] });
  expect(await store.latest(KEY)).toEqual(DOCUMENT);
  expect(aws).toHaveReceivedCommandExactlyOnceWith(QueryCommand, {
    TableName: "prod-analysis",
    KeyConditionExpression: "pk = :partition",
    ExpressionAttributeValues: { ":partition": PARTITION },
    ScanIndexForward: false,
    Limit: 1,
  });
});

it("reads a page as one query for one document more", async () => {
  aws.on(QueryCommand).resolves({ Items: [ITEM] });
  const range = { ...KEY, from: 5, to: T0 + 1, limit: 10, order: "desc" } as const;
  expect(await store.read(range)).toEqual({ documents: [DOCUMENT], cursor: undefined });
  expect(aws).toHaveReceivedCommandExactlyOnceWith(QueryCommand, {
    TableName: "prod-analysis",
    KeyConditionExpression: "pk = :partition AND sk BETWEEN :from AND :to",
    ExpressionAttributeValues: {
      ":partition": PARTITION,
      ":from": { S: "0000000000000005" },
      ":to": { S: "1758240000000000~~" },
    },
    ScanIndexForward: false,
    Limit: 11,
  });
});

it("reads the latest of a kind from those alone that have one", async () => {
  const entry = (instrument: string, family: string) => ({
    names: { S: JSON.stringify(["main", instrument]) },
    families: { SS: [JSON.stringify(family)] },
  });
  aws
    .on(QueryCommand)
    .resolves({ Items: [ITEM] })
    .on(QueryCommand, { ExpressionAttributeValues: { ":partition": { S: "series" } } })
    .resolves({ Items: [entry("ETH-PERP", "regimes"), entry("BTC-PERP", "rolling")] });
  expect(await store.latestOfKind("rolling")).toEqual([DOCUMENT]);
  expect(aws).toHaveReceivedCommandTimes(QueryCommand, 2);
});
