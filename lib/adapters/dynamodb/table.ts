import { setTimeout as sleep } from "node:timers/promises";
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  ScanCommand,
  type ScanCommandInput,
} from "@aws-sdk/client-dynamodb";
import { DynamoDbError, explainDynamoDbError } from "./dynamodb-error.ts";
import { inParallel } from "./in-parallel.ts";
import type { Item } from "./item-bytes.ts";

/** A table as it is called in its account. */
export interface Table {
  readonly client: DynamoDBClient;
  readonly name: string;
}

/** What DynamoDB takes in one call. */
const BATCH_GET_MAX = 100;
const BATCH_WRITE_MAX = 25;
/** Of a batch DynamoDB may do a part; the rest is sent again so often, after a random wait that doubles. */
const TRIES_MAX = 8;
const WAIT_MS = 25;

/** Runs one call; what it throws says which table and which operation. */
export async function attempt<Output>(
  table: Table,
  operation: string,
  call: () => Promise<Output>,
): Promise<Output> {
  try {
    return await call();
  } catch (error) {
    throw explainDynamoDbError(error, { table: table.name, operation });
  }
}

type Paged = "TableName" | "ExclusiveStartKey";

/** Every item that a scan finds, page by page. */
export async function* scan(
  table: Table,
  input: Omit<ScanCommandInput, Paged>,
): AsyncGenerator<Item> {
  const pages = pagesOf(table, "Scan", (ExclusiveStartKey) =>
    table.client.send(new ScanCommand({ TableName: table.name, ...input, ExclusiveStartKey })),
  );
  for await (const items of pages) yield* items;
}

/** Every item that a query finds, page by page. */
export async function* query(
  table: Table,
  input: Omit<QueryCommandInput, Paged>,
): AsyncGenerator<Item> {
  for await (const items of queryPages(table, input)) yield* items;
}

/** As `query`, but a page at a time. */
export function queryPages(
  table: Table,
  input: Omit<QueryCommandInput, Paged>,
): AsyncGenerator<readonly Item[]> {
  return pagesOf(table, "Query", (ExclusiveStartKey) =>
    table.client.send(new QueryCommand({ TableName: table.name, ...input, ExclusiveStartKey })),
  );
}

async function* pagesOf(
  table: Table,
  operation: string,
  pageAfter: (
    after: Item | undefined,
  ) => Promise<Pick<QueryCommandOutput, "Items" | "LastEvaluatedKey">>,
): AsyncGenerator<readonly Item[]> {
  let after: Item | undefined;
  do {
    const start = after;
    const page = await attempt(table, operation, () => pageAfter(start));
    yield page.Items ?? [];
    after = page.LastEvaluatedKey;
  } while (after !== undefined);
}

/** The items of these keys as they stand now, in any order; what does not stand is left out. Each key once. */
export async function getItems(
  table: Table,
  keys: readonly Item[],
  { ConsistentRead }: { readonly ConsistentRead: boolean },
): Promise<readonly Item[]> {
  const found = await inParallel(chunks(keys, BATCH_GET_MAX), async (chunk) => {
    const items: Item[] = [];
    await sendAll(table, "BatchGetItem", chunk, async (Keys) => {
      const RequestItems = { [table.name]: { Keys, ConsistentRead } };
      const answer = await table.client.send(new BatchGetItemCommand({ RequestItems }));
      items.push(...(answer.Responses?.[table.name] ?? []));
      return answer.UnprocessedKeys?.[table.name]?.Keys ?? [];
    });
    return items;
  });
  return found.flat();
}

/** Deletes the items of these keys. Each key once. */
export async function deleteItems(table: Table, keys: readonly Item[]): Promise<void> {
  await inParallel(chunks(keys, BATCH_WRITE_MAX), (chunk) =>
    sendAll(table, "BatchWriteItem", chunk, async (rest) => {
      const requests = rest.map((Key) => ({ DeleteRequest: { Key } }));
      const RequestItems = { [table.name]: requests };
      const answer = await table.client.send(new BatchWriteItemCommand({ RequestItems }));
      const unprocessed = answer.UnprocessedItems?.[table.name] ?? [];
      return unprocessed.flatMap(({ DeleteRequest }) =>
        DeleteRequest?.Key === undefined ? [] : [DeleteRequest.Key],
      );
    }),
  );
}

/**
 * @param send does what it can and returns the rest
 * @throws {DynamoDbError} `throttled` when something is left after all tries
 */
async function sendAll(
  table: Table,
  operation: string,
  keys: readonly Item[],
  send: (keys: Item[]) => Promise<readonly Item[]>,
): Promise<void> {
  let rest = keys;
  for (let tries = 0; rest.length > 0; tries += 1) {
    if (tries === TRIES_MAX) {
      throw new DynamoDbError("throttled", table, {
        message: `${operation} on table ${table.name} left ${rest.length} of ${keys.length} items undone in ${TRIES_MAX} tries: more is asked of the table than it takes; it can be sent again`,
      });
    }
    if (tries > 0) await sleep(Math.random() * WAIT_MS * 2 ** tries);
    const now = [...rest];
    rest = await attempt(table, operation, () => send(now));
  }
}

function chunks<Value>(values: readonly Value[], size: number): readonly (readonly Value[])[] {
  const count = Math.ceil(values.length / size);
  return Array.from({ length: count }, (_, i) => values.slice(i * size, (i + 1) * size));
}
