import type { EpochUs } from "../core/units.ts";

/**
 * What is kept of alerting, and what the fields of each type mean:
 *
 * | type           | id                           | parent         | time               | openAt                           |
 * |----------------|------------------------------|----------------|--------------------|----------------------------------|
 * | `rule`         | rule                         | ""             | when it was made   | –                                |
 * | `rule-version` | rule and its version         | the rule       | when it was saved  | –                                |
 * | `instance`     | deduplication key            | the rule       | since when         | –                                |
 * | `episode`      | deduplication key and number | the rule       | when it began      | when it began, until it resolves |
 * | `event`        | episode and its number in it | the episode    | when it happened   | –                                |
 * | `silence`      | silence                      | ""             | its start          | its end, until it is over        |
 * | `group`        | group                        | the rule or "" | when it was made   | when it next speaks              |
 * | `outbox`       | notification and channel     | the group      | when it was put in | when it is due, until it is sent |
 * | `delivery`     | notification and channel     | the episode    | when it was tried  | –                                |
 */
export const ALERT_RECORD_TYPES = [
  "rule",
  "rule-version",
  "instance",
  "episode",
  "event",
  "silence",
  "group",
  "outbox",
  "delivery",
] as const;

export type AlertRecordType = (typeof ALERT_RECORD_TYPES)[number];

/** Written once and never changed: their version is always 1. */
export const APPEND_ONLY: readonly AlertRecordType[] = ["rule-version", "event"];

/** The most that one commit takes: the transaction of a key-value store in the cloud holds 100 items and 4 MB. */
export const COMMIT_RECORDS_MAX = 100;
/** Of all its values together. */
export const COMMIT_CHARACTERS_MAX = 1_000_000;

/** A store needs to know nothing more of a record: key (type, id). */
export interface AlertRecord {
  readonly type: AlertRecordType;
  readonly id: string;
  /** Counts the writes of this record, from 1: each write raises it by one. */
  readonly version: number;
  /** Whose it is; "" where it stands for itself. */
  readonly parent: string;
  readonly time: EpochUs;
  /** Set while something is left to do with it: then `open` finds it by this time. */
  readonly openAt?: EpochUs;
  /** JSON text that a store keeps as it is; at most `VALUE_CHARACTERS_MAX` characters. */
  readonly value: string;
}

/** Names a record. */
export type AlertRecordKey = Pick<AlertRecord, "type" | "id">;

/** A record that did not follow what stands, and what stands. */
export interface RefusedRecord {
  readonly record: AlertRecord;
  readonly standing: AlertRecord | undefined;
}

/** `stale` carries every refused record in the order of the call, so that the loser can start again from what stands. */
export type AlertCommitResult =
  | { readonly outcome: "committed" }
  | { readonly outcome: "stale"; readonly refused: readonly RefusedRecord[] };

export interface AlertRange {
  readonly type: AlertRecordType;
  /** Only records of this parent; all when left out. */
  readonly parent?: string;
  /** Half-open. */
  readonly from: number;
  readonly to: number;
  /** ≥ 1. */
  readonly limit: number;
  /** `asc` oldest first (default), ties by id (by code point); `desc` is exactly the reverse. */
  readonly order?: "asc" | "desc";
  /** Opaque: continues after the last record of the page that returned it. */
  readonly cursor?: string;
}

export interface AlertPage {
  readonly records: readonly AlertRecord[];
  /** Set when more records follow. */
  readonly cursor: string | undefined;
}

/**
 * Rules, alerts and what is to be told of them: small versioned records, of which several change together or not at
 * all. Names may hold any text, and a value comes back as the text it was.
 *
 * A due outbox item is claimed by committing it with a later `openAt`, completed by committing it without one
 * together with its delivery, and put back by a later `openAt`: of those who race, one is committed. An item whose
 * claimer died is due again when its claim ends.
 */
export interface AlertStore {
  /**
   * Writes all records, or none: each must be the next version of what stands, or version 1 of what never was.
   * Durable when it resolves with `committed`. A commit sent twice is stale the second time, so that of two equal
   * claims one wins; after an outcome that is not known, `find` tells.
   *
   * @throws {RangeError} when a version, time or `openAt` is no whole number, a version is not 1 for what is written
   *   once, a key stands twice, or a bound is passed (`COMMIT_RECORDS_MAX`, `COMMIT_CHARACTERS_MAX`, of a value)
   */
  commit(records: readonly AlertRecord[]): Promise<AlertCommitResult>;
  /** Read consistently. */
  find(key: AlertRecordKey): Promise<AlertRecord | undefined>;
  /**
   * By `time`. May lag behind a commit where the store's index does.
   *
   * @throws {InvalidCursorError} for a cursor that no page of this list and order returned
   */
  list(range: AlertRange): Promise<AlertPage>;
  /** Records that have an `openAt`, by it; otherwise as `list`. */
  open(range: AlertRange): Promise<AlertPage>;
  /** Deletes records of one type with a time before `before` and without `openAt`; returns how many. */
  deleteBefore(type: AlertRecordType, before: number): Promise<number>;
}
