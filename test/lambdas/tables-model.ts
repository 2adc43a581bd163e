/**
 * The tables as the functions use them, in memory: conditions of states and of alert records are held to, lists are read
 * through their index, rows of metrics are kept as the newest put. The stores' own contracts run on an emulator.
 */
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  ScanCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { mockClient } from "aws-sdk-client-mock";

export type Item = Record<string, AttributeValue>;

/** `PutItem state`: the operation and the table. */
export type Call = `${string} ${string}`;

export interface TablesModel {
  /** By table, by key. */
  readonly items: (table: string) => readonly Item[];
  /** Asked before each call; what it returns or rejects with is the answer, `undefined` lets the call pass. */
  meddle: (call: Call, input: object) => Promise<unknown> | undefined;
  readonly calls: readonly Call[];
  restore(): void;
}

const METADATA = { $metadata: {}, message: "the conditional request failed" };

export function tablesModel(): TablesModel {
  const tables = new Map<string, Map<string, Item>>();
  const calls: Call[] = [];
  const mock = mockClient(DynamoDBClient);
  const model: TablesModel = {
    items: (name) => [...tableOf(name).values()],
    meddle: () => undefined,
    calls,
    restore: () => mock.restore(),
  };
  const tableOf = (name: string) => {
    const table = tables.get(name) ?? new Map<string, Item>();
    tables.set(name, table);
    return table;
  };
  const answer =
    <Input extends object>(
      operation: string,
      nameOf: (input: Input) => string | undefined,
      act: (input: Input) => object,
    ) =>
    async (input: Input) => {
      const call: Call = `${operation} ${nameOf(input) ?? ""}`;
      calls.push(call);
      return (await model.meddle(call, input)) ?? act(input);
    };
  const standing = ({
    TableName = "",
    Item = {},
  }: Pick<PutItemCommandInput, "TableName" | "Item">) => tableOf(TableName).get(keyOf(Item));
  const write = ({ TableName = "", Item = {} }: Pick<PutItemCommandInput, "TableName" | "Item">) =>
    tableOf(TableName).set(keyOf(Item), Item);

  mock.on(GetItemCommand).callsFake(
    answer("GetItem", named, ({ TableName = "", Key = {} }: GetItemCommand["input"]) => {
      const Item = tableOf(TableName).get(keyOf(Key));
      return Item === undefined ? {} : { Item };
    }),
  );
  mock.on(BatchGetItemCommand).callsFake(
    answer(
      "BatchGetItem",
      ({ RequestItems = {} }) => Object.keys(RequestItems)[0],
      ({ RequestItems = {} }: BatchGetItemCommand["input"]) => ({
        Responses: Object.fromEntries(
          Object.entries(RequestItems).map(([name, { Keys = [] }]) => [
            name,
            Keys.map((key) => tableOf(name).get(keyOf(key))).filter((item) => item !== undefined),
          ]),
        ),
      }),
    ),
  );
  mock.on(PutItemCommand).callsFake(
    answer("PutItem", named, (input: PutItemCommandInput) => {
      const found = standing(input);
      if (input.TableName === "state" && !holds(input, found)) {
        throw new ConditionalCheckFailedException({ ...METADATA, ...(found && { Item: found }) });
      }
      write(input);
      return {};
    }),
  );
  mock.on(UpdateItemCommand).callsFake(answer("UpdateItem", named, () => ({})));
  mock.on(TransactWriteItemsCommand).callsFake(
    answer(
      "TransactWriteItems",
      ({ TransactItems = [] }) => TransactItems[0]?.Put?.TableName,
      ({ TransactItems = [] }: TransactWriteItemsCommand["input"]) => {
        const puts = TransactItems.flatMap(({ Put }) => Put ?? []);
        const CancellationReasons = puts.map((put) => {
          const found = standing(put);
          if (holds(put, found)) return { Code: "None" };
          return { Code: "ConditionalCheckFailed", ...(found && { Item: found }) };
        });
        if (CancellationReasons.some(({ Code }) => Code !== "None")) {
          throw new TransactionCanceledException({ ...METADATA, CancellationReasons });
        }
        for (const put of puts) write(put);
        return {};
      },
    ),
  );
  mock.on(QueryCommand).callsFake(
    answer("Query", named, ({ TableName = "", ...query }: QueryCommand["input"]) => {
      const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } =
        query;
      const partition = names["#partition"];
      const sort = names["#sort"];
      if (partition === undefined || sort === undefined) return { Items: [] };
      const at = (item: Item) => Number(item[sort]?.N);
      const Items = [...tableOf(TableName).values()]
        .filter((item) => item[partition]?.S === values[":partition"]?.S)
        .filter((item) => at(item) >= Number(values[":from"]?.N))
        .filter((item) => at(item) <= Number(values[":to"]?.N))
        .sort((a, b) => at(a) - at(b));
      return { Items };
    }),
  );
  mock.on(ScanCommand).callsFake(
    answer("Scan", named, ({ TableName = "", ...scan }: ScanCommand["input"]) => {
      const before = scan.ExpressionAttributeValues?.[":before"]?.N;
      const all = [...tableOf(TableName).values()];
      if (before === undefined) return { Items: all };
      return {
        Items: all.filter(
          ({ dirtySince }) => dirtySince !== undefined && Number(dirtySince.N) < Number(before),
        ),
      };
    }),
  );
  return model;
}

function named({ TableName }: { readonly TableName?: string | undefined }): string | undefined {
  return TableName;
}

function keyOf({ pk, sk }: Item): string {
  return JSON.stringify([pk?.S, sk?.S]);
}

/** `attribute_not_exists(pk)`, or equalities joined by AND. */
function holds(
  {
    ConditionExpression = "",
    ExpressionAttributeValues: values = {},
  }: Pick<PutItemCommandInput, "ConditionExpression" | "ExpressionAttributeValues">,
  found: Item | undefined,
): boolean {
  if (ConditionExpression === "attribute_not_exists(pk)") return found === undefined;
  return ConditionExpression.split(" AND ").every((one) => {
    const [attribute = "", value = ""] = one.split(" = ");
    return found?.[attribute]?.N !== undefined && found[attribute].N === values[value]?.N;
  });
}
