/**
 * State and metric stores in plain maps, for simulations that open thousands of them. They pass the contract suites of
 * the real ones, so that what the simulation assumes of a store is what a store does.
 */
import type { RollupRow, TradeRow } from "../../lib/core/rollup/row.ts";
import type {
  MetricStore,
  RollupRange,
  TradePage,
  TradeRange,
  UpsertOutcome,
} from "../../lib/ports/metric-store.ts";
import { decodeCursor, encodeCursor } from "../../lib/ports/page-cursor.ts";
import type { ScratchStore } from "../../lib/ports/replacing-store.ts";
import { requireCount, requireLimit } from "../../lib/ports/require-count.ts";
import type { StateKey, StateSnapshot, StateStore } from "../../lib/ports/state-store.ts";
import { tradeFate } from "../../lib/ports/trade-fate.ts";

export interface MemoryStateStore extends StateStore {
  readonly snapshots: ReadonlyMap<string, StateSnapshot>;
  /** As if it had never been. */
  lose(key: StateKey): void;
  /** Half of its state is missing. */
  damage(key: StateKey): void;
}

export function memoryStateStore(): MemoryStateStore {
  const snapshots = new Map<string, StateSnapshot>();
  const names = () => [...snapshots.keys()].map(keyOf).sort(byName);
  return {
    snapshots,
    lose: (key) => void snapshots.delete(nameOf(key)),
    damage: (key) => {
      const snapshot = snapshots.get(nameOf(key));
      if (snapshot === undefined) return;
      const body = snapshot.body.slice(0, snapshot.body.length / 2);
      snapshots.set(nameOf(key), { ...snapshot, body });
    },
    load: async (key) => snapshots.get(nameOf(key)),
    commit: async (key, expected, next) => {
      const name = nameOf(key);
      const current = snapshots.get(name);
      const isExpected = current?.epoch === expected?.epoch && current?.gen === expected?.gen;
      if (!isExpected) return { outcome: "stale", current };
      snapshots.set(name, next);
      return { outcome: "committed" };
    },
    keys: async () => names(),
    summaries: async () =>
      names().flatMap((key) => {
        const found = snapshots.get(nameOf(key));
        if (found === undefined) return [];
        const { epoch, gen, summary } = found;
        return [{ ...key, epoch, gen, summary }];
      }),
    owing: async (before, limit) =>
      names()
        .map((key) => ({ key, since: snapshots.get(nameOf(key))?.dirtySince }))
        .filter(({ since }) => since !== undefined && since < before)
        .sort((a, b) => Number(a.since) - Number(b.since))
        .slice(0, limit)
        .map(({ key }) => key),
  };
}

export interface MemoryMetricStore extends MetricStore {
  readonly rollups: ReadonlyMap<string, RollupRow>;
  readonly trades: ReadonlyMap<string, TradeRow>;
}

export function memoryMetricStore(): MemoryMetricStore {
  const rollups = new Map<string, RollupRow>();
  const trades = new Map<string, TradeRow>();
  const putRollups = (rows: readonly RollupRow[]) =>
    upsert(rollups, rows, (standing, row) => {
      if (row.version !== standing.version) return row.version > standing.version;
      return row.value === standing.value ? false : undefined;
    });
  const putTrades = (rows: readonly TradeRow[]) =>
    upsert(trades, rows, (standing, row) => {
      const fate = tradeFate(row, standing);
      return fate === "conflicting" ? undefined : fate === "replaces";
    });
  const readRollups = async (range: RollupRange) =>
    [...rollups.values()].filter((row) => isWithin(range, row)).sort(byBucket);
  const lastRollupBefore: MetricStore["lastRollupBefore"] = async (of, before) => {
    const rows = await readRollups({ ...of, from: 0, to: before });
    return rows.filter(({ part }) => part === of.part).at(-1);
  };
  return {
    rollups,
    trades,
    upsertRollups: async (rows) => {
      rows.forEach(checkRollup);
      return putRollups(rows);
    },
    upsertTrades: async (rows) => {
      rows.forEach(checkTrade);
      return putTrades(rows);
    },
    upsertBatch: async (batch) => {
      batch.rollups.forEach(checkRollup);
      batch.trades.forEach(checkTrade);
      return { rollups: putRollups(batch.rollups), trades: putTrades(batch.trades) };
    },
    readRollups,
    readRollupRanges: (ranges) => Promise.all(ranges.map(readRollups)),
    lastRollupBefore,
    lastRollupsBefore: (asked) =>
      Promise.all(asked.map(({ of, before }) => lastRollupBefore(of, before))),
    readTrades: async (range) => pageOf([...trades.values()], range),
    findTrade: async (...key) => trades.get(tradeKey(...key)),
    deleteRollupsBefore: async ({ account, instrument, resolution }, before) => {
      const old = await readRollups({ account, instrument, resolution, from: 0, to: before });
      for (const row of old) rollups.delete(rowKey(row));
      return old.length;
    },
  };
}

