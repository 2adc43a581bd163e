import { epochOf } from "../../core/pipeline/version.ts";
import type { TradeRow } from "../../core/rollup/row.ts";
import type { EpochUs } from "../../core/units.ts";
import { InvalidCursorError } from "../../ports/invalid-cursor-error.ts";
import type { TradePage, TradeRange } from "../../ports/metric-store.ts";
import { decodeCursor, encodeCursor } from "../../ports/page-cursor.ts";
import { requireLimit } from "../../ports/require-count.ts";
import { dimensionText, isDimension, isHashed } from "./dimension-text.ts";
import { readWhole } from "./patience.ts";
import type { QueriedRow } from "./query-rows.ts";
import { type Reader, timesIn } from "./read-rollups.ts";
import { sequenceText } from "./records.ts";
import * as sql from "./sql.ts";
import { TRADES } from "./tables.ts";
import { type Assembled, assemble, numberIn, type WholeRow } from "./whole-rows.ts";

const KEY = ["account", "instrument", "trade_id", "sequence"] as const;
const COLUMNS = [...KEY, "piece", "version", "pieces", "value", "time"] as const;
/** As the port orders them, and one more, so that no two rows tie. */
const ORDER = ["time", "sequence", "account", "instrument", "trade_id"] as const;
/** What `ORDER` gives, in a cursor: names as the dimensions hold them. */
const POSITION = ["count", "count", "text", "text", "text"] as const;

interface ReadPage extends Assembled {
  readonly hasMore: boolean;
}

/** Names that are hashed stand after the others among trades of one time and sequence, in the order of their hashes. */
export async function readTrades(reader: Reader, range: TradeRange): Promise<TradePage> {
  requireLimit(range.limit);
  const order = range.order ?? "asc";
  const list = `trades-${order}`;
  const after = range.cursor === undefined ? undefined : positionIn(list, range.cursor);
  const times = timesIn(range);
  if (times === undefined) return { rows: [], cursor: undefined };
  const terms = [...times, ...seriesTerms(range)];
  if (after !== undefined) terms.push(...afterTerms(order, after));
  const statement = sql.select({
    columns: COLUMNS,
    database: reader.database,
    table: TRADES,
    where: sql.all(FIRST_PIECE, ...terms),
    orderBy: ORDER,
    order,
    limit: range.limit + 1,
  });
  const read = async (): Promise<ReadPage> => {
    const heads = await reader.query(statement);
    const shown = heads.slice(0, range.limit);
    const rest = await restOf(reader, shown, terms);
    const hasMore = heads.length > range.limit;
    return { ...assembleInOrder(shown, rest), hasMore };
  };
  const { rows, hasMore } = await readWhole(TRADES, read, reader.wait);
  const last = hasMore ? rows.at(-1) : undefined;
  const cursor = last === undefined ? undefined : encodeCursor(list, positionOf(last));
  return { rows: rows.map(tradeRow), cursor };
}

/** Of the highest epoch: of one id under several sequences the first, of one sequence at several times the newest version. */
export async function findTrade(
  reader: Reader,
  ...[account, instrument, tradeId]: readonly [string, string, string]
): Promise<TradeRow | undefined> {
  const terms = [
    ...seriesTerms({ account, instrument }),
    sql.compare("trade_id", "=", sql.textLiteral(dimensionText(tradeId))),
  ];
  const where = sql.all(...terms);
  const statement = sql.select({
    columns: COLUMNS,
    database: reader.database,
    table: TRADES,
    where,
  });
  const read = async () => assemble(await reader.query(statement), KEY);
  const { rows } = await readWhole(TRADES, read, reader.wait);
  const [first] = rows.map(tradeRow).sort(byEpochThenSequence);
  return first;
}

const FIRST_PIECE = sql.compare("piece", "=", sql.textLiteral("0"));

function seriesTerms({ account, instrument }: Pick<TradeRange, "account" | "instrument">) {
  const terms: sql.Sql[] = [];
  if (account !== undefined) {
    terms.push(sql.compare("account", "=", sql.textLiteral(dimensionText(account))));
  }
  if (instrument !== undefined) {
    terms.push(sql.compare("instrument", "=", sql.textLiteral(dimensionText(instrument))));
  }
  return terms;
}

/** @throws {InvalidCursorError} also where a name in it is none that a dimension could hold */
function positionIn(list: string, cursor: string) {
  const position = decodeCursor(list, POSITION, cursor);
  const [, , ...names] = position;
  if (names.every(isDimension)) return position;
  throw new InvalidCursorError(cursor);
}

/** The first term lets the service skip what lies before, the second decides among rows of one time. */
function afterTerms(
  order: "asc" | "desc",
  [time, sequence, ...names]: readonly [number, number, string, string, string],
): sql.Sql[] {
  const at = sql.timeLiteral(time);
  const [account, instrument, tradeId] = names;
  const position = [
    ["time", at],
    ["sequence", sql.textLiteral(sequenceText(sequence))],
    ["account", sql.textLiteral(account)],
    ["instrument", sql.textLiteral(instrument)],
    ["trade_id", sql.textLiteral(tradeId)],
  ] as const;
  return order === "asc"
    ? [sql.compare("time", ">=", at), sql.beyond(position, ">")]
    : [sql.compare("time", "<=", at), sql.beyond(position, "<")];
}

/** The other records of the page's rows, where any has some. */
async function restOf(
  { query, database }: Reader,
  heads: readonly QueriedRow[],
  terms: readonly sql.Sql[],
): Promise<readonly QueriedRow[]> {
  const times = heads
    .filter((head) => numberIn(head, "pieces") > 1)
    .map((head) => head.get(sql.TIME_NS) ?? "");
  if (times.length === 0) return [];
  const at = [...new Set(times)].map((time) => sql.compare("time", "=", sql.sameTime(time)));
  const others = sql.compare("piece", "<>", sql.textLiteral("0"));
  const where = sql.all(others, sql.any(...at), ...terms);
  return query(sql.select({ columns: COLUMNS, database, table: TRADES, where }));
}

/** In the order of the heads; records of rows that are not on the page are left out. */
function assembleInOrder(heads: readonly QueriedRow[], rest: readonly QueriedRow[]): Assembled {
  const keyOf = (record: QueriedRow) =>
    JSON.stringify([...KEY, sql.TIME_NS].map((name) => record.get(name)));
  const shown = new Set(heads.map(keyOf));
  return assemble([...heads, ...rest.filter((record) => shown.has(keyOf(record)))], KEY);
}

function positionOf({ time, text }: WholeRow) {
  return [time, Number(text("sequence")), text("account"), text("instrument"), text("trade_id")];
}

function tradeRow({ time, version, value, names, text }: WholeRow): TradeRow {
  const name = (column: "account" | "instrument" | "trade_id", at: 0 | 1 | 2) =>
    isHashed(text(column)) ? (names?.[at] ?? "") : text(column);
  return {
    account: name("account", 0),
    instrument: name("instrument", 1),
    time: time as EpochUs,
    sequence: Number(text("sequence")),
    tradeId: name("trade_id", 2),
    version,
    value,
  };
}

function byEpochThenSequence(a: TradeRow, b: TradeRow): number {
  return (
    epochOf(b.version) - epochOf(a.version) ||
    a.sequence - b.sequence ||
    b.version - a.version ||
    a.time - b.time
  );
}
