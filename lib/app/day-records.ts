/** Where the records of days stand among the analyses: every revision a document of its own. */
import type { DayRecord } from "../core/api/days.ts";
import type { AnalysisDocument, AnalysisKey, AnalysisStore } from "../ports/analysis-store.ts";
import { RESERVED_ACCOUNT } from "./committed-state.ts";

export const DAY_KIND = "day";
/** Where the portfolio's records stand: no event can have this account. */
export const PORTFOLIO = { account: RESERVED_ACCOUNT, instrument: "portfolio" } as const;
const PAGE = 500;

/** Every revision that was set down of days that begin in [from, to), oldest first. */
export async function readRecords(
  analyses: AnalysisStore,
  { account, instrument }: Omit<AnalysisKey, "kind">,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly AnalysisDocument[]> {
  const documents: AnalysisDocument[] = [];
  // A revision stands as many µs after its day's beginning.
  const range = { kind: DAY_KIND, account, instrument, from: from + 1, to: to + 1, limit: PAGE };
  let cursor: string | undefined;
  do {
    const page = await analyses.read(cursor === undefined ? range : { ...range, cursor });
    documents.push(...page.documents);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return documents;
}

export function recordOf({ value }: AnalysisDocument): DayRecord {
  return JSON.parse(value) as DayRecord;
}

/** Days that begin in [from, to), oldest first: every revision, or the newest of each. */
export async function readDays(
  analyses: AnalysisStore,
  of: Omit<AnalysisKey, "kind">,
  range: { readonly from: number; readonly to: number; readonly revisions: "newest" | "all" },
): Promise<readonly DayRecord[]> {
  const records = (await readRecords(analyses, of, range)).map(recordOf);
  if (range.revisions === "all") return records;
  return [...new Map(records.map((record) => [record.from, record])).values()];
}
