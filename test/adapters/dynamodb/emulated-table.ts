/** Tables of the emulator: made from the definitions that the deployment uses, dropped when a test closes them. */
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { inject } from "vitest";
import { dynamoDbClient } from "../../../lib/adapters/dynamodb/client.ts";
import type { Table } from "../../../lib/adapters/dynamodb/table.ts";
import type { KeyAttribute, TableDefinition } from "../../../lib/adapters/dynamodb/tables.ts";
import type { Opened } from "../../contract/opened.ts";

/** A client of the emulator, as the product makes them. */
export function emulatorClient(): DynamoDBClient {
  return dynamoDbClient({
    region: "us-east-1",
    endpoint: inject("awsEndpoint"),
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
}

/** Opens a store on a fresh table; opening it again makes a new client on the same one. */
export function openingTable<Store>(
  definition: TableDefinition,
  open: (table: Table) => Store,
): () => Promise<Opened<Store>> {
  return async () => {
    const table = await createTable(emulatorClient(), definition);
    let { client } = table;
    return {
      store: open(table),
      reopen: () => {
        client.destroy();
        client = emulatorClient();
        return Promise.resolve(open({ ...table, client }));
      },
      close: async () => {
        await client.send(new DeleteTableCommand({ TableName: table.name }));
        client.destroy();
      },
    };
  };
}

async function createTable(client: DynamoDBClient, definition: TableDefinition): Promise<Table> {
  const name = `${definition.name}-${crypto.randomUUID()}`;
  await client.send(new CreateTableCommand(createTableInput(definition, name)));
  if (definition.timeToLive !== undefined) {
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: name,
        TimeToLiveSpecification: { AttributeName: definition.timeToLive, Enabled: true },
      }),
    );
  }
  return { client, name };
}

function createTableInput(definition: TableDefinition, name: string): CreateTableCommandInput {
  const { indexes = [] } = definition;
  const attributes = [definition, ...indexes].flatMap(keysOf);
  const types = new Map(attributes.map(({ name: attribute, type }) => [attribute, type]));
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: Array.from(types, ([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: keySchema(definition),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index),
        Projection: { ProjectionType: "KEYS_ONLY" },
      })),
    }),
  };
}

type Keyed = Pick<TableDefinition, "partitionKey" | "sortKey">;

function keysOf({ partitionKey, sortKey }: Keyed): readonly KeyAttribute[] {
  return sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
}

function keySchema(keyed: Keyed): KeySchemaElement[] {
  return keysOf(keyed).map(({ name: AttributeName }, i) => ({
    AttributeName,
    KeyType: i === 0 ? "HASH" : "RANGE",
  }));
}
