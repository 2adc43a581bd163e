import type { Retention } from "../../core/rollup/ladder.ts";
import type { RollupRow } from "../../core/rollup/row.ts";
import { SECOND_US } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { MetricStore, RollupRange, UpsertOutcome } from "../../ports/metric-store.ts";
import { requireCount } from "../../ports/require-count.ts";
import { readNumber } from "./attributes.ts";
import { byCodePoint } from "./code-point-order.ts";
import { inParallel } from "./in-parallel.ts";
import type { Item } from "./item-bytes.ts";
import { familyOf, mayHold, partitionOf, type RollupsOf, toRow, toUpsert } from "./rollup-item.ts";
import { type SeriesDirectory, seriesText } from "./series-directory.ts";
import { before, deleteBefore, isEmptyRange, within } from "./sorted-partition.ts";
import { query, type Table } from "./table.ts";
import { upsertAll } from "./upsert.ts";

/** The metric store's rollups. */
export type RollupItems = Pick<
  MetricStore,
  "readRollupRanges" | "lastRollupsBefore" | "deleteRollupsBefore"
> & {
  /** @throws {RangeError} for a row that cannot be ordered */
  check(rows: readonly RollupRow[]): void;
  /** Of rows that are checked, and whose series and families are entered. */
  upsert(rows: readonly RollupRow[]): Promise<UpsertOutcome>;
};

export interface RollupItemsOptions extends Table {
  readonly clock: Clock;
  /** How long after it was last written a row is kept; an infinite one for ever. */
  readonly retention: Retention;
}

/** Of what comes just before a bucket, most is what was asked for: parts stand beside each other, late ones are rare. */
const LAST_PAGE = 8;

type LastAsked = Parameters<MetricStore["lastRollupsBefore"]>[0][number];

/**
 * One item a row. A partition holds one series at one resolution, of one *family* of parts: `core` with its late
 * rows, or all horizons of `markout`. So a chart of net PnL reads no markouts, a window reads few partitions, and no
 * instrument shares a partition with another.
 */
export function rollupItems(options: RollupItemsOptions, directory: SeriesDirectory): RollupItems {
  async function readRanges(ranges: readonly RollupRange[]): Promise<readonly RollupRow[][]> {
    const families = await directory.families(ranges);
    const asked = ranges.flatMap((range, at) => {
      if (isEmptyRange(range)) return [];
      const all = families.get(seriesText(range)) ?? [];
      return all
        .filter((family) => mayHold(family, range.partPrefix ?? ""))
        .map((family) => ({ at, range, family }));
    });
    const found = await inParallel(asked, ({ range, family }) =>
      readFamily(options, range, family),
    );
    const rows: RollupRow[][] = ranges.map(() => []);
    for (const [i, { at }] of asked.entries()) rows[at]?.push(...(found[i] ?? []));
    for (const each of rows) each.sort(byBucketThenPart);
    return rows;
  }

  return {
    check(rows) {
      for (const { bucket, version } of rows) {
        requireCount("bucket", bucket);
        requireCount("version", version);
      }
    },
    upsert(rows) {
      const written = { second: secondOf(options.clock), retention: options.retention };
      return upsertAll(
        options,
        rows.map((row) => toUpsert(options, row, written)),
      );
    },
    readRollupRanges: readRanges,
    lastRollupsBefore: (asked) => inParallel(asked, (each) => lastBefore(options, each)),
    async deleteRollupsBefore(key, time) {
      const families = (await directory.families([key])).get(seriesText(key)) ?? [];
      const counts = await inParallel(families, (family) =>
        deleteBefore(options, partitionOf(key, family), time),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}

async function readFamily(
  options: RollupItemsOptions,
  range: RollupRange,
  family: string,
): Promise<RollupRow[]> {
  const prefix = range.partPrefix ?? "";
  const rows: RollupRow[] = [];
  const items = query(options, within(partitionOf(range, family), range));
  for await (const row of rowsAlive(options, range, items)) {
    if (row.part.startsWith(prefix)) rows.push(row);
  }
  return rows;
}

async function lastBefore(
  options: RollupItemsOptions,
  asked: LastAsked,
): Promise<RollupRow | undefined> {
  const { of } = asked;
  const items = query(options, {
    ...before(partitionOf(of, familyOf(of.part)), asked.before),
    ScanIndexForward: false,
    Limit: LAST_PAGE,
  });
  for await (const row of rowsAlive(options, of, items)) {
    if (row.part === of.part) return row;
  }
  return undefined;
}

/** What has expired is gone, whether DynamoDB has already deleted it or not: that may take it two days. */
async function* rowsAlive(
  options: RollupItemsOptions,
  of: RollupsOf,
  items: AsyncGenerator<Item>,
): AsyncGenerator<RollupRow> {
  const now = secondOf(options.clock);
  for await (const item of items) {
    const expires = item["expiresAt"];
    if (expires !== undefined && readNumber(options, item, "expiresAt") <= now) continue;
    yield toRow(options, of, item);
  }
}

function secondOf(clock: Clock): number {
  return Math.floor(clock.now() / SECOND_US);
}

function byBucketThenPart(a: RollupRow, b: RollupRow): number {
  return a.bucket - b.bucket || byCodePoint(a.part, b.part);
}
