import { type DynamoDBClient, ScanCommand, type ScanCommandInput } from "@aws-sdk/client-dynamodb";
import { explainDynamoDbError } from "./dynamodb-error.ts";
import type { Item } from "./item-bytes.ts";

/** A table as it is called in its account. */
export interface Table {
  readonly client: DynamoDBClient;
  readonly name: string;
}

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

/** Every item that a scan finds, page by page. */
export async function* scan(
  table: Table,
  input: Omit<ScanCommandInput, "TableName" | "ExclusiveStartKey">,
): AsyncGenerator<Item> {
  let after: Item | undefined;
  do {
    const page = await attempt(table, "Scan", () =>
      table.client.send(
        new ScanCommand({ TableName: table.name, ...input, ExclusiveStartKey: after }),
      ),
    );
    yield* page.Items ?? [];
    after = page.LastEvaluatedKey;
  } while (after !== undefined);
}
