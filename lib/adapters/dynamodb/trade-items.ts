import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { EPOCH_STEP, epochOf } from "../../core/pipeline/version.ts";
import type { TradeRow } from "../../core/rollup/row.ts";
import type { EpochUs } from "../../core/units.ts";
import type {
  MetricStore,
  TradePage,
  TradeRange,
  UpsertOutcome,
} from "../../ports/metric-store.ts";
import { decodeCursor, encodeCursor } from "../../ports/page-cursor.ts";
import { requireCount, requireLimit } from "../../ports/require-count.ts";
import { tradeFate } from "../../ports/trade-fate.ts";
import { names, number, readNames, readNumber, readPacked } from "./attributes.ts";
import { indexedRows } from "./indexed-rows.ts";
import type { Item } from "./item-bytes.ts";
import { keyText } from "./key-text.ts";
import { merged, pageOf } from "./ordered-streams.ts";
import { packText } from "./packed-text.ts";
import { bySeriesName, type Series, type SeriesDirectory, seriesText } from "./series-directory.ts";
import { attempt, type Table } from "./table.ts";
import { TRADES_BY_TIME } from "./tables.ts";
import { type Upsert, upsertAll } from "./upsert.ts";

/** The metric store's trades. */
export type TradeItems = Pick<MetricStore, "readTrades" | "findTrade"> & {
  /** @throws {RangeError} for a row that cannot be ordered */
  check(rows: readonly TradeRow[]): void;
  /** Of rows that are checked, and whose series are entered. */
  upsert(rows: readonly TradeRow[]): Promise<UpsertOutcome>;
};

const CURSOR_SHAPE = ["count", "count", "text", "text"] as const;
/** Replaces where `tradeFate` says so; `:epoch` is the lowest version of the row's own. */
const CONDITION =
  "attribute_not_exists(pk) OR version < :epoch OR (version < :version AND #sequence = :sequence)";

type TradePosition = Pick<TradeRow, "time" | "sequence" | "account" | "instrument">;

/**
 * One item a trade, under its id; each spreads over a partition of its own. By time they are found through an index with
 * a partition for each series: what spans series is merged, and no instrument's trades wait for another's.
 */
export function tradeItems(table: Table, directory: SeriesDirectory): TradeItems {
  async function read(range: TradeRange): Promise<TradePage> {
    requireLimit(range.limit);
    const order = range.order ?? "asc";
    const after = range.cursor === undefined ? undefined : positionOf(order, range.cursor);
    const series = await directory.matching(range);
    const compare = order === "asc" ? byPosition : byPositionReversed;
    const pageSize = Math.ceil((range.limit + 1) / Math.max(1, series.length)) + 1;
    const within = { ...remaining(range, order, after), order, pageSize };
    const streams = series.map((each) => streamOf(each, within, compare));
    const isBeyond = (row: TradeRow) => after === undefined || compare(row, after) > 0;
    const page = await pageOf(merged(streams, compare), range.limit, isBeyond);
    return { rows: page.rows, cursor: cursorAfter(order, page.lastOfMore) };
  }

  function streamOf(
    series: Series,
    range: {
      readonly from: number;
      readonly to: number;
      readonly order: "asc" | "desc";
      readonly pageSize: number;
    },
    compare: (a: TradePosition, b: TradePosition) => number,
  ): AsyncGenerator<TradeRow> {
    const asked = {
      index: TRADES_BY_TIME.name,
      partition: { attribute: TRADES_BY_TIME.partitionKey.name, value: seriesText(series) },
      sortedBy: TRADES_BY_TIME.sortKey.name,
      ...range,
    };
    return indexedRows(table, asked, (item) => toRow(table, item), compare);
  }

  return {
    check(rows) {
      for (const { time, sequence, version } of rows) {
        requireCount("time", time);
        requireCount("sequence", sequence);
        requireCount("version", version);
      }
    },
    upsert: (rows) =>
      upsertAll(
        table,
        rows.map((row) => toUpsert(table, row)),
      ),
    readTrades: read,
    async findTrade(account, instrument, tradeId) {
      const { Item: found } = await attempt(table, "GetItem", () =>
        table.client.send(
          new GetItemCommand({
            TableName: table.name,
            Key: keyOf({ account, instrument, tradeId }),
            ConsistentRead: true,
          }),
        ),
      );
      return found === undefined ? undefined : toRow(table, found);
    },
  };
}

function keyOf({ tradeId, ...series }: Pick<TradeRow, "account" | "instrument" | "tradeId">): Item {
  return { pk: { S: `trade#${seriesText(series)}#${keyText(tradeId)}` }, sk: { S: "trade" } };
}

function toUpsert(table: Table, row: TradeRow): Upsert {
  const { account, instrument, tradeId, time, sequence, version } = row;
  return {
    item: {
      ...keyOf(row),
      names: names(account, instrument, tradeId),
      series: { S: seriesText(row) },
      tradeTime: number(time),
      sequence: number(sequence),
      version: number(version),
      value: { B: packText(row.value) },
    },
    condition: {
      ConditionExpression: CONDITION,
      ExpressionAttributeNames: { "#sequence": "sequence" },
      ExpressionAttributeValues: {
        ":epoch": number(epochOf(version) * EPOCH_STEP),
        ":version": number(version),
        ":sequence": number(sequence),
      },
    },
    judge: (item) =>
      tradeFate(row, toRow(table, item)) === "conflicting" ? "conflicting" : "stale",
    keyOf: () => JSON.stringify([account, instrument, tradeId]),
  };
}

function toRow(table: Table, item: Item): TradeRow {
  const [account = "", instrument = "", tradeId = ""] = readNames(table, item);
  return {
    account,
    instrument,
    time: readNumber(table, item, "tradeTime") as EpochUs,
    sequence: readNumber(table, item, "sequence"),
    tradeId,
    version: readNumber(table, item, "version"),
    value: readPacked(table, item, "value"),
  };
}

/** What of the range may lie beyond the cursor: the instant of the cursor itself still does, in part. */
function remaining(
  { from, to }: TradeRange,
  order: "asc" | "desc",
  after: TradePosition | undefined,
): { readonly from: number; readonly to: number } {
  if (after === undefined) return { from, to };
  return order === "asc"
    ? { from: Math.max(from, after.time), to }
    : { from, to: Math.min(to, after.time + 1) };
}

function positionOf(order: "asc" | "desc", cursor: string): TradePosition {
  const [time, sequence, account, instrument] = decodeCursor(order, CURSOR_SHAPE, cursor);
  return { time: time as EpochUs, sequence, account, instrument };
}

function cursorAfter(order: "asc" | "desc", last: TradePosition | undefined): string | undefined {
  if (last === undefined) return undefined;
  return encodeCursor(order, [last.time, last.sequence, last.account, last.instrument]);
}

function byPosition(a: TradePosition, b: TradePosition): number {
  return a.time - b.time || a.sequence - b.sequence || bySeriesName(a, b);
}

function byPositionReversed(a: TradePosition, b: TradePosition): number {
  return byPosition(b, a);
}
