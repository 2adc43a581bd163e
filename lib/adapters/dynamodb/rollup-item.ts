import type { Retention } from "../../core/rollup/ladder.ts";
import {
  RESOLUTION_US,
  RESOLUTIONS,
  type Resolution,
  type RollupRow,
} from "../../core/rollup/row.ts";
import { type EpochUs, SECOND_US } from "../../core/units.ts";
import { names, number, readNames, readNumber, readPacked } from "./attributes.ts";
import type { Item } from "./item-bytes.ts";
import { keyText } from "./key-text.ts";
import { packText } from "./packed-text.ts";
import { seriesText } from "./series-directory.ts";
import { sortable } from "./sorted-partition.ts";
import type { Table } from "./table.ts";
import type { Upsert } from "./upsert.ts";

/** Of which instrument's buckets. */
export interface RollupsOf {
  readonly account: string;
  readonly instrument: string;
  readonly resolution: Resolution;
}

const CONDITION = "attribute_not_exists(pk) OR version < :version OR expiresAt <= :now";

/** `core` of `core+17`, `markout` of `markout.5s`. */
export function familyOf(part: string): string {
  return part.replace(/[.+].*$/s, "");
}

/** Whether a family may hold parts that start with the prefix. */
export function mayHold(family: string, prefix: string): boolean {
  const ofPrefix = familyOf(prefix);
  return ofPrefix === prefix ? family.startsWith(prefix) : family === ofPrefix;
}

export function partitionOf(of: RollupsOf, family: string): string {
  return `rollup#${seriesText(of)}#${of.resolution}#${keyText(family)}`;
}

/** @param written the present second, and from then on how long the row is kept */
export function toUpsert(
  table: Table,
  row: RollupRow,
  written: { readonly second: number; readonly retention: Retention },
): Upsert {
  const { second } = written;
  const expires = expiresAt(row.resolution, second, written.retention);
  return {
    item: {
      pk: { S: partitionOf(row, familyOf(row.part)) },
      sk: { S: `${sortable(row.bucket)}#${keyText(row.part)}` },
      names: names(row.part),
      bucket: number(row.bucket),
      version: number(row.version),
      value: { B: packText(row.value) },
      ...(expires !== undefined && { expiresAt: number(expires) }),
    },
    condition: {
      ConditionExpression: CONDITION,
      ExpressionAttributeValues: { ":version": number(row.version), ":now": number(second) },
    },
    judge: (standing) =>
      readNumber(table, standing, "version") === row.version &&
      readPacked(table, standing, "value") !== row.value
        ? "conflicting"
        : "stale",
    keyOf: () =>
      JSON.stringify([row.account, row.instrument, row.resolution, row.bucket, row.part]),
  };
}

/**
 * From when on a row written now is gone, in seconds. Counted from the writing, not from the bucket: history that is
 * simulated or replayed today is not too old tomorrow. A window that ends inside of the coarser bucket still needs the
 * row until that bucket is over, as in `keptFrom`.
 */
function expiresAt(
  resolution: Resolution,
  second: number,
  retention: Retention,
): number | undefined {
  const coarser = RESOLUTIONS[RESOLUTIONS.indexOf(resolution) + 1] ?? resolution;
  const kept = (retention[resolution] + RESOLUTION_US[coarser]) / SECOND_US;
  return Number.isFinite(kept) ? second + Math.ceil(kept) : undefined;
}

/** @throws {DynamoDbError} `damaged` */
export function toRow(table: Table, of: RollupsOf, item: Item): RollupRow {
  return {
    account: of.account,
    instrument: of.instrument,
    resolution: of.resolution,
    bucket: readNumber(table, item, "bucket") as EpochUs,
    part: readNames(table, item)[0] ?? "",
    version: readNumber(table, item, "version"),
    value: readPacked(table, item, "value"),
  };
}
