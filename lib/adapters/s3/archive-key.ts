/**
 * Where the archive keeps records: `archive/2026-01-01T05Z/shardId-000000000000/<first>-<last>.ndjson.zst`, the hour in
 * which the stream took them, and the sequence numbers of the first and the last of them, so wide that texts sort as
 * numbers do. A shard's records between those two are all in it: keys say which objects cover one another.
 */
import { type EpochUs, HOUR_US } from "../../core/units.ts";

export interface ArchivePlace {
  /** Hours since the epoch. */
  readonly hour: number;
  readonly shard: string;
  readonly first: string;
  readonly last: string;
}

/** Sequence numbers of Kinesis have 56 digits. */
const SEQUENCE_DIGITS = 56;
const KEY = /^(\d{4}-\d{2}-\d{2}T\d{2})Z\/([A-Za-z0-9_.-]+)\/(\d{56})-(\d{56})\.ndjson\.zst$/;

export function archiveKey(prefix: string, { hour, shard, first, last }: ArchivePlace): string {
  return `${hourPrefix(prefix, hour)}${requireShard(shard)}/${first}-${last}.ndjson.zst`;
}

/** All objects of an hour begin so. */
export function hourPrefix(prefix: string, hour: number): string {
  return `${prefix}/${new Date((hour * HOUR_US) / 1_000).toISOString().slice(0, 13)}Z/`;
}

/** @returns `undefined` for a key that `archiveKey` did not make */
export function archivePlace(prefix: string, key: string): ArchivePlace | undefined {
  if (!key.startsWith(`${prefix}/`)) return undefined;
  const [, label, shard, first, last] = KEY.exec(key.slice(prefix.length + 1)) ?? [];
  const milliseconds = Date.parse(`${label}:00:00Z`);
  if (shard === undefined || first === undefined || last === undefined) return undefined;
  if (Number.isNaN(milliseconds)) return undefined;
  return { hour: (milliseconds * 1_000) / HOUR_US, shard, first, last };
}

export function hourOf(time: EpochUs): number {
  return Math.floor(time / HOUR_US);
}

/** @throws {RangeError} for what is no sequence number of Kinesis */
export function sequenceText(sequenceNumber: string): string {
  if (/^\d{1,56}$/.test(sequenceNumber)) return sequenceNumber.padStart(SEQUENCE_DIGITS, "0");
  throw new RangeError(
    `a sequence number must be 1 to ${SEQUENCE_DIGITS} digits, was ${JSON.stringify(sequenceNumber.slice(0, 80))}`,
  );
}

export function requireShard(shard: string): string {
  if (/^[A-Za-z0-9_.-]{1,128}$/.test(shard)) return shard;
  throw new RangeError(
    `a shard is named by letters, digits, _, . and -, was ${JSON.stringify(shard.slice(0, 140))}`,
  );
}
