/** The floor of a question: the rows that it reads, by bare SELECTs with everything in their text, and nothing done with them. */
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import { RESOLUTION_US, type Resolution } from "../../lib/core/rollup/row.ts";
import { SECOND_US } from "../../lib/core/units.ts";
import type { MetricStore, RollupRange, TradeRange } from "../../lib/ports/metric-store.ts";
import type { StateKey } from "../../lib/ports/state-store.ts";
import type { Stores } from "./history.ts";

type LastAsked = Parameters<MetricStore["lastRollupsBefore"]>[0][number];

/** What a question asked of its store, and how many rows it got. */
export interface Recording {
  readonly stores: Stores;
  readonly ranges: RollupRange[];
  readonly lasts: LastAsked[];
  readonly trades: TradeRange[];
  rows: number;
  summaries: number;
}

/** A store that takes down what it is asked. */
export function recordingOf({ state, metrics, analyses }: Stores): Recording {
  const made: Recording = {
    ranges: [],
    lasts: [],
    trades: [],
    rows: 0,
    summaries: 0,
    stores: {
      analyses,
      state: {
        ...state,
        summaries: async () => {
          const found = await state.summaries();
          made.summaries += 1;
          made.rows += found.length;
          return found;
        },
      },
      metrics: {
        ...metrics,
        readRollupRanges: async (ranges) => {
          const found = await metrics.readRollupRanges(ranges);
          made.ranges.push(...ranges);
          for (const rows of found) made.rows += rows.length;
          return found;
        },
        lastRollupsBefore: async (asked) => {
          const found = await metrics.lastRollupsBefore(asked);
          made.lasts.push(...asked);
          made.rows += found.filter((row) => row !== undefined).length;
          return found;
        },
        readTrades: async (range) => {
          const page = await metrics.readTrades(range);
          if (range.cursor === undefined) made.trades.push(range);
          made.rows += page.rows.length;
          return page;
        },
      },
    },
  };
  return made;
}

/** A database that answers SQL: how many rows there were. */
export interface Database {
  /** The rows of a resolution, as what stands behind WHERE begins. */
  from(resolution: Resolution): string;
  query(sql: string): Promise<readonly (readonly unknown[])[]>;
  close(): Promise<void>;
}

export function sqliteAt(path: string): Database {
  const db = new DatabaseSync(path, { readOnly: true });
  const prepared = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  return {
    from: (resolution) => `rollup WHERE resolution = ${RESOLUTION_US[resolution] / SECOND_US} AND`,
    query: async (sql) => {
      const statement = prepared.get(sql) ?? db.prepare(sql);
      statement.setReturnArrays(true);
      prepared.set(sql, statement);
      return statement.all() as unknown as readonly (readonly unknown[])[];
    },
    close: async () => db.close(),
  };
}

export async function postgresAt(url: string, schema: string): Promise<Database> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`SET search_path = ${schema}`);
  const names = new Map<string, string>();
  return {
    from: (resolution) => `rollup_${resolution} WHERE`,
    query: async (text) => {
      const name = names.get(text) ?? `bare-${names.size}`;
      names.set(text, name);
      const { rows } = await client.query<unknown[]>({ name, text, rowMode: "array" });
      return rows;
    },
    close: () => client.end(),
  };
}

/** Reads the rows of a recording again; @returns how many */
export async function bareSelect(
  database: Database,
  recording: Recording,
): Promise<() => Promise<number>> {
  const texts = await textsOf(database, recording);
  return async () => {
    let rows = 0;
    for (const text of texts) rows += (await database.query(text)).length;
    return rows;
  };
}

async function textsOf(database: Database, recording: Recording): Promise<readonly string[]> {
  const series = await database.query("SELECT account, instrument, id FROM series");
  const parts = await database.query("SELECT name, id FROM part");
  const idOf = (key: StateKey) =>
    series.find(([account, name]) => account === key.account && name === key.instrument)?.[2];
  const within = ({ from, to }: RollupRange | TradeRange, time: string) =>
    `${time} >= ${from} AND ${time} < ${to}`;
  const ranges = recording.ranges.map((range) => {
    const like = parts.filter(([name]) => String(name).startsWith(range.partPrefix ?? ""));
    const ids = like.map(([, id]) => id).join(", ");
    return `SELECT bucket, late, version, value FROM ${database.from(range.resolution)}
      series = ${idOf(range)} AND part IN (${ids}) AND ${within(range, "bucket")}`;
  });
  const lasts = recording.lasts.map(({ of, before }) => {
    const part = parts.find(([name]) => name === of.part)?.[1];
    return `SELECT * FROM (SELECT bucket, late, version, value FROM ${database.from(of.resolution)}
      series = ${idOf(of)} AND part = ${part} AND late = -1 AND bucket < ${before}
      ORDER BY bucket DESC LIMIT 1) AS one`;
  });
  const trades = recording.trades.map(
    (range) => `SELECT time, sequence, trade_id, version, value FROM trade
      WHERE series = ${range.instrument === undefined ? "series" : idOf(nameOf(range))} AND ${within(range, "time")}`,
  );
  const summaries = Array.from(
    { length: recording.summaries },
    () => "SELECT series, epoch, gen, summary FROM state",
  );
  return [...ranges, ...lasts].length === 0
    ? [...trades, ...summaries]
    : [[...ranges, ...lasts].join(" UNION ALL "), ...trades, ...summaries];
}

function nameOf({ account = "", instrument = "" }: TradeRange): StateKey {
  return { account, instrument };
}
