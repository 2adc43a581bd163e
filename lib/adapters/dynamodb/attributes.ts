/** Values as attributes, and back: what is missing or not ours is a damaged item, never a default. */
import { DynamoDbError } from "./dynamodb-error.ts";
import type { Item } from "./item-bytes.ts";
import { unpackText } from "./packed-text.ts";
import type { Table } from "./table.ts";

export function number(value: number): { readonly N: string } {
  return { N: String(value) };
}

/** @throws {DynamoDbError} `damaged` */
export function readNumber(table: Pick<Table, "name">, item: Item, name: string): number {
  const value = Number(item[name]?.N);
  if (Number.isSafeInteger(value)) return value;
  throw damaged(table, `${name} must be a whole number, was ${JSON.stringify(item[name])}`);
}

/** A text that `packText` packed. @throws {DynamoDbError} `damaged` */
export function readPacked(table: Pick<Table, "name">, item: Item, name: string): string {
  const packed = item[name]?.B;
  if (packed === undefined) throw damaged(table, `${name} is missing`);
  try {
    return unpackText(packed);
  } catch (cause) {
    throw damaged(table, `${name} cannot be unpacked`, cause);
  }
}

/**
 * Names as one text attribute. JSON writes a lone surrogate in ASCII, so that any name comes back as it was.
 */
export function names(...texts: readonly string[]): { readonly S: string } {
  return { S: JSON.stringify(texts) };
}

/** @throws {DynamoDbError} `damaged` */
export function readNames(table: Pick<Table, "name">, item: Item): readonly string[] {
  try {
    return JSON.parse(item["names"]?.S ?? "") as string[];
  } catch (cause) {
    throw damaged(table, "names is missing or no list of names", cause);
  }
}

function damaged(table: Pick<Table, "name">, why: string, cause?: unknown): DynamoDbError {
  return new DynamoDbError("damaged", table, {
    message: `An item of table ${table.name} was not written by this version: ${why}; delete it and rebuild the instrument from the raw archive`,
    cause,
  });
}
