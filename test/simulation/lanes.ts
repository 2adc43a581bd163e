/**
 * The lanes of a shard: its keys are shared out among as many as the mapping's factor of parallelization, and each is read
 * in the shard's order, whatever the others do.
 */
import { hashOf, type Shard, type StoredRecord } from "./shards.ts";

/** Of the invocation's payload, in which data is base64. */
const PAYLOAD_BYTES = 6 * 1024 * 1024;

export interface Lane {
  readonly shard: Shard;
  readonly number: number;
  /** Lanes of the shard. */
  readonly count: number;
  /** In the shard: all records of the lane before it were delivered or given up. */
  place: number;
  /** From the start of a batch's window to the batch's end. */
  isBusy: boolean;
  /** The function has been asked and has not answered. */
  isInvoked: boolean;
}

export function openLanes(shard: Shard, count: number, place: number): readonly Lane[] {
  return Array.from({ length: count }, (_, number) => {
    return { shard, number, count, place, isBusy: false, isInvoked: false };
  });
}

/** Whether all that the shard has was delivered or given up, by every lane. */
export function areDone(lanes: readonly Lane[] | undefined): boolean {
  return (
    lanes?.every((lane) => !lane.isBusy && nextPlace(lane) >= lane.shard.records.length) === true
  );
}

/** The lowest place that is not done: what a shard's next reader starts from. */
export function checkpoint(lanes: readonly Lane[]): number {
  return Math.min(...lanes.map((lane) => nextPlace(lane)));
}

/** Of the lane's first record that is not done, where the lane goes on; the shard's end when there is none. */
function nextPlace(lane: Lane): number {
  lane.place = ownPlace(lane, lane.place);
  return lane.place;
}

/** Of the lane's first record from a place on. */
function ownPlace({ shard, number, count }: Lane, from: number): number {
  const isOther = (at: number) => {
    const record = shard.records[at];
    return record !== undefined && laneOf(shard, record.partitionKey, count) !== number;
  };
  let place = from;
  while (isOther(place)) place += 1;
  return place;
}

/** With the shard, so that two keys that share a lane in one do not in all. */
export function laneOf({ id }: Shard, partitionKey: string, count: number): number {
  return count === 1 ? 0 : hashOf(`${id} ${partitionKey}`) % count;
}

/** The lane's records that are not done, as far as they can be seen at a time in µs, each with its place in the shard. */
function* visible(lane: Lane, now: number): Generator<readonly [StoredRecord, number]> {
  const { records } = lane.shard;
  for (let place = nextPlace(lane); ; place = ownPlace(lane, place + 1)) {
    const record = records[place];
    if (record === undefined || record.visibleAt > now) return;
    yield [record, place];
  }
}

export function hasVisible(lane: Lane, now: number): boolean {
  return visible(lane, now).next().done !== true;
}

/**
 * The lane's next batch, of what can be seen at a time in µs.
 * @returns its records, and the place after the last of them
 */
export function cut(
  lane: Lane,
  batchSize: number,
  now: number,
): { readonly records: readonly StoredRecord[]; readonly end: number } {
  const records: StoredRecord[] = [];
  let [bytes, end] = [0, lane.place];
  for (const [record, place] of visible(lane, now)) {
    bytes += Math.ceil(record.data.length / 3) * 4;
    const isFull = records.length >= batchSize || bytes > PAYLOAD_BYTES;
    if (isFull && records.length > 0) break;
    records.push(record);
    end = place + 1;
  }
  return { records, end };
}