/** For one instrument. */
export function memoryScratch(): Pick<ScratchStore, "metrics" | "rowsOf" | "close"> {
  const metrics = memoryMetricStore();
  const isOf = (key: StateKey) => (row: StateKey) =>
    row.account === key.account && row.instrument === key.instrument;
  return {
    metrics,
    rowsOf: (key) => [
      {
        rollups: [...metrics.rollups.values()].filter(isOf(key)),
        trades: [...metrics.trades.values()].filter(isOf(key)),
      },
    ],
    close: () => {},
  };
}

/** @param wins whether the row replaces what stands under its key; undefined where the two contradict each other */
function upsert<Row extends RollupRow | TradeRow>(
  table: Map<string, Row>,
  rows: readonly Row[],
  wins: (standing: Row, row: Row) => boolean | undefined,
): UpsertOutcome {
  let written = 0;
  let stale = 0;
  const conflicting: string[] = [];
  for (const row of rows) {
    const key = rowKey(row);
    const standing = table.get(key);
    const replaces = standing === undefined ? true : wins(standing, row);
    if (replaces === true) {
      table.set(key, row);
      written += 1;
    } else if (replaces === false) stale += 1;
    else conflicting.push(key);
  }
  return { written, stale, conflicting };
}

/** Unlike that of any other row, whatever the names are: their lengths go before them. */
export function rowKey(row: RollupRow | TradeRow): string {
  const { account, instrument } = row;
  if ("tradeId" in row) return tradeKey(account, instrument, row.tradeId);
  const bucket = `${row.resolution} ${row.bucket} ${row.part}`;
  return `${account.length} ${account} ${instrument.length} ${instrument} ${bucket}`;
}

function tradeKey(account: string, instrument: string, tradeId: string): string {
  return `${account.length} ${account} ${instrument.length} ${instrument} ${tradeId}`;
}

function checkRollup({ bucket, version }: RollupRow): void {
  requireCount("bucket", bucket);
  requireCount("version", version);
}

function checkTrade({ time, sequence, version }: TradeRow): void {
  requireCount("time", time);
  requireCount("sequence", sequence);
  requireCount("version", version);
}

function isWithin(range: RollupRange, row: RollupRow): boolean {
  return (
    row.account === range.account &&
    row.instrument === range.instrument &&
    row.resolution === range.resolution &&
    row.bucket >= range.from &&
    row.bucket < range.to &&
    row.part.startsWith(range.partPrefix ?? "")
  );
}

function byBucket(a: RollupRow, b: RollupRow): number {
  return a.bucket - b.bucket || byText(a.part, b.part);
}

const POSITION = ["count", "count", "text", "text"] as const;

function pageOf(trades: readonly TradeRow[], range: TradeRange): TradePage {
  requireLimit(range.limit);
  const order = range.order ?? "asc";
  const turn = order === "asc" ? 1 : -1;
  const compare = (a: TradeRow, b: TradeRow) => turn * byTime(a, b);
  const after =
    range.cursor === undefined ? undefined : decodeCursor(order, POSITION, range.cursor);
  const rows = trades
    .filter(
      ({ time, account, instrument }) =>
        time >= range.from &&
        time < range.to &&
        account === (range.account ?? account) &&
        instrument === (range.instrument ?? instrument),
    )
    .filter((row) => after === undefined || compare(row, positionRow(row, after)) > 0)
    .sort(compare);
  const page = rows.slice(0, range.limit);
  const last = page.at(-1);
  if (last === undefined || rows.length <= range.limit) return { rows: page, cursor: undefined };
  const position = [last.time, last.sequence, last.account, last.instrument];
  return { rows: page, cursor: encodeCursor(order, position) };
}

function positionRow(
  row: TradeRow,
  [time, sequence, account, instrument]: readonly [number, number, string, string],
): TradeRow {
  return { ...row, time: time as TradeRow["time"], sequence, account, instrument };
}

function byTime(a: TradeRow, b: TradeRow): number {
  return a.time - b.time || a.sequence - b.sequence || byName(a, b);
}

function byName(a: StateKey, b: StateKey): number {
  return byText(a.account, b.account) || byText(a.instrument, b.instrument);
}

/** By code point, which the order of UTF-16 units is not. */
export function byText(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const difference = (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

export function nameOf({ account, instrument }: StateKey): string {
  return `${account.length} ${account} ${instrument}`;
}

function keyOf(name: string): StateKey {
  const from = name.indexOf(" ") + 1;
  const to = from + Number.parseInt(name, 10);
  return { account: name.slice(from, to), instrument: name.slice(to + 1) };
}
