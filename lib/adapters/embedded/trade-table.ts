import { EPOCH_STEP } from "../../core/pipeline/version.ts";
import type { TradeRow } from "../../core/rollup/row.ts";
import type { EpochUs } from "../../core/units.ts";
import type { TradePage, TradeRange, UpsertOutcome } from "../../ports/metric-store.ts";
import { type CursorPosition, decodeCursor, encodeCursor } from "../../ports/page-cursor.ts";
import { requireCount, requireLimit } from "../../ports/require-count.ts";
import { tradeFate } from "../../ports/trade-fate.ts";
import type { Connection } from "./connection.ts";
import type { SeriesTable } from "./series-table.ts";
import { fromStoredText, toStoredText } from "./stored-text.ts";
import { type RowFate, tally } from "./upsert-tally.ts";

/** The synchronous half of the metric store's trades. */
export interface TradeTable {
  upsert(rows: readonly TradeRow[]): UpsertOutcome;
  read(range: TradeRange): TradePage;
  find(account: string, instrument: string, tradeId: string): TradeRow | undefined;
}

/** Replaces where `tradeFate` says so. */
const UPSERT = `
  INSERT INTO trade (series, trade_id, time, sequence, version, value) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE
  SET time = excluded.time, sequence = excluded.sequence, version = excluded.version, value = excluded.value
  WHERE excluded.version / ${EPOCH_STEP} > version / ${EPOCH_STEP}
    OR excluded.version > version AND excluded.sequence = sequence`;
const STANDING =
  "SELECT time, sequence, version, value FROM trade WHERE series = ? AND trade_id = ?";
const COLUMNS =
  "account, instrument, time, sequence, trade_id, version, value FROM trade JOIN series ON series.id = trade.series";
const FIND = `SELECT ${COLUMNS} WHERE series = ? AND trade_id = ?`;

/** Where a page ends: time, sequence, account, instrument. */
const POSITION = ["count", "count", "text", "text"] as const;

type Columns = [string, string, number, number, string, number, string];

export function tradeTable(connection: Connection, series: SeriesTable): TradeTable {
  function write(row: TradeRow): RowFate {
    requireCount("time", row.time);
    requireCount("sequence", row.sequence);
    requireCount("version", row.version);
    const id = series.ensure(row.account, row.instrument);
    const tradeId = toStoredText(row.tradeId);
    const value = toStoredText(row.value);
    const written = connection
      .statement(UPSERT)
      .run(id, tradeId, row.time, row.sequence, row.version, value);
    if (written === 1) return "written";
    const standing = connection
      .statement(STANDING)
      .first<[number, number, number, string]>(id, tradeId);
    if (standing === undefined) return "stale";
    const [time, sequence, version, standingValue] = standing;
    const fate = tradeFate(
      { ...row, value },
      { time: time as EpochUs, sequence, version, value: standingValue },
    );
    return fate === "conflicting" ? "conflicting" : "stale";
  }

  function read(range: TradeRange): TradePage {
    requireLimit(range.limit);
    const order = range.order ?? "asc";
    const after =
      range.cursor === undefined ? undefined : decodeCursor(order, POSITION, range.cursor);
    const { sql, values } = pageQuery(range, order, seriesIn(range), after);
    const found = connection.statement(sql).rows<Columns>(...values, range.limit + 1);
    const rows = found.slice(0, range.limit).map(toRow);
    const last = rows.at(-1);
    const isLastPage = found.length <= range.limit || last === undefined;
    return { rows, cursor: isLastPage ? undefined : cursorAfter(order, last) };
  }

  /** `undefined` when the range asks for all of them. */
  function seriesIn({ account, instrument }: TradeRange): readonly number[] | undefined {
    if (account === undefined && instrument === undefined) return undefined;
    return series.matching(account, instrument).map(({ id }) => id);
  }

  return {
    upsert: (rows) => connection.transaction(() => tally(rows, write, keyOf)),
    read: (range) => connection.attempt(() => read(range)),
    find: (account, instrument, tradeId) =>
      connection.attempt(() => {
        const id = series.find(account, instrument);
        if (id === undefined) return undefined;
        const columns = connection.statement(FIND).first<Columns>(id, toStoredText(tradeId));
        return columns === undefined ? undefined : toRow(columns);
      }),
  };
}

/** One series reads its own index; several, or all, read the index by time. */
function pageQuery(
  range: TradeRange,
  order: "asc" | "desc",
  ids: readonly number[] | undefined,
  after: CursorPosition<typeof POSITION> | undefined,
): { readonly sql: string; readonly values: readonly (string | number)[] } {
  const [direction, beyond] = order === "asc" ? ["ASC", ">"] : ["DESC", "<"];
  const terms = ["time >= ? AND time < ?"];
  const values: (string | number)[] = [range.from, range.to];
  if (ids !== undefined) terms.push(`series IN (${ids.join(", ")})`);
  if (after !== undefined) {
    // The first term seeks in the index, the second decides among rows of one instant.
    terms.push(
      `time ${beyond}= ? AND (time, sequence, account, instrument) ${beyond} (?, ?, ?, ?)`,
    );
    const [time, sequence, account, instrument] = after;
    values.push(time, time, sequence, toStoredText(account), toStoredText(instrument));
  }
  const by = ["time", "sequence", "account", "instrument"].map((name) => `${name} ${direction}`);
  const sql = `SELECT ${COLUMNS} WHERE ${terms.join(" AND ")} ORDER BY ${by.join(", ")} LIMIT ?`;
  return { sql, values };
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

function keyOf(row: TradeRow): string {
  return JSON.stringify([row.account, row.instrument, row.tradeId]);
}
