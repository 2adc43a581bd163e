/**
 * A stream of shards, as Kinesis keeps one: a record goes to the open shard of its key and gets a number of its own, a
 * split or a merge closes shards and opens others, and what was written is seen a little later.
 */
import type { EpochUs } from "../../lib/core/units.ts";
import type { Scheduler } from "./scheduler.ts";

export interface StoredRecord {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  readonly arrivedAt: EpochUs;
  /** Not seen by readers before. */
  readonly visibleAt: number;
}

export interface Shard {
  readonly id: string;
  /** Keys whose hash is in [from, to). */
  readonly from: number;
  readonly to: number;
  readonly parents: readonly Shard[];
  readonly records: StoredRecord[];
  isClosed: boolean;
}

export interface Shards {
  readonly all: readonly Shard[];
  put(partitionKey: string, data: Uint8Array, delayUs?: number): StoredRecord;
  /** Halves the widest open shard. */
  split(): void;
  /** Joins two open neighbours; nothing where there is one only. */
  merge(): void;
}

const KEYS = 2 ** 32;
/** Sequence numbers of Kinesis are this long. */
const DIGITS = 56;

export function createShards(scheduler: Scheduler, count: number): Shards {
  const all: Shard[] = [];
  let numbers = 0;
  const open = (from: number, to: number, parents: readonly Shard[]) => {
    const id = `shardId-${String(all.length).padStart(12, "0")}`;
    for (const parent of parents) parent.isClosed = true;
    all.push({ id, from, to, parents, records: [], isClosed: false });
  };
  for (let at = 0; at < count; at += 1) {
    open(Math.floor((KEYS * at) / count), Math.floor((KEYS * (at + 1)) / count), []);
  }
  const live = () => all.filter(({ isClosed }) => !isClosed).sort((a, b) => a.from - b.from);
  return {
    all,
    put: (partitionKey, data, delayUs = 0) => {
      const hash = hashOf(partitionKey);
      const shard = live().find(({ from, to }) => from <= hash && hash < to);
      if (shard === undefined) throw new Error(`no open shard takes the key ${partitionKey}`);
      numbers += 1;
      const sequenceNumber = `4${String(numbers).padStart(DIGITS - 1, "0")}`;
      const now = scheduler.now() as EpochUs;
      // Readers see a shard in its order: nothing before what lies ahead of it.
      const visibleAt = Math.max(now + delayUs, shard.records.at(-1)?.visibleAt ?? 0);
      const record = { sequenceNumber, partitionKey, data, arrivedAt: now, visibleAt };
      shard.records.push(record);
      return record;
    },
    split: () => {
      const widest = live().reduce((a, b) => (b.to - b.from > a.to - a.from ? b : a));
      const middle = Math.floor((widest.from + widest.to) / 2);
      open(widest.from, middle, [widest]);
      open(middle, widest.to, [widest]);
    },
    merge: () => {
      const [left, right] = live();
      if (left !== undefined && right !== undefined) open(left.from, right.to, [left, right]);
    },
  };
}

/** 32 bits. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 12)) >>> 0;
}
