/** The requests the metric store sends, to the last field, and what it makes of half-done batches. The contract runs on an emulator. */
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import "aws-sdk-client-mock-vitest/extend";
import { dynamoDbMetricStore } from "../../../lib/adapters/dynamodb/metric-store.ts";
import { packText } from "../../../lib/adapters/dynamodb/packed-text.ts";
import { versionOf } from "../../../lib/core/pipeline/version.ts";
import { DEFAULT_RETENTION } from "../../../lib/core/rollup/ladder.ts";
import type { RollupRow, TradeRow } from "../../../lib/core/rollup/row.ts";
import { DAY_US, type EpochUs, HOUR_US, SECOND_US } from "../../../lib/core/units.ts";
import type { MetricStore } from "../../../lib/ports/metric-store.ts";
import { incompressible } from "./incompressible.ts";

const T0 = 1_758_240_000_000_000 as EpochUs;
const NOW = 1_758_250_000;
const BTC = { account: "main", instrument: "BTC-PERP" };
const ROLLUP: RollupRow = {
  ...BTC,
  resolution: "1m",
  bucket: T0,
  part: "core",
  version: 7,
  value: "{}",
};
const TRADE: TradeRow = { ...BTC, time: T0, sequence: 3, tradeId: "T3", version: 7, value: "{}" };

const PARTITION = { S: "rollup#main#BTC-PERP#1m#core" };
const ROLLUP_KEY = { pk: PARTITION, sk: { S: "1758240000000000#core" } };
const ROLLUP_ITEM = {
  ...ROLLUP_KEY,
  names: { S: '["core"]' },
  bucket: { N: "1758240000000000" },
  version: { N: "7" },
  value: { B: packText("{}") },
  // 35 days, and the hour that has to be over.
  expiresAt: { N: String(NOW + (35 * DAY_US + HOUR_US) / SECOND_US) },
};
const TRADE_KEY = { pk: { S: "trade#main#BTC-PERP#T3" }, sk: { S: "trade" } };
const TRADE_ITEM = {
  ...TRADE_KEY,
  names: { S: '["main","BTC-PERP","T3"]' },
  series: { S: "main#BTC-PERP" },
  tradeTime: { N: "1758240000000000" },
  sequence: { N: "3" },
  version: { N: "7" },
  value: { B: packText("{}") },
};
const ENTRY_KEY = { pk: { S: "series" }, sk: { S: "main#BTC-PERP" } };
const ENTRY = {
  ...ENTRY_KEY,
  names: { S: '["main","BTC-PERP"]' },
  families: { SS: ['"core"', '"markout"'] },
};

const aws = mockClient(DynamoDBClient);
let store: MetricStore;

beforeEach(() => {
  aws.reset();
  aws.on(UpdateItemCommand).resolves({});
  aws.on(PutItemCommand).resolves({});
  store = dynamoDbMetricStore({
    client: new DynamoDBClient({ region: "eu-west-1" }),
    name: "prod-metrics",
    clock: { now: () => (NOW * SECOND_US) as EpochUs },
    retention: DEFAULT_RETENTION,
  });
});

const failedOn = (Item: typeof ROLLUP_ITEM | typeof TRADE_ITEM) =>
  new ConditionalCheckFailedException({ $metadata: {}, message: "", Item });

