import type { Resolution } from "../../core/rollup/row.ts";
import type { ConnectionPool } from "./connection-pool.ts";

/** A time at one resolution for which there must be a partition. */
export interface Place {
  readonly resolution: Resolution;
  readonly bucket: number;
}

/** Makes partitions as times come that have none. In the layout of hypertables the database does that itself. */
export interface Partitions {
  /** Makes what is missing; by itself, outside any transaction. */
  ensure(places: readonly Place[]): Promise<void>;
  /**
   * Runs `write` where every place has its partition. `write` is run again when one was dropped meanwhile: it must be
   * a transaction of its own.
   */
  writing<T>(places: readonly Place[], write: () => Promise<T>): Promise<T>;
  /** Drops what has become empty and ends at or before a time. */
  dropEmpty(resolution: Resolution, before: number): Promise<void>;
}

const WIDTHS = { name: "partition-widths", text: "SELECT resolution, chunk FROM ladder" };
const ENSURE = { name: "partition-ensure", text: "SELECT ensure_partition($1, $2)" };
const DROP_EMPTY = { name: "partition-drop-empty", text: "SELECT drop_empty_partitions($1, $2)" };
const CHECK_VIOLATION = "23514";

export function partitions(pool: ConnectionPool): Partitions {
  const known = new Set<string>();
  let widths: ReadonlyMap<string, number> | undefined;

  async function ensure(places: readonly Place[]): Promise<void> {
    widths ??= new Map(await pool.rows<[string, number]>(WIDTHS, []));
    for (const { resolution, bucket } of places) {
      const width = widths.get(resolution) ?? 1;
      const start = bucket - (bucket % width);
      const name = `${resolution} ${start}`;
      if (known.has(name)) continue;
      await pool.run(ENSURE, [resolution, start]);
      known.add(name);
    }
  }

  return {
    ensure,
    async writing(places, write) {
      await ensure(places);
      try {
        return await write();
      } catch (error) {
        if (!isWithoutPartition(error)) throw error;
        known.clear();
        await ensure(places);
        return write();
      }
    },
    async dropEmpty(resolution, before) {
      await pool.run(DROP_EMPTY, [resolution, before]);
    },
  };
}

/** No other constraint of ours is a check. */
function isWithoutPartition(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === CHECK_VIOLATION;
}
