/** Where rows live: one table for each resolution, because Timestream deletes by table alone, and one for trades. */
import { RESOLUTIONS, type Resolution } from "../../core/rollup/row.ts";

/** What a table needs to be created as this adapter expects it. */
export interface TimestreamTable {
  readonly name: string;
  /** So long an event may be late and still be judged at once; older writes go the way of the magnetic store. */
  readonly memoryHours: number;
  readonly magneticDays: number;
}

/** Partitioned by it, so that reading one instrument does not read all. */
export const PARTITION_DIMENSION = "instrument";

const FOR_EVER_DAYS = 73_000;

/** By resolution; `memoryHours` is the bucket's width, the day that lateness and backlog may take, and some. */
const ROLLUP_TABLES: Readonly<Record<Resolution, TimestreamTable>> = {
  "5s": { name: "rollup_5s", memoryHours: 25, magneticDays: 2 },
  "1m": { name: "rollup_1m", memoryHours: 25, magneticDays: 35 },
  "1h": { name: "rollup_1h", memoryHours: 26, magneticDays: 400 },
  "1d": { name: "rollup_1d", memoryHours: 49, magneticDays: FOR_EVER_DAYS },
};

const TRADE_TABLE: TimestreamTable = {
  name: "trade",
  memoryHours: 25,
  magneticDays: FOR_EVER_DAYS,
};

/** Every table; all take magnetic writes. */
export const TIMESTREAM_TABLES: readonly TimestreamTable[] = [
  ...RESOLUTIONS.map((resolution) => ROLLUP_TABLES[resolution]),
  TRADE_TABLE,
];

export function rollupTable(resolution: Resolution): string {
  return ROLLUP_TABLES[resolution].name;
}

export const TRADES = TRADE_TABLE.name;

/** @throws {RangeError} for a database whose name could not stand in a statement as it is */
export function requireDatabase(name: string): string {
  if (/^[A-Za-z0-9_.-]{3,256}$/.test(name)) return name;
  throw new RangeError(
    `a Timestream database is named by 3 to 256 letters, digits, _, . and -, was ${JSON.stringify(name)}`,
  );
}
