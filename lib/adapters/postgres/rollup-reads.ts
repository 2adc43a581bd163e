import { joinPart, splitPart } from "../../core/rollup/part-name.ts";
import { RESOLUTIONS, type Resolution, type RollupRow } from "../../core/rollup/row.ts";
import type { EpochUs } from "../../core/units.ts";
import type { MetricStore, RollupRange, RollupSeries } from "../../ports/metric-store.ts";
import { arrayOf, textArrayOf } from "./array-literal.ts";
import { bound } from "./bounds.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import type { NameIds } from "./name-ids.ts";
import { fromStoredText, toStoredText } from "./stored-text.ts";

/** What stands for "not late" in a row: the part itself. */
export const NOT_LATE = -1;

type Asked = Parameters<MetricStore["lastRollupsBefore"]>[0];

/** Reads of rollups, each in one request, however much is asked. */
export interface RollupReads {
  ranges(ranges: readonly RollupRange[]): Promise<readonly (readonly RollupRow[])[]>;
  lastBefore(asked: Asked): Promise<readonly (RollupRow | undefined)[]>;
}

/** One statement for ranges of all resolutions: each range looks into the table of its own. */
const READ = {
  name: "rollup-read",
  text: `
    WITH given AS (
      SELECT * FROM unnest($1::integer[], $2::text[], $3::bigint[], $4::bigint[], $5::text[])
      WITH ORDINALITY AS given (series, resolution, low, high, prefix, at)
    )
    ${ofEachResolution(
      (table) => `
      SELECT given.at, found.* FROM given, LATERAL (
        SELECT part.name, held.* FROM part, LATERAL (
          SELECT bucket, late, version, value FROM ${table}
          WHERE series = given.series AND part = part.id AND bucket >= given.low AND bucket < given.high
          OFFSET 0
        ) AS held
        WHERE starts_with(part.name, given.prefix) OR starts_with(given.prefix, part.name)
          OR starts_with(part.name, E'\\x01')
        OFFSET 0
      ) AS found`,
    )}`,
};
const LAST_BEFORE = {
  name: "rollup-last-before",
  text: `
    WITH given AS (
      SELECT * FROM unnest($1::integer[], $2::text[], $3::integer[], $4::bigint[], $5::bigint[])
      WITH ORDINALITY AS given (series, resolution, part, late, high, at)
    )
    ${ofEachResolution(
      (table) => `
      SELECT given.at, held.* FROM given, LATERAL (
        SELECT bucket, version, value FROM ${table}
        WHERE series = given.series AND part = given.part AND bucket < given.high AND late = given.late
        ORDER BY bucket DESC LIMIT 1
      ) AS held`,
    )}`,
};

type ReadColumns = [
  at: number,
  name: string,
  bucket: number,
  late: number,
  version: number,
  value: string,
];

export function rollupReads(pool: ConnectionPool, ids: NameIds): RollupReads {
  async function ranges(asked: readonly RollupRange[]): Promise<readonly (readonly RollupRow[])[]> {
    const placed = await Promise.all(
      asked.map(async (range) => ({ range, id: await ids.findSeries(range) })),
    );
    const found = asked.map((): RollupRow[] => []);
    const known = placed.flatMap(({ range, id }, at) =>
      id === undefined ? [] : [{ range, id, at }],
    );
    if (known.length === 0) return found;
    const rows = await pool.rows<ReadColumns>(READ, [
      arrayOf(known.map(({ id }) => id)),
      arrayOf(known.map(({ range }) => range.resolution)),
      arrayOf(known.map(({ range }) => bound(range.from))),
      arrayOf(known.map(({ range }) => bound(range.to))),
      textArrayOf(known.map(({ range }) => toStoredText(range.partPrefix ?? ""))),
    ]);
    for (const [at, ...columns] of rows) {
      const asking = known[at - 1];
      if (asking === undefined) continue;
      const row = toRow(asking.range, columns);
      if (row.part.startsWith(asking.range.partPrefix ?? "")) found[asking.at]?.push(row);
    }
    return found.map((each) => each.sort(byBucketThenPart));
  }

  async function lastBefore(asked: Asked): Promise<readonly (RollupRow | undefined)[]> {
    const placed = await Promise.all(asked.map(({ of, before }) => placeOf(of, before)));
    const known = placed.flatMap((place, at) => (place === undefined ? [] : [{ ...place, at }]));
    const found: (RollupRow | undefined)[] = asked.map(() => undefined);
    if (known.length === 0) return found;
    const rows = await pool.rows<[number, number, number, string]>(LAST_BEFORE, [
      arrayOf(known.map(({ series }) => series)),
      arrayOf(known.map(({ of }) => of.resolution)),
      arrayOf(known.map(({ part }) => part)),
      arrayOf(known.map(({ late }) => late)),
      arrayOf(known.map(({ before }) => bound(before))),
    ]);
    for (const [at, bucket, version, value] of rows) {
      const asking = known[at - 1];
      if (asking === undefined) continue;
      const { account, instrument, resolution, part } = asking.of;
      const key = { account, instrument, resolution, bucket: bucket as EpochUs, part };
      found[asking.at] = { ...key, version, value: fromStoredText(value) };
    }
    return found;
  }

  async function placeOf(of: RollupSeries, before: number) {
    const { name, late = NOT_LATE } = splitPart(of.part);
    const series = await ids.findSeries(of);
    const part = await ids.findPart(name);
    return series === undefined || part === undefined
      ? undefined
      : { of, before, series, part, late };
  }

  return { ranges, lastBefore };
}

export function tableOf(resolution: Resolution): string {
  return `rollup_${resolution}`;
}

function ofEachResolution(query: (table: string) => string): string {
  return RESOLUTIONS.map(
    (resolution) => `(${query(tableOf(resolution))} WHERE given.resolution = '${resolution}')`,
  ).join(" UNION ALL ");
}

function toRow(
  { account, instrument, resolution }: RollupRange,
  [name, bucket, late, version, value]: [string, number, number, number, string],
): RollupRow {
  return {
    account,
    instrument,
    resolution,
    bucket: bucket as EpochUs,
    part: joinPart({ name: fromStoredText(name), late: late === NOT_LATE ? undefined : late }),
    version,
    value: fromStoredText(value),
  };
}

function byBucketThenPart(a: RollupRow, b: RollupRow): number {
  if (a.bucket !== b.bucket) return a.bucket - b.bucket;
  return a.part < b.part ? -1 : 1;
}
