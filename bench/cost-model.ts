/** What a day on AWS costs, from a load and a list of prices: nothing is measured here, everything that is assumed has a name. */

/** US dollars, us-east-1, on demand, without the free tier; docs/reference/cost.md says whose and when. */
export const PRICES = {
  shardHour: 0.015,
  /** What is kept beyond a day, up to seven. */
  shardHourKeptLonger: 0.02,
  /** Of 25 KB, begun ones count whole. */
  putUnit: 0.014e-6,
  gigabyteSecondArm: 0.000_013_333_4,
  invocation: 0.2e-6,
  writeUnit: 0.625e-6,
  objectPut: 5e-6,
  objectGigabyteMonth: 0.023,
  alarmMonth: 0.1,
  dashboardMonth: 3,
  metricMonth: 0.3,
  keyMonth: 1,
} as const;

export interface Load {
  readonly name: string;
  /** In all instruments together. */
  readonly eventsPerSecond: number;
  readonly instruments: number;
}

export const ASSUMED = {
  /** Of a compressed frame of about a hundred. */
  eventBytes: 40,
  frameSeconds: 1,
  commitWindowSeconds: 10,
  /** Of what a shard takes, so that a burst is no refusal. */
  shardShare: 0.8,
  shardBytesPerSecond: 1_000_000,
  shardRecordsPerSecond: 1_000,
  /** An invocation gets 6 MB at most, and records come in base64. */
  invocationBytesMax: 4_500_000,
  recordsMax: 500,
  memoryGigabytes: 1_769 / 1_024,
  eventMicroseconds: 10,
  /** Of an invocation, whatever it brings: archive, state, commit, rows. */
  invocationMilliseconds: 50,
  /** Of a commit of one instrument: a day's units by its commits, as bench/dynamodb-cost.ts counts them. */
  stateUnits: 39_110 / 8_640,
  rowUnits: 64_964 / 8_640,
} as const;

const DAY_SECONDS = 86_400;
const DAYS_A_MONTH = 30;

export interface Line {
  readonly what: string;
  /** US dollars a day. */
  readonly dollars: number;
}

export interface DayOfCost {
  readonly shards: number;
  /** Of the processor, a day. */
  readonly invocations: number;
  readonly lines: readonly Line[];
  readonly total: number;
  /** US dollars that the archive of one day costs for each month that it is kept. */
  readonly archiveMonth: number;
}

/** Ingest and processing. */
export function costOfDay({ eventsPerSecond, instruments }: Load): DayOfCost {
  const a = ASSUMED;
  const bytesPerSecond = eventsPerSecond * a.eventBytes;
  const recordsPerSecond = instruments / a.frameSeconds;
  const shards = Math.ceil(
    Math.max(bytesPerSecond / a.shardBytesPerSecond, recordsPerSecond / a.shardRecordsPerSecond) /
      a.shardShare,
  );
  const invocationsPerSecond = Math.max(
    shards / a.commitWindowSeconds,
    bytesPerSecond / a.invocationBytesMax,
    recordsPerSecond / a.recordsMax,
  );
  const invocations = invocationsPerSecond * DAY_SECONDS;
  // An instrument lives on one shard, and a commit takes what its invocation brought.
  const commits = instruments * (invocations / shards);
  const busySeconds =
    (invocations * a.invocationMilliseconds) / 1_000 +
    (eventsPerSecond * DAY_SECONDS * a.eventMicroseconds) / 1_000_000;
  const frameUnits = Math.ceil(bytesPerSecond / recordsPerSecond / 25_000);
  const lines = [
    { what: "Kinesis: shards", dollars: shards * 24 * PRICES.shardHour },
    {
      what: "Kinesis: kept for seven days",
      dollars: shards * 24 * PRICES.shardHourKeptLonger,
    },
    {
      what: "Kinesis: records",
      dollars: recordsPerSecond * DAY_SECONDS * frameUnits * PRICES.putUnit,
    },
    {
      what: "Lambda: processor",
      dollars:
        busySeconds * a.memoryGigabytes * PRICES.gigabyteSecondArm +
        invocations * PRICES.invocation,
    },
    { what: "DynamoDB: state", dollars: commits * a.stateUnits * PRICES.writeUnit },
    { what: "DynamoDB: rows", dollars: commits * a.rowUnits * PRICES.writeUnit },
    { what: "S3: raw archive, writing", dollars: invocations * PRICES.objectPut },
  ];
  return {
    shards,
    invocations,
    lines,
    total: sum(lines),
    archiveMonth: ((bytesPerSecond * DAY_SECONDS) / 1e9) * PRICES.objectGigabyteMonth,
  };
}

/** What a sandbox has besides, traffic or not. */
export function costOfStanding(): readonly Line[] {
  const mock = 58 * 1_440 * 0.25 * PRICES.gigabyteSecondArm;
  return [
    { what: "the simulated market maker, 58 s of each minute at 256 MB", dollars: mock },
    { what: "25 alarms", dollars: (25 * PRICES.alarmMonth) / DAYS_A_MONTH },
    { what: "20 metrics of our own", dollars: (20 * PRICES.metricMonth) / DAYS_A_MONTH },
    { what: "a dashboard", dollars: PRICES.dashboardMonth / DAYS_A_MONTH },
    { what: "a key", dollars: PRICES.keyMonth / DAYS_A_MONTH },
  ];
}

export function sum(lines: readonly Line[]): number {
  return lines.reduce((total, { dollars }) => total + dollars, 0);
}
