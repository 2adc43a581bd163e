/** Stored rows of one instrument beside those that they should be, a stretch of time after the other. */
import { keptFrom, type Retention } from "../core/rollup/ladder.ts";
import {
  RESOLUTION_US,
  RESOLUTIONS,
  type Resolution,
  type RollupRow,
  type TradeRow,
} from "../core/rollup/row.ts";
import { bucketStart } from "../core/units.ts";
import type { MetricStore } from "../ports/metric-store.ts";
import type { Difference, DifferenceList } from "./differences.ts";

export interface ComparedInstrument {
  readonly account: string;
  readonly instrument: string;
  /** Stored rows below it were written before the instrument was last rebuilt: they do not count. */
  readonly minVersion: number;
  /** The version of the committed state: no row may be newer. */
  readonly maxVersion: number;
  readonly firstTime: number;
  readonly newestTime: number;
}

export interface ComparedStores {
  readonly stored: MetricStore;
  readonly expected: MetricStore;
  readonly retention: Retention;
  readonly differences: DifferenceList;
}

/** How many rows were looked at. */
export type RowCounts = Record<Resolution | "trades", number>;

const BUCKETS_TOGETHER = 2_000;
const TRADES_TOGETHER = 4_096;

/** Adds to `counts`. Cost: the rows of 2,000 buckets of each side in memory. */
export async function compareRows(
  stores: ComparedStores,
  of: ComparedInstrument,
  counts: RowCounts,
): Promise<void> {
  for (const resolution of RESOLUTIONS) {
    const read = (metrics: MetricStore) => rollupsOf(metrics, of, resolution, stores.retention);
    const [stored, expected] = [read(stores.stored), read(stores.expected)];
    counts[resolution] += await compareAll(stores.differences, of, {
      stored: counting(stored, of),
      expected,
      order: byBucketThenPart,
      place: (row) => ({ of: resolution, time: row.bucket, part: row.part }),
    });
  }
  counts.trades += await compareAll(stores.differences, of, {
    stored: counting(tradesOf(stores.stored, of), of),
    expected: tradesOf(stores.expected, of),
    order: (a, b) => a.time - b.time || a.sequence - b.sequence,
    place: ({ time, tradeId }) => ({ of: "trade", time, part: tradeId }),
  });
}

interface Sides<Row> {
  readonly stored: AsyncIterator<Row, undefined>;
  readonly expected: AsyncIterator<Row, undefined>;
  readonly order: (a: Row, b: Row) => number;
  readonly place: (row: Row) => Pick<Difference, "of" | "time" | "part">;
}

/** Returns how many rows there are on either side. */
async function compareAll<Row extends RollupRow | TradeRow>(
  differences: DifferenceList,
  { account, instrument, maxVersion }: ComparedInstrument,
  sides: Sides<Row>,
): Promise<number> {
  let count = 0;
  for await (const [row, is, shouldBe] of paired(sides)) {
    const place = { instrument: `${account}/${instrument}`, ...sides.place(row) };
    differences.compare(place, is?.value, shouldBe?.value);
    if (is !== undefined && is.version > maxVersion) {
      const expected = `at most ${maxVersion}`;
      differences.add({ ...place, field: "(version)", stored: is.version, expected });
    }
    count += 1;
  }
  return count;
}

type Pair<Row> = readonly [any: Row, stored: Row | undefined, expected: Row | undefined];

/** Rows that stand for the same thing side by side. */
async function* paired<Row>({ stored, expected, order }: Sides<Row>): AsyncGenerator<Pair<Row>> {
  let [left, right] = [(await stored.next()).value, (await expected.next()).value];
  for (;;) {
    const sign = signOf(left, right, order);
    const pair = [sign <= 0 ? left : undefined, sign >= 0 ? right : undefined] as const;
    const row = pair[0] ?? pair[1];
    if (row === undefined) return;
    yield [row, ...pair];
    if (sign <= 0) left = (await stored.next()).value;
    if (sign >= 0) right = (await expected.next()).value;
  }
}

function signOf<Row>(
  left: Row | undefined,
  right: Row | undefined,
  order: (a: Row, b: Row) => number,
): number {
  if (left === undefined) return 1;
  return right === undefined ? -1 : order(left, right);
}

function byBucketThenPart(a: RollupRow, b: RollupRow): number {
  if (a.bucket !== b.bucket) return a.bucket - b.bucket;
  if (a.part === b.part) return 0;
  return a.part < b.part ? -1 : 1;
}

/** Without rows of an earlier epoch. */
async function* counting<Row extends { readonly version: number }>(
  rows: AsyncIterable<Row>,
  { minVersion }: ComparedInstrument,
): AsyncGenerator<Row, undefined> {
  for await (const row of rows) if (row.version >= minVersion) yield row;
  return undefined;
}

async function* rollupsOf(
  metrics: MetricStore,
  of: ComparedInstrument,
  resolution: Resolution,
  retention: Retention,
): AsyncGenerator<RollupRow, undefined> {
  const { account, instrument } = of;
  for (const { from, to } of stretches(resolution, of, retention)) {
    yield* await metrics.readRollups({ account, instrument, resolution, from, to });
  }
  return undefined;
}

/** Together they hold every bucket that is kept, whatever its time. */
function* stretches(resolution: Resolution, of: ComparedInstrument, retention: Retention) {
  const width = RESOLUTION_US[resolution];
  const step = width * BUCKETS_TOGETHER;
  let from: number = keptFrom(resolution, of.newestTime, retention);
  let to = Math.max(from, bucketStart(of.firstTime, width)) + step;
  while (to <= of.newestTime) {
    yield { from, to };
    from = to;
    to += step;
  }
  yield { from, to: Number.MAX_SAFE_INTEGER };
}

async function* tradesOf(
  metrics: MetricStore,
  { account, instrument }: ComparedInstrument,
): AsyncGenerator<TradeRow, undefined> {
  const range = { account, instrument, from: 0, to: Number.MAX_SAFE_INTEGER };
  let cursor: string | undefined;
  do {
    const next = cursor === undefined ? {} : { cursor };
    const page = await metrics.readTrades({ ...range, limit: TRADES_TOGETHER, ...next });
    yield* page.rows;
    cursor = page.cursor;
  } while (cursor !== undefined);
  return undefined;
}
