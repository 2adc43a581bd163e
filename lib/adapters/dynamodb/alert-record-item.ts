import type { EpochUs } from "../../core/units.ts";
import type { AlertRecord, AlertRecordKey, AlertRecordType } from "../../ports/alert-store.ts";
import { names, number, readNames, readNumber, readPacked } from "./attributes.ts";
import type { Item } from "./item-bytes.ts";
import { keyText } from "./key-text.ts";
import { packText } from "./packed-text.ts";
import type { Table } from "./table.ts";

export function keyOf({ type, id }: AlertRecordKey): Item {
  return { pk: { S: `${type}#${keyText(id)}` } };
}

/** Where the index by parent holds a parent's records of one type. */
export function childrenOf(type: AlertRecordType, parent: string): string {
  return `${type}#${keyText(parent)}`;
}

export function toItem(record: AlertRecord): Item {
  const { type, id, parent, version, time, openAt, value } = record;
  return {
    ...keyOf(record),
    names: names(type, id, parent),
    type: { S: type },
    child: { S: childrenOf(type, parent) },
    version: number(version),
    time: number(time),
    ...(openAt !== undefined && { openType: { S: type }, openAt: number(openAt) }),
    value: { B: packText(value) },
  };
}

/** @throws {DynamoDbError} `damaged` */
export function toRecord(table: Table, item: Item): AlertRecord {
  const [type, id = "", parent = ""] = readNames(table, item);
  return {
    type: type as AlertRecordType,
    id,
    version: readNumber(table, item, "version"),
    parent,
    time: readNumber(table, item, "time") as EpochUs,
    ...(item["openAt"] !== undefined && { openAt: readNumber(table, item, "openAt") as EpochUs }),
    value: readPacked(table, item, "value"),
  };
}
