import type { EpochUs } from "../../core/units.ts";
import type {
  AnalysisDocument,
  AnalysisKey,
  AnalysisPage,
  AnalysisRange,
  AnalysisStore,
} from "../../ports/analysis-store.ts";
import type { UpsertOutcome } from "../../ports/metric-store.ts";
import { decodeCursor, encodeCursor } from "../../ports/page-cursor.ts";
import { requireCount, requireLimit } from "../../ports/require-count.ts";
import { requireValue } from "../../ports/require-value.ts";
import { bound } from "./bounds.ts";
import { bulkUpsert, type VersionedTable } from "./bulk-upsert.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import type { NameIds } from "./name-ids.ts";
import { fateByVersion, newestOfEach, outcomeOf } from "./newest-of-each.ts";
import { fromStoredText, toStoredText } from "./stored-text.ts";

const TABLE: VersionedTable = {
  name: "analysis",
  columns: { kind: "text", series: "integer", time: "bigint", version: "bigint", value: "text" },
  key: ["kind", "series", "time"],
  replaced: ["version", "value"],
  replaces: "excluded.version > standing.version",
  contradicts: "given.version = standing.version AND given.value <> standing.value",
};
const LATEST = {
  name: "analysis-latest",
  text: "SELECT time, version, value FROM analysis WHERE kind = $1 AND series = $2 ORDER BY time DESC LIMIT 1",
};
const LATEST_OF_KIND = {
  name: "analysis-latest-of-kind",
  text: `
    SELECT account, instrument, time, version, value FROM series, LATERAL (
      SELECT time, version, value FROM analysis
      WHERE kind = $1 AND series = series.id ORDER BY time DESC LIMIT 1
    ) AS latest
    ORDER BY account, instrument`,
};
const DELETE_BEFORE = {
  name: "analysis-delete-before",
  text: "DELETE FROM analysis WHERE kind = $1 AND series = $2 AND time < $3",
};

type Columns = [time: number, version: number, value: string];

export function analysisTable(pool: ConnectionPool, ids: NameIds): AnalysisStore {
  async function put(documents: readonly AnalysisDocument[]): Promise<UpsertOutcome> {
    for (const { time, version, value } of documents) {
      requireCount("time", time);
      requireCount("version", version);
      requireValue(value);
    }
    const distinct = newestOfEach(documents, nameOf, fateByVersion);
    const series: number[] = [];
    for (const document of distinct.rows) {
      series.push(ids.knownSeries(document) ?? (await ids.ensureSeries(document)));
    }
    const outcome = await bulkUpsert(pool, TABLE, [
      distinct.rows.map(({ kind }) => toStoredText(kind)),
      series,
      distinct.rows.map(({ time }) => time),
      distinct.rows.map(({ version }) => version),
      distinct.rows.map(({ value }) => toStoredText(value)),
    ]);
    return outcomeOf(distinct, outcome, nameOf);
  }

  async function read(range: AnalysisRange): Promise<AnalysisPage> {
    requireLimit(range.limit);
    const order = range.order ?? "asc";
    const [from, to] = remaining(range, order);
    const id = await ids.findSeries(range);
    if (id === undefined) return { documents: [], cursor: undefined };
    const page = {
      name: `analysis-page-${order}`,
      text: `
        SELECT time, version, value FROM analysis
        WHERE kind = $1 AND series = $2 AND time >= $3 AND time < $4
        ORDER BY time ${order} LIMIT $5`,
    };
    const values = [toStoredText(range.kind), id, bound(from), bound(to), range.limit + 1];
    const found = await pool.rows<Columns>(page, values);
    const documents = found.slice(0, range.limit).map((columns) => toDocument(range, columns));
    const last = documents.at(-1);
    const isLastPage = found.length <= range.limit || last === undefined;
    return { documents, cursor: isLastPage ? undefined : encodeCursor(order, [last.time]) };
  }

  return {
    put,
    read,
    async latest(key) {
      const id = await ids.findSeries(key);
      if (id === undefined) return undefined;
      const [columns] = await pool.rows<Columns>(LATEST, [toStoredText(key.kind), id]);
      return columns === undefined ? undefined : toDocument(key, columns);
    },
    async latestOfKind(kind) {
      const found = await pool.rows<[string, string, ...Columns]>(LATEST_OF_KIND, [
        toStoredText(kind),
      ]);
      return found.map(([account, instrument, ...columns]) => {
        const name = { account: fromStoredText(account), instrument: fromStoredText(instrument) };
        return toDocument({ kind, ...name }, columns);
      });
    },
    async deleteBefore(key, before) {
      const id = await ids.findSeries(key);
      if (id === undefined) return 0;
      return pool.run(DELETE_BEFORE, [toStoredText(key.kind), id, bound(before)]);
    },
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

function toDocument(
  { kind, account, instrument }: AnalysisKey,
  [time, version, value]: Columns,
): AnalysisDocument {
  const key = { kind, account, instrument };
  return { ...key, time: time as EpochUs, version, value: fromStoredText(value) };
}

function nameOf({ kind, account, instrument, time }: AnalysisDocument): string {
  return JSON.stringify([kind, account, instrument, time]);
}
