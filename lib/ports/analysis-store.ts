import type { EpochUs } from "../core/units.ts";
import type { UpsertOutcome } from "./metric-store.ts";

/** Whose analyses: one kind of them, of one instrument. */
export interface AnalysisKey {
  /** What was computed: `rolling`, `alert-baseline`, `regimes`. */
  readonly kind: string;
  readonly account: string;
  readonly instrument: string;
}

/**
 * What an analysis found: key (kind, account, instrument, time).
 * An analysis of which only the present one matters keeps one `time` and replaces its document by version.
 */
export interface AnalysisDocument extends AnalysisKey {
  readonly time: EpochUs;
  /** Orders writes of one key; an equal version has equal content. */
  readonly version: number;
  /** JSON text that a store keeps as it is: two values are equal when their texts are. */
  readonly value: string;
}

export interface AnalysisRange extends AnalysisKey {
  /** Half-open, on the documents' time. */
  readonly from: number;
  readonly to: number;
  /** ≥ 1. */
  readonly limit: number;
  /** `asc` oldest first (default), `desc` exactly the reverse. */
  readonly order?: "asc" | "desc";
  /** Opaque: continues after the last document of the page that returned it. */
  readonly cursor?: string;
}

export interface AnalysisPage {
  readonly documents: readonly AnalysisDocument[];
  /** Set when more documents follow. */
  readonly cursor: string | undefined;
}

/**
 * Documents by kind, instrument and time, written by version as rollups are. Names may hold any text, and a value
 * comes back as the text it was. A RangeError refuses a time or version that is no whole number from 0, and a value of
 * more than `VALUE_CHARACTERS_MAX` characters.
 */
export interface AnalysisStore {
  /** Idempotent; the order is irrelevant unless one key stands twice (then the highest version wins). */
  put(documents: readonly AnalysisDocument[]): Promise<UpsertOutcome>;
  /** The one with the highest time. */
  latest(key: AnalysisKey): Promise<AnalysisDocument | undefined>;
  /** The latest of every instrument that has one, ordered by account, then instrument (texts by code point). */
  latestOfKind(kind: string): Promise<readonly AnalysisDocument[]>;
  /** @throws {InvalidCursorError} for a cursor that no page of this order returned */
  read(range: AnalysisRange): Promise<AnalysisPage>;
  /** Deletes documents with a time before `before`, the latest too; returns how many. */
  deleteBefore(key: AnalysisKey, before: number): Promise<number>;
}