describe("a rollup", () => {
  it("is put where none stands, an older one or one that has expired", async () => {
    await store.upsertRollups([ROLLUP]);
    expect(aws).toHaveReceivedCommandExactlyOnceWith(PutItemCommand, {
      TableName: "prod-metrics",
      Item: ROLLUP_ITEM,
      ConditionExpression: "attribute_not_exists(pk) OR version < :version OR expiresAt <= :now",
      ExpressionAttributeValues: { ":version": { N: "7" }, ":now": { N: String(NOW) } },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  });

  it("has no time of expiry where its resolution is kept for ever", async () => {
    await store.upsertRollups([{ ...ROLLUP, resolution: "1d" }]);
    const [call] = aws.commandCalls(PutItemCommand);
    expect(call?.args[0].input.Item).not.toHaveProperty("expiresAt");
  });

  it("shares its partition with its family alone", async () => {
    const parts = ["core+17", "core.more", "markout.5s", "markout.1m+3", "a#b", ""];
    await store.upsertRollups(parts.map((part) => ({ ...ROLLUP, part })));
    const partitions = aws
      .commandCalls(PutItemCommand)
      .map(({ args }) => args[0].input.Item?.["pk"]?.S?.replace("rollup#main#BTC-PERP#1m#", ""));
    expect(partitions.slice(0, 4)).toEqual(["core", "core", "markout", "markout"]);
    for (const hashed of partitions.slice(4)) expect(hashed).toMatch(/^~[\w-]{43}$/);
  });

  it.each([
    { standing: { version: { N: "8" } }, fate: "stale", when: "a newer one stands" },
    { standing: {}, fate: "stale", when: "the same stands" },
    {
      standing: { value: { B: packText("[]") } },
      fate: "conflicting",
      when: "another of its version stands",
    },
  ])("is $fate when $when, judged by the very answer", async ({ standing, fate }) => {
    aws.on(PutItemCommand).rejects(failedOn({ ...ROLLUP_ITEM, ...standing }));
    const outcome = await store.upsertRollups([ROLLUP]);
    const conflicting =
      fate === "stale" ? [] : [JSON.stringify(["main", "BTC-PERP", "1m", T0, "core"])];
    expect(outcome).toEqual({ written: 0, stale: fate === "stale" ? 1 : 0, conflicting });
    expect(aws).not.toHaveReceivedCommand(GetItemCommand);
  });

  it("too large for an item is refused by name and by how much, and keeps back no other", async () => {
    const large = { ...ROLLUP, bucket: 0 as EpochUs, value: incompressible(240_000) };
    const outcome = await store.upsertRollups([large, ROLLUP]);
    expect(outcome).toMatchObject({ written: 1, stale: 0, conflicting: [] });
    expect(outcome.refused).toEqual([
      {
        row: '["main","BTC-PERP","1m",0,"core"]',
        reason: expect.stringMatching(/^it takes \d{6} bytes, and an item at most 409600$/),
      },
    ]);
    expect(aws).toHaveReceivedCommandTimes(PutItemCommand, 1);
  });
});

describe("the directory", () => {
  it("is told of a series and its families before their rows, and once", async () => {
    const rows = ["core", "core+17", "markout.5s"].map((part) => ({ ...ROLLUP, part }));
    await store.upsertBatch({ rollups: rows, trades: [TRADE] });
    await store.upsertBatch({ rollups: rows, trades: [TRADE] });
    const updates = aws.commandCalls(UpdateItemCommand).map(({ args }) => args[0].input);
    expect(updates).toEqual([
      {
        TableName: "prod-metrics",
        Key: ENTRY_KEY,
        UpdateExpression: "SET #names = :names ADD families :families",
        ExpressionAttributeNames: { "#names": "names" },
        ExpressionAttributeValues: { ":names": ENTRY.names, ":families": ENTRY.families },
      },
    ]);
    const order = aws.calls().map(({ args }) => args[0].constructor.name);
    expect(order.indexOf("UpdateItemCommand")).toBeLessThan(order.indexOf("PutItemCommand"));
  });

  it("knows a series that has trades alone, or more families later, by what is new", async () => {
    await store.upsertTrades([TRADE]);
    await store.upsertBatch({ rollups: [ROLLUP], trades: [TRADE] });
    await store.upsertRollups([ROLLUP, { ...ROLLUP, part: "markout.5s" }]);
    const added = aws
      .commandCalls(UpdateItemCommand)
      .map(({ args }) => args[0].input.ExpressionAttributeValues?.[":families"]?.SS);
    expect(added).toEqual([undefined, ['"core"'], ['"markout"']]);
  });

  it("forgets nothing when two calls enter at once", async () => {
    const markout = { ...ROLLUP, part: "markout.5s" };
    await Promise.all([store.upsertRollups([ROLLUP]), store.upsertRollups([markout])]);
    await store.upsertRollups([ROLLUP, markout]);
    expect(aws).toHaveReceivedCommandTimes(UpdateItemCommand, 2);
  });

  it("is told again when that failed: no row goes where it cannot be found", async () => {
    aws.on(UpdateItemCommand).rejectsOnce(new Error("no")).resolves({});
    await expect(store.upsertRollups([ROLLUP])).rejects.toThrow("no");
    expect(aws).not.toHaveReceivedCommand(PutItemCommand);
    await store.upsertRollups([ROLLUP]);
    expect(aws).toHaveReceivedCommandTimes(UpdateItemCommand, 2);
  });
});

describe("a range of rollups", () => {
  beforeEach(() => {
    aws.on(BatchGetItemCommand).resolves({ Responses: { "prod-metrics": [ENTRY] } });
    aws.on(QueryCommand).resolves({ Items: [ROLLUP_ITEM] });
  });

  it("asks the directory once for all ranges, and then each family by itself", async () => {
    const range = { ...BTC, resolution: "1m", from: T0, to: T0 + 1 } as const;
    await store.readRollupRanges([{ ...range, partPrefix: "core" }, range]);
    expect(aws).toHaveReceivedCommandExactlyOnceWith(BatchGetItemCommand, {
      RequestItems: { "prod-metrics": { Keys: [ENTRY_KEY], ConsistentRead: false } },
    });
    const queries = aws.commandCalls(QueryCommand).map(({ args }) => args[0].input);
    const values = queries.map((input) => input.ExpressionAttributeValues?.[":partition"]?.S);
    expect(values.map((value) => value?.split("#").at(-1))).toEqual(["core", "core", "markout"]);
    expect(queries[0]).toEqual({
      TableName: "prod-metrics",
      KeyConditionExpression: "pk = :partition AND sk BETWEEN :from AND :to",
      ExpressionAttributeValues: {
        ":partition": PARTITION,
        ":from": { S: "1758240000000000" },
        ":to": { S: "1758240000000000~~" },
      },
      ExclusiveStartKey: undefined,
    });
  });

  it.each([
    { partPrefix: "markout.5", families: ["markout"] },
    { partPrefix: "mark", families: ["markout"] },
    { partPrefix: "marker.", families: [] },
    { partPrefix: "", families: ["core", "markout"] },
  ])("reads the families $families for parts that start with '$partPrefix'", async (asked) => {
    const { partPrefix, families } = asked;
    await store.readRollups({ ...BTC, resolution: "1m", from: 0, to: T0, partPrefix });
    const read = aws
      .commandCalls(QueryCommand)
      .map(({ args }) => args[0].input.ExpressionAttributeValues?.[":partition"]?.S?.split("#")[4]);
    expect(read).toEqual(families);
  });

  it("sends nothing for a range that holds nothing", async () => {
    expect(await store.readRollups({ ...BTC, resolution: "1m", from: T0, to: T0 })).toEqual([]);
    expect(aws).not.toHaveReceivedCommand(QueryCommand);
  });
});

describe("the last rollup before", () => {
  it("is looked for backwards, a few at a time, past late rows", async () => {
    const late = { ...ROLLUP_ITEM, names: { S: '["core+17"]' } };
    aws
      .on(QueryCommand)
      .resolvesOnce({ Items: [late], LastEvaluatedKey: ROLLUP_KEY })
      .resolves({ Items: [ROLLUP_ITEM] });
    const { bucket: _, version: __, value: ___, ...of } = ROLLUP;
    expect(await store.lastRollupBefore(of, T0 + 1)).toEqual(ROLLUP);
    const asked = {
      TableName: "prod-metrics",
      KeyConditionExpression: "pk = :partition AND sk < :before",
      ExpressionAttributeValues: { ":partition": PARTITION, ":before": { S: "1758240000000001" } },
      ScanIndexForward: false,
      Limit: 8,
    };
    expect(aws).toHaveReceivedNthCommandWith(QueryCommand, 1, asked);
    expect(aws).toHaveReceivedNthCommandWith(QueryCommand, 2, {
      ...asked,
      ExclusiveStartKey: ROLLUP_KEY,
    });
  });
});

describe("deleting rollups", () => {
  it("takes keys alone, 25 at a time, and sends again what was left over", async () => {
    const keys = Array.from({ length: 30 }, (_, i) => ({ pk: PARTITION, sk: { S: `${i}` } }));
    const left = [{ DeleteRequest: { Key: keys[3] } }];
    aws.on(BatchGetItemCommand).resolves({
      Responses: { "prod-metrics": [{ ...ENTRY, families: { SS: ['"core"'] } }] },
    });
    aws.on(QueryCommand).resolves({ Items: keys });
    aws
      .on(BatchWriteItemCommand)
      .resolvesOnce({ UnprocessedItems: { "prod-metrics": left } })
      .resolves({});
    expect(await store.deleteRollupsBefore({ ...BTC, resolution: "1m" }, T0)).toBe(30);
    expect(aws.commandCalls(QueryCommand)[0]?.args[0].input).toMatchObject({
      ProjectionExpression: "pk, sk",
    });
    const sizes = aws
      .commandCalls(BatchWriteItemCommand)
      .map(({ args }) => args[0].input.RequestItems?.["prod-metrics"]?.length);
    expect(sizes.sort()).toEqual([1, 25, 5]);
    expect(aws.commandCalls(BatchWriteItemCommand).at(-1)?.args[0].input).toEqual({
      RequestItems: { "prod-metrics": left },
    });
  });
});

describe("a trade", () => {
  it("is put under its id, where none stands, one of a lower epoch or an older one of its sequence", async () => {
    const version = versionOf(3, 7);
    await store.upsertTrades([{ ...TRADE, version }]);
    expect(aws).toHaveReceivedCommandExactlyOnceWith(PutItemCommand, {
      TableName: "prod-metrics",
      Item: { ...TRADE_ITEM, version: { N: String(version) } },
      ConditionExpression:
        "attribute_not_exists(pk) OR version < :epoch OR (version < :version AND #sequence = :sequence)",
      ExpressionAttributeNames: { "#sequence": "sequence" },
      ExpressionAttributeValues: {
        ":epoch": { N: String(versionOf(3, 0)) },
        ":version": { N: String(version) },
        ":sequence": { N: "3" },
      },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  });

  it("is found by its id, consistently", async () => {
    aws.on(GetItemCommand).resolves({ Item: TRADE_ITEM });
    expect(await store.findTrade("main", "BTC-PERP", "T3")).toEqual(TRADE);
    expect(aws).toHaveReceivedCommandExactlyOnceWith(GetItemCommand, {
      TableName: "prod-metrics",
      Key: TRADE_KEY,
      ConsistentRead: true,
    });
  });

  it("is found by time through the index's keys, and read as it stands", async () => {
    const listed = { ...TRADE_KEY, series: TRADE_ITEM.series, tradeTime: TRADE_ITEM.tradeTime };
    aws
      .on(QueryCommand)
      .resolvesOnce({ Items: [ENTRY] })
      .resolves({ Items: [listed] });
    aws.on(BatchGetItemCommand).resolves({ Responses: { "prod-metrics": [TRADE_ITEM] } });
    const page = await store.readTrades({ from: 5, to: T0 + 1, limit: 20, order: "desc" });
    expect(page).toEqual({ rows: [TRADE], cursor: undefined });
    expect(aws).toHaveReceivedNthCommandWith(QueryCommand, 2, {
      TableName: "prod-metrics",
      IndexName: "trades-by-time",
      KeyConditionExpression: "#partition = :partition AND #sort BETWEEN :from AND :to",
      ExpressionAttributeNames: { "#partition": "series", "#sort": "tradeTime" },
      ExpressionAttributeValues: {
        ":partition": { S: "main#BTC-PERP" },
        ":from": { N: "5" },
        ":to": { N: String(T0) },
      },
      ScanIndexForward: false,
      Limit: 22,
    });
    expect(aws).toHaveReceivedCommandExactlyOnceWith(BatchGetItemCommand, {
      RequestItems: { "prod-metrics": { Keys: [TRADE_KEY], ConsistentRead: false } },
    });
  });

  it.each([
    { standing: { ...TRADE_ITEM, tradeTime: { N: "6" } }, when: "stands at another time by now" },
    { standing: undefined, when: "stands no more" },
  ])("that the index lists but $when is left to its new place", async ({ standing }) => {
    const listed = { ...TRADE_KEY, series: TRADE_ITEM.series, tradeTime: TRADE_ITEM.tradeTime };
    aws
      .on(QueryCommand)
      .resolvesOnce({ Items: [ENTRY] })
      .resolves({ Items: [listed] });
    aws
      .on(BatchGetItemCommand)
      .resolves({ Responses: { "prod-metrics": standing === undefined ? [] : [standing] } });
    expect((await store.readTrades({ from: 0, to: T0 + 1, limit: 20 })).rows).toEqual([]);
  });
});

describe("a batch that is done in part", () => {
  const listed = { ...TRADE_KEY, series: TRADE_ITEM.series, tradeTime: TRADE_ITEM.tradeTime };
  const left = { UnprocessedKeys: { "prod-metrics": { Keys: [TRADE_KEY] } } };

  it("is asked for the rest until it is whole", async () => {
    aws
      .on(QueryCommand)
      .resolvesOnce({ Items: [ENTRY] })
      .resolves({ Items: [listed] });
    aws
      .on(BatchGetItemCommand)
      .resolvesOnce(left)
      .resolvesOnce(left)
      .resolves({ Responses: { "prod-metrics": [TRADE_ITEM] } });
    expect((await store.readTrades({ from: 0, to: T0 + 1, limit: 20 })).rows).toEqual([TRADE]);
    expect(aws).toHaveReceivedCommandTimes(BatchGetItemCommand, 3);
  });

  it("is throttled when nothing comes of it, rather than a page with holes", async () => {
    aws
      .on(QueryCommand)
      .resolvesOnce({ Items: [ENTRY] })
      .resolves({ Items: [listed] });
    aws.on(BatchGetItemCommand).resolves(left);
    await expect(store.readTrades({ from: 0, to: T0 + 1, limit: 20 })).rejects.toMatchObject({
      kind: "throttled",
      isTransient: true,
    });
  });
});
