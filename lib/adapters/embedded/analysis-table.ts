import type { EpochUs } from "../../core/units.ts";
import type {
  AnalysisDocument,
  AnalysisKey,
  AnalysisPage,
  AnalysisRange,
  AnalysisStore,
} from "../../ports/analysis-store.ts";
import { decodeCursor, encodeCursor } from "../../ports/page-cursor.ts";
import { requireCount, requireLimit } from "../../ports/require-count.ts";
import { requireValue } from "../../ports/require-value.ts";
import type { Connection } from "./connection.ts";
import type { SeriesTable } from "./series-table.ts";
import { fromStoredText, toStoredText } from "./stored-text.ts";
import { type RowFate, tally } from "./upsert-tally.ts";

const UPSERT = `
  INSERT INTO analysis (kind, series, time, version, value) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET version = excluded.version, value = excluded.value
  WHERE excluded.version > version`;
const STANDING = "SELECT version, value FROM analysis WHERE kind = ? AND series = ? AND time = ?";
const LATEST = `
  SELECT time, version, value FROM analysis WHERE kind = ? AND series = ?
  ORDER BY time DESC LIMIT 1`;
const LATEST_OF_KIND = `
  SELECT account, instrument, time, version, value FROM series
  JOIN analysis ON analysis.kind = ?1 AND analysis.series = series.id AND analysis.time =
    (SELECT max(time) FROM analysis WHERE kind = ?1 AND series = series.id)
  ORDER BY account, instrument`;
const DELETE_BEFORE = "DELETE FROM analysis WHERE kind = ? AND series = ? AND time < ?";

type Columns = [time: number, version: number, value: string];

export function analysisTable(connection: Connection, series: SeriesTable): AnalysisStore {
  function write(document: AnalysisDocument): RowFate {
    const { time, version } = document;
    requireCount("time", time);
    requireCount("version", version);
    requireValue(document.value);
    const id = series.ensure(document.account, document.instrument);
    const kind = toStoredText(document.kind);
    const value = toStoredText(document.value);
    if (connection.statement(UPSERT).run(kind, id, time, version, value) === 1) return "written";
    const found = connection.statement(STANDING).first<[number, string]>(kind, id, time);
    return found?.[0] === version && found[1] !== value ? "conflicting" : "stale";
  }

  function read(range: AnalysisRange): AnalysisPage {
    requireLimit(range.limit);
    const order = range.order ?? "asc";
    const [from, to] = remaining(range, order);
    const id = series.find(range.account, range.instrument);
    if (id === undefined) return { documents: [], cursor: undefined };
    const found = connection
      .statement(
        `SELECT time, version, value FROM analysis WHERE kind = ? AND series = ? AND time >= ? AND time < ? ORDER BY time ${order} LIMIT ?`,
      )
      .rows<Columns>(toStoredText(range.kind), id, from, to, range.limit + 1);
    const documents = found.slice(0, range.limit).map((columns) => toDocument(range, columns));
    const last = documents.at(-1);
    const isLastPage = found.length <= range.limit || last === undefined;
    return { documents, cursor: isLastPage ? undefined : encodeCursor(order, [last.time]) };
  }

  return {
    put: async (documents) => connection.transaction(() => tally(documents, write, keyOf)),
    latest: async (key) =>
      connection.attempt(() => {
        const id = series.find(key.account, key.instrument);
        if (id === undefined) return undefined;
        const columns = connection.statement(LATEST).first<Columns>(toStoredText(key.kind), id);
        return columns === undefined ? undefined : toDocument(key, columns);
      }),
    latestOfKind: async (kind) =>
      connection.attempt(() =>
        connection
          .statement(LATEST_OF_KIND)
          .rows<[string, string, ...Columns]>(toStoredText(kind))
          .map(([account, instrument, ...columns]) =>
            toDocument(
              {
                kind,
                account: fromStoredText(account),
                instrument: fromStoredText(instrument),
              },
              columns,
            ),
          ),
      ),
    read: async (range) => connection.attempt(() => read(range)),
    deleteBefore: async (key, before) =>
      connection.transaction(() => {
        const id = series.find(key.account, key.instrument);
        if (id === undefined) return 0;
        return connection.statement(DELETE_BEFORE).run(toStoredText(key.kind), id, before);
      }),
  };
}

/** What of the range lies beyond the cursor. */
function remaining(
  { from, to, cursor }: AnalysisRange,
  order: "asc" | "desc",
): readonly [from: number, to: number] {
  if (cursor === undefined) return [from, to];
  const [time] = decodeCursor(order, ["count"], cursor);
  return order === "asc" ? [Math.max(from, time + 1), to] : [from, Math.min(to, time)];
}

function toDocument(key: AnalysisKey, [time, version, value]: Columns): AnalysisDocument {
  const { kind, account, instrument } = key;
  return {
    kind,
    account,
    instrument,
    time: time as EpochUs,
    version,
    value: fromStoredText(value),
  };
}

function keyOf({ kind, account, instrument, time }: AnalysisDocument): string {
  return JSON.stringify([kind, account, instrument, time]);
}
