import { EPOCH_STEP } from "../../core/pipeline/version.ts";
import type { TradeRow } from "../../core/rollup/row.ts";
import type { EpochUs } from "../../core/units.ts";
import type {
  MetricStore,
  TradePage,
  TradeRange,
  UpsertOutcome,
} from "../../ports/metric-store.ts";
import { type CursorPosition, decodeCursor, encodeCursor } from "../../ports/page-cursor.ts";
import { requireCount, requireLimit } from "../../ports/require-count.ts";
import { tradeFate } from "../../ports/trade-fate.ts";
import { bound } from "./bounds.ts";
import { bulkUpsert, type VersionedTable } from "./bulk-upsert.ts";
import type { ConnectionPool, Session, Statement, Value } from "./connection-pool.ts";
import type { NameIds } from "./name-ids.ts";
import { newestOfEach, outcomeOf } from "./newest-of-each.ts";
import { fromStoredText, toStoredText } from "./stored-text.ts";

/** A row with its names as an id, ready to be written. */
export interface PlacedTrade {
  readonly row: TradeRow;
  readonly series: number;
}

export interface TradeTable {
  /** Checks rows and gives their names ids; outside any transaction. */
  place(rows: readonly TradeRow[]): Promise<readonly PlacedTrade[]>;
  upsertIn(session: Session, rows: readonly PlacedTrade[]): Promise<UpsertOutcome>;
  read(range: TradeRange): Promise<TradePage>;
  find: MetricStore["findTrade"];
}

/** Replaces, and contradicts, where `tradeFate` says so. */
const TABLE: VersionedTable = {
  name: "trade",
  columns: {
    series: "integer",
    trade_id: "text",
    time: "bigint",
    sequence: "bigint",
    version: "bigint",
    value: "text",
  },
  key: ["series", "trade_id"],
  replaced: ["time", "sequence", "version", "value"],
  replaces: `excluded.version / ${EPOCH_STEP} > standing.version / ${EPOCH_STEP}
    OR excluded.version > standing.version AND excluded.sequence = standing.sequence`,
  contradicts: `given.version / ${EPOCH_STEP} = standing.version / ${EPOCH_STEP}
    AND (given.sequence <> standing.sequence OR given.version = standing.version
      AND (given.time <> standing.time OR given.value <> standing.value))`,
};
const COLUMNS = `
  account, instrument, time, sequence, trade_id, version, value
  FROM trade JOIN series ON series.id = trade.series`;
const FIND = {
  name: "trade-find",
  text: `SELECT ${COLUMNS} WHERE series = $1 AND trade_id = $2`,
};

/** Where a page ends: time, sequence, account, instrument. */
const POSITION = ["count", "count", "text", "text"] as const;

type Columns = [string, string, number, number, string, number, string];

export function tradeTable(pool: ConnectionPool, ids: NameIds): TradeTable {
  async function read(range: TradeRange): Promise<TradePage> {
    requireLimit(range.limit);
    const order = range.order ?? "asc";
    const after =
      range.cursor === undefined ? undefined : decodeCursor(order, POSITION, range.cursor);
    const series = await seriesIn(range);
    const { statement, values } = pageQuery(range, series, after);
    const found = await pool.rows<Columns>(statement, [...values, range.limit + 1]);
    const rows = found.slice(0, range.limit).map(toRow);
    const last = rows.at(-1);
    const isLastPage = found.length <= range.limit || last === undefined;
    return { rows, cursor: isLastPage ? undefined : cursorAfter(order, last) };
  }

  /** `undefined` when the range asks for all of them. */
  async function seriesIn({ account, instrument }: TradeRange) {
    if (account === undefined && instrument === undefined) return undefined;
    if (account !== undefined && instrument !== undefined) {
      const id = await ids.findSeries({ account, instrument });
      return id === undefined ? [] : [id];
    }
    return (await ids.seriesMatching(account, instrument)).map(({ id }) => id);
  }

  return {
    async place(rows) {
      for (const { time, sequence, version } of rows) {
        requireCount("time", time);
        requireCount("sequence", sequence);
        requireCount("version", version);
      }
      const placed: PlacedTrade[] = [];
      for (const row of rows) {
        placed.push({ row, series: ids.knownSeries(row) ?? (await ids.ensureSeries(row)) });
      }
      return placed;
    },
    upsertIn,
    read,
    async find(account, instrument, tradeId) {
      const id = await ids.findSeries({ account, instrument });
      if (id === undefined) return undefined;
      const [columns] = await pool.rows<Columns>(FIND, [id, toStoredText(tradeId)]);
      return columns === undefined ? undefined : toRow(columns);
    },
  };
}

