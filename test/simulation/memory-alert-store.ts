/** An alert store in maps, of which the lists may lag behind what stands, as a cloud store's indexes do. */
import type {
  AlertCommitResult,
  AlertPage,
  AlertRange,
  AlertRecord,
  AlertRecordKey,
  AlertStore,
} from "../../lib/ports/alert-store.ts";
import { decodeCursor, encodeCursor } from "../../lib/ports/page-cursor.ts";
import { requireCommit } from "../../lib/ports/require-commit.ts";
import { requireLimit } from "../../lib/ports/require-count.ts";
import { byText } from "./memory-stores.ts";

export interface MemoryAlertStore extends AlertStore {
  readonly records: ReadonlyMap<string, AlertRecord>;
}

/** The time by which a list is ordered. */
type OrderedBy = "time" | "openAt";

/** @param lag is handed what brings a record into the lists, and calls it at once or later */
export function memoryAlertStore(
  lag: (catchUp: () => void) => void = (catchUp) => catchUp(),
): MemoryAlertStore {
  const records = new Map<string, AlertRecord>();
  const listed = new Map<string, AlertRecord>();
  const commit = (asked: readonly AlertRecord[]): AlertCommitResult => {
    requireCommit(asked);
    const refused = asked
      .map((record) => ({ record, standing: records.get(keyOf(record)) }))
      .filter(({ record, standing }) => record.version !== (standing?.version ?? 0) + 1);
    if (refused.length > 0) return { outcome: "stale", refused };
    for (const record of asked) records.set(keyOf(record), record);
    lag(() => {
      for (const record of asked) {
        const key = keyOf(record);
        if ((listed.get(key)?.version ?? 0) < record.version) listed.set(key, record);
      }
    });
    return { outcome: "committed" };
  };
  return {
    records,
    commit: async (asked) => commit(asked),
    find: async (key) => records.get(keyOf(key)),
    list: async (range) => pageOf([...listed.values()], range, "time"),
    open: async (range) => pageOf([...listed.values()], range, "openAt"),
    deleteBefore: async (type, before) => {
      const old = [...records].filter(
        ([, one]) => one.type === type && one.time < before && one.openAt === undefined,
      );
      for (const [key] of old) {
        records.delete(key);
        listed.delete(key);
      }
      return old.length;
    },
  };
}

function pageOf(records: readonly AlertRecord[], range: AlertRange, by: OrderedBy): AlertPage {
  requireLimit(range.limit);
  const { type, parent, from, to, order = "asc", cursor } = range;
  const list = `${type} ${by} ${order}`;
  const turn = order === "asc" ? 1 : -1;
  const compare = (a: Place, b: Place) => turn * (a.at - b.at || byText(a.id, b.id));
  const after = cursor === undefined ? undefined : placeOf(list, cursor);
  const found = records
    .filter((record) => record.type === type && (parent ?? record.parent) === record.parent)
    .flatMap((record) => {
      const at = record[by];
      return at === undefined || at < from || at >= to ? [] : [{ record, id: record.id, at }];
    })
    .filter((place) => after === undefined || compare(place, after) > 0)
    .sort(compare);
  const page = found.slice(0, range.limit);
  const last = page.at(-1);
  const isLast = last === undefined || found.length <= range.limit;
  return {
    records: page.map(({ record }) => record),
    cursor: isLast ? undefined : encodeCursor(list, [last.at, last.id]),
  };
}

interface Place {
  readonly at: number;
  readonly id: string;
}

function placeOf(list: string, cursor: string): Place {
  const [at, id] = decodeCursor(list, ["count", "text"], cursor);
  return { at, id };
}

function keyOf({ type, id }: AlertRecordKey): string {
  return `${type} ${id}`;
}
