/** The peer: minutes of twenty figures and trades with their markouts in plain SQLite, added up and sorted when asked. */
import { DatabaseSync } from "node:sqlite";
import { decodeCore } from "../../lib/core/rollup/core-text.ts";
import type { RollupRow, TradeRow } from "../../lib/core/rollup/row.ts";
import { CONFIG, type Stores } from "./history.ts";

const FIGURES = 20;

/** What the peer answers: of all instruments, and one figure of each kind to compare. */
export interface PeerReport {
  readonly trades: number;
  readonly median: number | null;
}

/** Of which times; whose median is told. */
interface Window {
  readonly from: number;
  readonly to: number;
  readonly instrument: string;
}

/**
 * Minutes of twenty figures, and trades with a markout a horizon, in plain SQLite. A report there is: the figures added
 * up by instrument, the path by minute, and the middle of each instrument's markouts by liquidity and horizon.
 */
export async function plainSqlite(
  store: Stores,
  path: string,
  { from, to, instrument: told }: Window,
): Promise<() => PeerReport> {
  const db = new DatabaseSync(path);
  const names = Array.from({ length: FIGURES }, (_, index) => `f${index}`);
  const labels = CONFIG.horizons.map(({ label }) => `m${label}`);
  createTables(db, names, labels);
  db.exec("BEGIN");
  for (const { account, instrument } of await store.state.keys()) {
    const range = { account, instrument, from, to };
    await insertMinutes(db, await store.metrics.readRollups({ ...range, ...MINUTES }), names);
    const { rows } = await store.metrics.readTrades({ ...range, limit: 1_000_000 });
    insertTrades(db, rows, labels);
  }
  db.exec("COMMIT");
  const sums = names.map((name) => `sum(${name})`).join(", ");
  const prepared = (sql: string) => {
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    return () => statement.all(from, to) as unknown as (string | number)[][];
  };
  const totals = prepared(
    `SELECT instrument, ${sums} FROM minute WHERE time >= ? AND time < ? GROUP BY instrument`,
  );
  const pathOf = prepared(
    "SELECT time, sum(f1) FROM minute WHERE time >= ? AND time < ? GROUP BY time ORDER BY time",
  );
  const medians = labels.map((label) => prepared(medianSql(label)));
  return () => {
    pathOf();
    const found = medians.map((median) => median());
    const trades = totals().reduce((total, [, count]) => total + Number(count), 0);
    const one = found[1]?.find((row) => row[0] === told && row[1] === "maker");
    return { trades, median: one === undefined ? null : Number(one[2]) };
  };
}

const MINUTES = { resolution: "1m", partPrefix: "core" } as const;

function createTables(db: DatabaseSync, names: readonly string[], labels: readonly string[]): void {
  const real = (columns: readonly string[]) => columns.map((name) => `"${name}" REAL`).join(", ");
  db.exec(
    `CREATE TABLE minute (instrument TEXT, time INTEGER, ${real(names)}, PRIMARY KEY (instrument, time)) WITHOUT ROWID`,
  );
  db.exec("CREATE INDEX minute_by_time ON minute (time)");
  db.exec(`CREATE TABLE trade (instrument TEXT, time INTEGER, liquidity TEXT, ${real(labels)})`);
  db.exec("CREATE INDEX trade_by_time ON trade (time)");
}

function medianSql(label: string): string {
  return `SELECT instrument, liquidity, avg(x) FROM (
    SELECT instrument, liquidity, "${label}" AS x,
      row_number() OVER each AS at, count(*) OVER (PARTITION BY instrument, liquidity) AS n
    FROM trade WHERE time >= ? AND time < ? AND "${label}" IS NOT NULL
    WINDOW each AS (PARTITION BY instrument, liquidity ORDER BY "${label}")
  ) WHERE at IN ((n + 1) / 2, n / 2 + 1) GROUP BY instrument, liquidity`;
}

async function insertMinutes(
  db: DatabaseSync,
  rows: readonly RollupRow[],
  names: readonly string[],
): Promise<void> {
  const insert = db.prepare(`INSERT INTO minute VALUES (?, ?, ${names.map(() => "?").join(", ")})`);
  for (const { instrument, bucket, part, value } of rows) {
    if (part !== "core") continue;
    const { trades } = decodeCore(value).part;
    insert.run(instrument, bucket, trades, ...names.slice(1).map((_, index) => trades + index));
  }
}

function insertTrades(
  db: DatabaseSync,
  rows: readonly TradeRow[],
  labels: readonly string[],
): void {
  const insert = db.prepare(
    `INSERT INTO trade VALUES (?, ?, ?, ${labels.map(() => "?").join(", ")})`,
  );
  for (const { instrument, time, value } of rows) {
    const told = JSON.parse(value) as {
      readonly liquidity: string;
      readonly execution: string;
      readonly markouts: Readonly<Record<string, { status: string; bps: number | null }>>;
    };
    const markouts = labels.map((label) => {
      const markout = told.markouts[label.slice(1)];
      return markout?.status === "ok" && told.execution === "trade" ? markout.bps : null;
    });
    insert.run(instrument, time, told.liquidity, ...markouts);
  }
}
