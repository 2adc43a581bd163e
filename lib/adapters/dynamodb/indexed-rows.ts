/** Rows found by an index that holds their keys alone: half the price to write, and what is read is what stands. */
import { number } from "./attributes.ts";
import type { Item } from "./item-bytes.ts";
import { getItems, queryPages, type Table } from "./table.ts";

export interface IndexRange {
  readonly index: string;
  readonly partition: { readonly attribute: string; readonly value: string };
  /** The number by which the index sorts. */
  readonly sortedBy: string;
  /** Half-open. */
  readonly from: number;
  readonly to: number;
  readonly order: "asc" | "desc";
  /** How many keys are asked for at once: what the caller is likely to take. */
  readonly pageSize: number;
}

const PAGE_MAX = 100;

/**
 * The rows of a range, in the order of the index, those of one instant in the order of `compare`. A row that the index
 * does not yet list where it now stands is left out: the index will list it there.
 */
export async function* indexedRows<Row>(
  table: Table,
  range: IndexRange,
  decode: (item: Item) => Row,
  compare: (a: Row, b: Row) => number,
): AsyncGenerator<Row> {
  let instant: string | undefined;
  let held: Row[] = [];
  for await (const item of indexedItems(table, range)) {
    const at = item[range.sortedBy]?.N;
    if (at !== instant) {
      yield* held.sort(compare);
      held = [];
    }
    instant = at;
    held.push(decode(item));
  }
  yield* held.sort(compare);
}

async function* indexedItems(table: Table, range: IndexRange): AsyncGenerator<Item> {
  const from = Math.max(0, Math.ceil(range.from));
  const to = Math.ceil(range.to) - 1;
  if (to < from) return;
  const pages = queryPages(table, {
    IndexName: range.index,
    KeyConditionExpression: "#partition = :partition AND #sort BETWEEN :from AND :to",
    ExpressionAttributeNames: { "#partition": range.partition.attribute, "#sort": range.sortedBy },
    ExpressionAttributeValues: {
      ":partition": { S: range.partition.value },
      ":from": number(from),
      ":to": number(to),
    },
    ScanIndexForward: range.order === "asc",
    Limit: Math.min(PAGE_MAX, range.pageSize),
  });
  for await (const listed of pages) {
    const keys = listed.map((item) => keyOf(item));
    const standing = await getItems(table, keys, { ConsistentRead: false });
    const byKey = new Map(standing.map((item) => [keyName(item), item]));
    for (const entry of listed) {
      const item = byKey.get(keyName(entry));
      if (item !== undefined && standsAt(item, entry, range)) yield item;
    }
  }
}

function standsAt(item: Item, entry: Item, { partition, sortedBy }: IndexRange): boolean {
  return (
    item[partition.attribute]?.S === partition.value && item[sortedBy]?.N === entry[sortedBy]?.N
  );
}

function keyOf({ pk, sk }: Item): Item {
  return { ...(pk !== undefined && { pk }), ...(sk !== undefined && { sk }) };
}

function keyName({ pk, sk }: Item): string {
  return JSON.stringify([pk?.S, sk?.S]);
}
