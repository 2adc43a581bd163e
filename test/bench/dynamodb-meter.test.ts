/** The units that the meter counts, against AWS's rules as docs/reference/cost.md states them. */
import {
  BatchGetItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { beforeEach, describe, expect, it } from "vitest";
import { type Meter, meteredDynamoDb } from "../../bench/dynamodb-meter.ts";
import { type Item, itemBytes } from "../../lib/adapters/dynamodb/item-bytes.ts";
import { METRICS_TABLE, STATE_TABLE } from "../../lib/adapters/dynamodb/tables.ts";

/** An item of exactly so many bytes: 2 + 1 of pk, 2 + 1 of sk, 1 of the name, and the rest. */
const ofBytes = (bytes: number, key = "a"): Item => ({
  pk: { S: "p" },
  sk: { S: key },
  v: { B: new Uint8Array(bytes - 7) },
});
const KEY = { pk: { S: "p" }, sk: { S: "a" } };
const TableName = "metrics";

let meter: Meter;
beforeEach(() => {
  meter = meteredDynamoDb([STATE_TABLE, METRICS_TABLE]);
});

const put = (Item: Item) => meter.client.send(new PutItemCommand({ TableName, Item }));
const unitsOf = (operation: string) => {
  const { writeUnits = 0, readUnits = 0 } = meter.usage.get(`metrics ${operation}`) ?? {};
  return writeUnits + readUnits;
};

describe("an item's size", () => {
  it.each([
    { value: { S: "日本" }, bytes: 6, when: "a text is counted in UTF-8" },
    { value: { B: new Uint8Array(9) }, bytes: 9, when: "bytes are themselves" },
    { value: { N: "0" }, bytes: 1, when: "zero has no significant digit" },
    { value: { N: "12345" }, bytes: 4, when: "two digits make a byte, and one more" },
    { value: { N: "1758240000000000" }, bytes: 4, when: "zeros at the end are not significant" },
    { value: { N: "-0.0012" }, bytes: 2, when: "nor are zeros in front" },
    { value: { SS: ["ab", "c"] }, bytes: 3, when: "a set is the sum of its texts" },
  ])("is $bytes and its name where $when", ({ value, bytes }) => {
    expect(itemBytes({ name: value })).toBe(4 + bytes);
  });
});

describe("writing", () => {
  it.each([
    { bytes: 1_024, units: 1 },
    { bytes: 1_025, units: 2 },
    { bytes: 10_240, units: 10 },
  ])("$bytes bytes takes $units units", async ({ bytes, units }) => {
    await put(ofBytes(bytes));
    expect(unitsOf("PutItem")).toBe(units);
  });

  it("is billed by the larger of what stood and what stands", async () => {
    await put(ofBytes(3_000));
    meter.reset();
    await put(ofBytes(100));
    expect(unitsOf("PutItem")).toBe(3);
  });

  it.each([
    { series: "a", tradeTime: "1", units: 1, when: "the entry stays" },
    { series: "a", tradeTime: "2", units: 3, when: "it moves" },
    { series: undefined, tradeTime: "1", units: 2, when: "it goes" },
  ])("an index of keys takes more when $when: $units in all", async (to) => {
    const traded = (series: string | undefined, tradeTime: string): Item => ({
      ...ofBytes(100),
      tradeTime: { N: tradeTime },
      ...(series !== undefined && { series: { S: series } }),
    });
    await put(traded("a", "1"));
    expect(unitsOf("PutItem")).toBe(2);
    meter.reset();
    await put(traded(to.series, to.tradeTime));
    expect(unitsOf("PutItem")).toBe(to.units);
  });
});

describe("reading", () => {
  it.each([
    { bytes: 4_096, isConsistent: true, units: 1 },
    { bytes: 4_096, isConsistent: false, units: 0.5 },
    { bytes: 4_097, isConsistent: false, units: 1 },
  ])("$bytes bytes takes $units where consistent is $isConsistent", async (asked) => {
    await put(ofBytes(asked.bytes));
    const { isConsistent: ConsistentRead } = asked;
    await meter.client.send(new GetItemCommand({ TableName, Key: KEY, ConsistentRead }));
    expect(unitsOf("GetItem")).toBe(asked.units);
  });

  it("what is not there takes half a unit too", async () => {
    await meter.client.send(new GetItemCommand({ TableName, Key: KEY }));
    expect(unitsOf("GetItem")).toBe(0.5);
  });

  it("a range is one sum, a batch is each item by itself, a scan is the whole table", async () => {
    for (const key of ["a", "b", "c", "d"]) await put(ofBytes(1_000, key));
    const range = new QueryCommand({
      TableName,
      KeyConditionExpression: "pk = :partition AND sk BETWEEN :from AND :to",
      ExpressionAttributeValues: {
        ":partition": { S: "p" },
        ":from": { S: "b" },
        ":to": { S: "d" },
      },
    });
    expect((await meter.client.send(range)).Items).toHaveLength(3);
    expect(unitsOf("Query")).toBe(0.5);
    const Keys = ["a", "b", "x"].map((sk) => ({ ...KEY, sk: { S: sk } }));
    const batch = new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } });
    expect((await meter.client.send(batch)).Responses?.[TableName]).toHaveLength(2);
    expect(unitsOf("BatchGetItem")).toBe(1.5);
    await meter.client.send(new ScanCommand({ TableName, ConsistentRead: true }));
    expect(unitsOf("Scan")).toBe(1);
  });
});

it("keeps what a set grew by, as the table does", async () => {
  const add = (families: string[]) =>
    meter.client.send(
      new UpdateItemCommand({
        TableName,
        Key: KEY,
        UpdateExpression: "ADD families :families",
        ExpressionAttributeValues: { ":families": { SS: families } },
      }),
    );
  await add(["core"]);
  await add(["markout", "core"]);
  const { Item } = await meter.client.send(new GetItemCommand({ TableName, Key: KEY }));
  expect(Item?.["families"]?.SS).toEqual(["core", "markout"]);
});