async function upsertIn(session: Session, rows: readonly PlacedTrade[]): Promise<UpsertOutcome> {
  const distinct = newestOfEach(rows, keyOf, (next, first) => tradeFate(next.row, first.row));
  const outcome = await bulkUpsert(session, TABLE, [
    distinct.rows.map(({ series }) => series),
    distinct.rows.map(({ row }) => toStoredText(row.tradeId)),
    distinct.rows.map(({ row }) => row.time),
    distinct.rows.map(({ row }) => row.sequence),
    distinct.rows.map(({ row }) => row.version),
    distinct.rows.map(({ row }) => toStoredText(row.value)),
  ]);
  return outcomeOf(distinct, outcome, nameOf);
}

/** One statement for each shape of question: which series, either order, from the start or after a page. */
function pageQuery(
  range: TradeRange,
  series: readonly number[] | undefined,
  after: CursorPosition<typeof POSITION> | undefined,
): { readonly statement: Statement; readonly values: readonly Value[] } {
  const order = range.order ?? "asc";
  const beyond = order === "asc" ? ">" : "<";
  const values: Value[] = [bound(range.from), bound(range.to)];
  const terms = ["time >= $1", "time < $2"];
  const next = (value: Value) => `$${values.push(value)}`;
  // One series reads its own index; several, or all, read the index by time.
  const only = series?.length === 1 ? series[0] : undefined;
  if (only !== undefined) terms.push(`series = ${next(only)}`);
  else if (series !== undefined) {
    terms.push(`series = ANY (${next(`{${series.join(",")}}`)}::integer[])`);
  }
  if (after !== undefined) {
    const [time, sequence, account, instrument] = after;
    const at = next(time);
    const rest = [next(sequence), next(toStoredText(account)), next(toStoredText(instrument))];
    // The first term seeks in the index, the second decides among rows of one instant.
    terms.push(
      `time ${beyond}= ${at} AND (time, sequence, account, instrument) ${beyond} (${at}, ${rest.join(", ")})`,
    );
  }
  const by = ["time", "sequence", "account", "instrument"].map((column) => `${column} ${order}`);
  const which = only !== undefined ? "one" : series === undefined ? "all" : "some";
  const statement = {
    name: `trade-page-${order}-${which}-${after === undefined ? "first" : "next"}`,
    text: `SELECT ${COLUMNS} WHERE ${terms.join(" AND ")} ORDER BY ${by.join(", ")} LIMIT $${values.length + 1}`,
  };
  return { statement, values };
}

function toRow([account, instrument, time, sequence, ...rest]: Columns): TradeRow {
  const [tradeId, version, value] = rest;
  return {
    account: fromStoredText(account),
    instrument: fromStoredText(instrument),
    time: time as EpochUs,
    sequence,
    tradeId: fromStoredText(tradeId),
    version,
    value: fromStoredText(value),
  };
}

function cursorAfter(order: "asc" | "desc", last: TradeRow): string {
  return encodeCursor(order, [last.time, last.sequence, last.account, last.instrument]);
}

function keyOf({ row, series }: PlacedTrade): string {
  return `${series} ${row.tradeId}`;
}

function nameOf({ row }: PlacedTrade): string {
  return JSON.stringify([row.account, row.instrument, row.tradeId]);
}
