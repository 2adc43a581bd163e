import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { names, readNames } from "./attributes.ts";
import { byCodePoint } from "./code-point-order.ts";
import { inParallel } from "./in-parallel.ts";
import type { Item } from "./item-bytes.ts";
import { keyText } from "./key-text.ts";
import { whole } from "./sorted-partition.ts";
import { attempt, getItems, query, type Table } from "./table.ts";

/** Whose rows. */
export interface Series {
  readonly account: string;
  readonly instrument: string;
}

/**
 * Which series a table holds, and which families of rows each: a partition can only be read by who knows its key.
 * One small item a series. An entry stands before the first row it leads to, and stays.
 */
export interface SeriesDirectory {
  /** Enters what this process has not entered before. */
  enter(entries: readonly { readonly series: Series; readonly family?: string }[]): Promise<void>;
  /** The families of each series, by `seriesText`; none where nothing was ever written. */
  families(series: readonly Series[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Those that have the family, where one is asked for; ordered by account, then instrument. */
  matching(asked: Partial<Series> & { readonly family?: string }): Promise<readonly Series[]>;
}

const PARTITION = "series";

/** A series as a part of a key. */
export function seriesText({ account, instrument }: Series): string {
  return keyText(account, instrument);
}

export function seriesDirectory(table: Table): SeriesDirectory {
  const known = new Map<string, Set<string>>();

  async function enterOne(series: Series, families: ReadonlySet<string>): Promise<void> {
    const text = seriesText(series);
    const entered = known.get(text);
    const missing = [...families].filter((family) => !entered?.has(family));
    if (entered !== undefined && missing.length === 0) return;
    const command = new UpdateItemCommand({
      TableName: table.name,
      Key: keyOf(series),
      ...update(series, missing),
    });
    await attempt(table, "UpdateItem", () => table.client.send(command));
    // Another call may have entered more meanwhile.
    known.set(text, new Set([...(known.get(text) ?? []), ...families]));
  }

  return {
    async enter(entries) {
      const bySeries = new Map<
        string,
        { readonly series: Series; readonly families: Set<string> }
      >();
      for (const { series, family } of entries) {
        const text = seriesText(series);
        const entry = bySeries.get(text) ?? { series, families: new Set<string>() };
        if (family !== undefined) entry.families.add(family);
        bySeries.set(text, entry);
      }
      await inParallel([...bySeries.values()], ({ series, families }) =>
        enterOne(series, families),
      );
    },
    async families(series) {
      const keys = new Map(series.map((each) => [seriesText(each), keyOf(each)]));
      const items = await getItems(table, [...keys.values()], { ConsistentRead: false });
      return new Map(items.map((item) => [item["sk"]?.S ?? "", familiesOf(item)]));
    },
    async matching({ account, instrument, family }) {
      const found: Series[] = [];
      for await (const item of query(table, whole(PARTITION))) {
        const series = seriesOf(table, item);
        const isAsked =
          (account ?? series.account) === series.account &&
          (instrument ?? series.instrument) === series.instrument &&
          (family === undefined || familiesOf(item).includes(family));
        if (isAsked) found.push(series);
      }
      return found.sort(bySeriesName);
    },
  };
}

/** By account, then instrument, by code point. */
export function bySeriesName(a: Series, b: Series): number {
  return byCodePoint(a.account, b.account) || byCodePoint(a.instrument, b.instrument);
}

function keyOf(series: Series): Item {
  return { pk: { S: PARTITION }, sk: { S: seriesText(series) } };
}

/** A set of texts grows by itself: two processes that enter at once lose nothing. */
function update(
  { account, instrument }: Series,
  families: readonly string[],
): Pick<
  UpdateItemCommand["input"],
  "UpdateExpression" | "ExpressionAttributeNames" | "ExpressionAttributeValues"
> {
  const ExpressionAttributeNames = { "#names": "names" };
  const named = { ":names": names(account, instrument) };
  if (families.length === 0) {
    return {
      UpdateExpression: "SET #names = :names",
      ExpressionAttributeNames,
      ExpressionAttributeValues: named,
    };
  }
  const added = { ":families": { SS: families.map((family) => JSON.stringify(family)) } };
  return {
    UpdateExpression: "SET #names = :names ADD families :families",
    ExpressionAttributeNames,
    ExpressionAttributeValues: { ...named, ...added },
  };
}

function seriesOf(table: Table, item: Item): Series {
  const [account = "", instrument = ""] = readNames(table, item);
  return { account, instrument };
}

function familiesOf(item: Item): readonly string[] {
  return (item["families"]?.SS ?? []).map((family) => JSON.parse(family) as string);
}
