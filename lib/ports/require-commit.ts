import {
  type AlertRecord,
  APPEND_ONLY,
  COMMIT_CHARACTERS_MAX,
  COMMIT_RECORDS_MAX,
} from "./alert-store.ts";
import { requireCount } from "./require-count.ts";
import { requireValue } from "./require-value.ts";

/**
 * What every alert store asks of a commit before it looks at what stands.
 *
 * @throws {RangeError} as `AlertStore.commit` promises
 */
export function requireCommit(records: readonly AlertRecord[]): void {
  if (records.length > COMMIT_RECORDS_MAX) {
    throw new RangeError(
      `a commit holds at most ${COMMIT_RECORDS_MAX} records, this one ${records.length}; commit one alert at a time`,
    );
  }
  const characters = records.reduce((sum, { value }) => sum + value.length, 0);
  if (characters > COMMIT_CHARACTERS_MAX) {
    throw new RangeError(
      `the values of a commit hold at most ${COMMIT_CHARACTERS_MAX} characters, these ${characters}; commit one alert at a time`,
    );
  }
  const keys = new Set<string>();
  for (const record of records) {
    requireRecord(record);
    keys.add(JSON.stringify([record.type, record.id]));
  }
  if (keys.size < records.length) {
    throw new RangeError("a commit holds each record once, here one type and id stands twice");
  }
}

function requireRecord({ type, id, version, time, openAt, value }: AlertRecord): void {
  requireValue(value);
  requireCount("time", time);
  if (openAt !== undefined) requireCount("openAt", openAt);
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new RangeError(`version must be a whole number from 1, was ${version}`);
  }
  if (version > 1 && APPEND_ONLY.includes(type)) {
    throw new RangeError(`${type} ${JSON.stringify(id)} is written once, as version 1`);
  }
}
