/**
 * A DynamoDB client that sends nothing: it keeps items in memory, answers like a table that one writer has for himself,
 * and counts the request units that AWS would bill for exactly these requests. The rules are AWS's; each stands where it
 * is applied.
 */
import {
  DynamoDBClient,
  type GetItemCommandInput,
  type PutItemCommandInput,
  type QueryCommandInput,
  type ScanCommandInput,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { type Item, itemBytes } from "../lib/adapters/dynamodb/item-bytes.ts";
import type { TableDefinition } from "../lib/adapters/dynamodb/tables.ts";

const KIB = 1024;

/** What one kind of request to one table came to. */
export interface Usage {
  requests: number;
  writeUnits: number;
  readUnits: number;
  /** Of items written. */
  bytes: number;
}

export interface Meter {
  readonly client: DynamoDBClient;
  /** By `<table> <operation>`, in the order of first use. */
  readonly usage: ReadonlyMap<string, Usage>;
  /** Forgets what was counted; the items stay. */
  reset(): void;
  /** Items and their bytes, with the 100 that AWS adds to each. */
  stored(table: string): { readonly items: number; readonly bytes: number };
}

/** The batch operations' inputs name several tables; ours name one. */
type Requests<Request> = Record<string, { readonly Keys: readonly Request[] }>;

export function meteredDynamoDb(tables: readonly TableDefinition[]): Meter {
  const usage = new Map<string, Usage>();
  const books = newBooks(tables, usage);
  return {
    client: answering({ ...writeAnswers(books), ...readAnswers(books) }),
    usage,
    reset: () => usage.clear(),
    stored(table) {
      const all = [...books.itemsOf(table).values()];
      return {
        items: all.length,
        bytes: all.reduce((sum, item) => sum + itemBytes(item) + 100, 0),
      };
    },
  };
}

/** What stands in the tables, and what was asked of them. */
interface Books {
  itemsOf(table: string | undefined): Map<string, Item>;
  read(operation: string, table: string | undefined, readUnits: number): void;
  /** Keeps the item, and counts it. */
  write(operation: string, table: string | undefined, item: Item): void;
}

function newBooks(tables: readonly TableDefinition[], usage: Map<string, Usage>): Books {
  const indexes = new Map(tables.map((table) => [table.name, table.indexes ?? []]));
  const items = new Map(tables.map((table) => [table.name, new Map<string, Item>()]));

  function itemsOf(table = ""): Map<string, Item> {
    const found = items.get(table);
    if (found === undefined) throw new RangeError(`the meter knows no table ${table}`);
    return found;
  }

  function count(name: string, units: Partial<Usage>): void {
    const so = usage.get(name) ?? { requests: 0, writeUnits: 0, readUnits: 0, bytes: 0 };
    usage.set(name, {
      requests: so.requests + 1,
      writeUnits: so.writeUnits + (units.writeUnits ?? 0),
      readUnits: so.readUnits + (units.readUnits ?? 0),
      bytes: so.bytes + (units.bytes ?? 0),
    });
  }

  return {
    itemsOf,
    read: (operation, table, readUnits) => count(`${table} ${operation}`, { readUnits }),
    /** An item is billed by the larger of what stood and what stands, and each index by what its entry takes. */
    write(operation, table = "", item) {
      const stored = itemsOf(table);
      const before = stored.get(keyText(item));
      stored.set(keyText(item), item);
      const bytes = Math.max(itemBytes(item), before === undefined ? 0 : itemBytes(before));
      const inIndexes = (indexes.get(table) ?? []).reduce(
        (sum, { partitionKey, sortKey }) =>
          sum + indexUnits([partitionKey.name, sortKey.name], before, item),
        0,
      );
      count(`${table} ${operation}`, { writeUnits: Math.ceil(bytes / KIB) + inIndexes, bytes });
    },
  };
}

type Answers = Readonly<Record<string, (input: never) => object>>;

function writeAnswers(books: Books): Answers {
  return {
    PutItemCommand: ({ TableName, Item: item = {} }: PutItemCommandInput) => {
      books.write("PutItem", TableName, item);
      return {};
    },
    UpdateItemCommand: ({ TableName, Key = {}, ...input }: UpdateItemCommandInput) => {
      const { ":names": names, ":families": added } = input.ExpressionAttributeValues ?? {};
      const standing = books.itemsOf(TableName).get(keyText(Key))?.["families"]?.SS ?? [];
      const families = [...new Set([...standing, ...(added?.SS ?? [])])];
      books.write("UpdateItem", TableName, {
        ...Key,
        ...(names !== undefined && { names }),
        ...(families.length > 0 && { families: { SS: families } }),
      });
      return {};
    },
  };
}

function readAnswers(books: Books): Answers {
  return {
    GetItemCommand: ({ TableName, Key = {}, ConsistentRead }: GetItemCommandInput) => {
      const item = books.itemsOf(TableName).get(keyText(Key));
      books.read("GetItem", TableName, unitsRead(item ? [item] : [], ConsistentRead));
      return { Item: item };
    },
    /** Each item by itself, as so many gets. */
    BatchGetItemCommand: ({ RequestItems }: { readonly RequestItems: Requests<Item> }) => {
      const [table = "", asked] = Object.entries(RequestItems)[0] ?? [];
      const stored = books.itemsOf(table);
      const answered = (asked?.Keys ?? []).map((key) => stored.get(keyText(key)));
      const found = answered.filter((item) => item !== undefined);
      const units = answered.reduce((sum, item) => sum + unitsRead(item ? [item] : [], false), 0);
      books.read("BatchGetItem", table, units);
      return { Responses: { [table]: found } };
    },
    /** All that was looked at, as one sum. */
    QueryCommand: (input: QueryCommandInput) => {
      const { TableName, ConsistentRead } = input;
      const found = queried([...books.itemsOf(TableName).values()], input);
      books.read("Query", TableName, unitsRead(found, ConsistentRead));
      return { Items: found };
    },
    /** The whole table, whatever the filter and the projection leave of it. */
    ScanCommand: ({ TableName, ConsistentRead }: ScanCommandInput) => {
      const all = [...books.itemsOf(TableName).values()];
      books.read("Scan", TableName, unitsRead(all, ConsistentRead));
      return { Items: all.filter((item) => item["dirtySince"] !== undefined) };
    },
  };
}

/** The client as the product makes it, answered before anything is sent. */
function answering(answers: Answers): DynamoDBClient {
  const client = new DynamoDBClient({ region: "us-east-1" });
  client.middlewareStack.add(
    (_next, context) => (args) => {
      const answer = answers[String(context.commandName)];
      if (answer === undefined) throw new RangeError(`the meter knows no ${context.commandName}`);
      const output = { ...answer(args.input as never), $metadata: {} };
      return Promise.resolve({ output, response: {} });
    },
    { step: "initialize", name: "meter", priority: "high" },
  );
  return client;
}

/** 4 KB a unit, rounded up; half of it where the read may lag behind. */
function unitsRead(items: readonly Item[], isConsistent: boolean | undefined): number {
  const bytes = items.reduce((sum, item) => sum + itemBytes(item), 0);
  const units = Math.max(1, Math.ceil(bytes / (4 * KIB)));
  return isConsistent === true ? units : units / 2;
}

/** An index of keys: a write when an entry comes, one when it goes, both when it moves, none when it stays. */
function indexUnits(keys: readonly string[], before: Item | undefined, item: Item): number {
  const [was, is] = [before, item].map((each) => {
    const values = keys.map((key) => each?.[key]?.S ?? each?.[key]?.N);
    return values.includes(undefined) ? undefined : values.join();
  });
  return was === is ? 0 : (was === undefined ? 0 : 1) + (is === undefined ? 0 : 1);
}

/** The key conditions that the adapters use. */
function queried(items: readonly Item[], input: QueryCommandInput): readonly Item[] {
  const values = input.ExpressionAttributeValues ?? {};
  const [from = "", to = "~~~", before = "~~~"] = [":from", ":to", ":before"].map(
    (name) => values[name]?.S,
  );
  const found = items
    .filter(({ pk, sk }) => {
      const at = sk?.S ?? "";
      return pk?.S === values[":partition"]?.S && at >= from && at <= to && at < before;
    })
    .sort((a, b) => ((a["sk"]?.S ?? "") < (b["sk"]?.S ?? "") ? -1 : 1));
  if (input.ScanIndexForward === false) found.reverse();
  return found.slice(0, input.Limit ?? found.length);
}

function keyText({ pk, sk }: Item): string {
  return `${pk?.S} ${sk?.S}`;
}
