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
import { number, readNumber, readPacked } from "./attributes.ts";
import { inParallel } from "./in-parallel.ts";
import type { Item } from "./item-bytes.ts";
import { keyText } from "./key-text.ts";
import { pageOf } from "./ordered-streams.ts";
import { packText } from "./packed-text.ts";
import { seriesDirectory, seriesText } from "./series-directory.ts";
import { deleteBefore, isEmptyRange, sortable, whole, within } from "./sorted-partition.ts";
import { query, type Table } from "./table.ts";
import { type Upsert, upsertAll } from "./upsert.ts";

const PAGE_MAX = 1_000;

/**
 * Documents in one table, a partition for each kind of each instrument, sorted by time. The directory knows which
 * instruments have a kind. Reads may be a moment behind what was written.
 */
export function dynamoDbAnalysisStore(table: Table): AnalysisStore {
  const directory = seriesDirectory(table);

  async function latest(key: AnalysisKey): Promise<AnalysisDocument | undefined> {
    const newest = query(table, {
      ...whole(partitionOf(key)),
      ScanIndexForward: false,
      Limit: 1,
    });
    for await (const item of newest) return toDocument(table, key, item);
    return undefined;
  }

  async function* documentsIn(
    range: AnalysisRange,
    order: "asc" | "desc",
  ): AsyncGenerator<AnalysisDocument> {
    const left = remaining(range, order);
    if (isEmptyRange(left)) return;
    const items = query(table, {
      ...within(partitionOf(range), left),
      ScanIndexForward: order === "asc",
      Limit: Math.min(PAGE_MAX, range.limit + 1),
    });
    for await (const item of items) yield toDocument(table, range, item);
  }

  async function read(range: AnalysisRange): Promise<AnalysisPage> {
    requireLimit(range.limit);
    const order = range.order ?? "asc";
    const page = await pageOf(documentsIn(range, order), range.limit, () => true);
    const last = page.lastOfMore;
    const cursor = last === undefined ? undefined : encodeCursor(order, [last.time]);
    return { documents: page.rows, cursor };
  }

  return {
    async put(documents) {
      for (const { time, version, value } of documents) {
        requireCount("time", time);
        requireCount("version", version);
        requireValue(value);
      }
      await directory.enter(documents.map((series) => ({ series, family: series.kind })));
      return upsertAll(
        table,
        documents.map((document) => toUpsert(table, document)),
      );
    },
    latest,
    async latestOfKind(kind) {
      const series = await directory.matching({ family: kind });
      const found = await inParallel(series, (each) => latest({ kind, ...each }));
      return found.filter((document) => document !== undefined);
    },
    read,
    deleteBefore: (key, time) => deleteBefore(table, partitionOf(key), time),
  };
}

function partitionOf(key: AnalysisKey): string {
  return `document#${keyText(key.kind)}#${seriesText(key)}`;
}

/** What of the range lies beyond the cursor. */
function remaining(
  { from, to, cursor }: AnalysisRange,
  order: "asc" | "desc",
): { readonly from: number; readonly to: number } {
  if (cursor === undefined) return { from, to };
  const [time] = decodeCursor(order, ["count"], cursor);
  return order === "asc"
    ? { from: Math.max(from, time + 1), to }
    : { from, to: Math.min(to, time) };
}

function toUpsert(table: Table, document: AnalysisDocument): Upsert {
  const { kind, account, instrument, time, version, value } = document;
  return {
    item: {
      pk: { S: partitionOf(document) },
      sk: { S: sortable(time) },
      time: number(time),
      version: number(version),
      value: { B: packText(value) },
    },
    condition: {
      ConditionExpression: "attribute_not_exists(pk) OR version < :version",
      ExpressionAttributeValues: { ":version": number(version) },
    },
    judge: (standing) =>
      readNumber(table, standing, "version") === version &&
      readPacked(table, standing, "value") !== value
        ? "conflicting"
        : "stale",
    keyOf: () => JSON.stringify([kind, account, instrument, time]),
  };
}

function toDocument(table: Table, key: AnalysisKey, item: Item): AnalysisDocument {
  return {
    kind: key.kind,
    account: key.account,
    instrument: key.instrument,
    time: readNumber(table, item, "time") as EpochUs,
    version: readNumber(table, item, "version"),
    value: readPacked(table, item, "value"),
  };
}
