/**
 * What a day in DynamoDB costs: a simulated day goes through the product's own fold, commits and flushes, and every
 * request the adapters make is counted in AWS's request units.
 *
 *     node bench/dynamodb-cost.ts [--hours 24: 1 or more] [--window 10] [--instruments 8, or a name] [--seed 42]
 *
 * The figures are exact and the same on every machine. docs/reference/cost.md holds them, and says what is assumed.
 */
import { parseArgs } from "node:util";
import { dynamoDbMetricStore } from "../lib/adapters/dynamodb/metric-store.ts";
import { dynamoDbStateStore, type StateSize } from "../lib/adapters/dynamodb/state-store.ts";
import { METRICS_TABLE, STATE_TABLE } from "../lib/adapters/dynamodb/tables.ts";
import type { Delivery } from "../lib/app/fold-group.ts";
import { createProcessor } from "../lib/app/instrument-processor.ts";
import { parseLines } from "../lib/app/parse-lines.ts";
import { resolveConfig } from "../lib/core/api/config.ts";
import { coverOf } from "../lib/core/rollup/ladder.ts";
import { INSTRUMENT_NAMES } from "../lib/core/simulator/instrument-profile.ts";
import { simulate } from "../lib/core/simulator/simulation.ts";
import {
  type DurationUs,
  type EpochUs,
  epochUs,
  HOUR_US,
  MINUTE_US,
  SECOND_US,
} from "../lib/core/units.ts";
import type { StateKey } from "../lib/ports/state-store.ts";
import { type Meter, meteredDynamoDb, type Usage } from "./dynamodb-meter.ts";

/** US dollars, on demand, us-east-1. */
const PRICES = { writeUnits: 0.625e-6, readUnits: 0.125e-6, gigabyteMonth: 0.25 };
const FROM = epochUs(1_767_225_600_000_000);

const { values } = parseArgs({
  options: {
    hours: { type: "string", default: "24" },
    window: { type: "string", default: "10" },
    instruments: { type: "string", default: "8" },
    seed: { type: "string", default: "42" },
  },
});
const hours = positive("hours");
const windowUs = positive("window") * SECOND_US;
const named = INSTRUMENT_NAMES.filter((name) => name === values.instruments);
const instruments = named.length > 0 ? named : INSTRUMENT_NAMES.slice(0, positive("instruments"));

interface Told {
  events: number;
  trades: number;
  commits: number;
  readonly bodyBytes: number[];
}

function positive(name: "hours" | "window" | "instruments" | "seed"): number {
  const value = Number(values[name]);
  if (value > 0) return value;
  throw new RangeError(`--${name} must be a number above 0, was ${values[name]}`);
}

/** The day, batch by batch, as a processor gets it that is woken once a window. */
async function runDay(meter: Meter): Promise<Told> {
  const told: Told = { events: 0, trades: 0, commits: 0, bodyBytes: [] };
  const config = resolveConfig({});
  let now: EpochUs = FROM;
  const clock = { now: () => now };
  const onSize = ({ bytes }: StateSize) => void told.bodyBytes.push(bytes);
  const processor = createProcessor({
    settings: config,
    clock,
    state: dynamoDbStateStore({ client: meter.client, name: STATE_TABLE.name, onSize }),
    metrics: dynamoDbMetricStore({
      client: meter.client,
      name: METRICS_TABLE.name,
      clock,
      retention: config.retention,
    }),
    onQuarantine: (events) => {
      throw new Error(`${events.length} events of the simulation were refused`);
    },
  });
  for (const batch of batches()) {
    now = batch.end;
    for (const [instrument, deliveries] of batch.byInstrument) {
      const key: StateKey = { account: "main", instrument };
      await processor.process(key, deliveries, { futureLimit: Number.MAX_SAFE_INTEGER });
      told.commits += 1;
      told.events += deliveries.length;
      told.trades += deliveries.filter(({ event }) => event.type === "trade").length;
    }
  }
  return told;
}

interface Batch {
  readonly end: EpochUs;
  readonly byInstrument: ReadonlyMap<string, readonly Delivery[]>;
}

function* batches(): Generator<Batch> {
  const durationUs = (hours * HOUR_US) as DurationUs;
  const simulation = simulate({ seed: positive("seed"), from: FROM, durationUs, instruments });
  let lines: string[] = [];
  let end = FROM + windowUs;
  for (let line = simulation.next(); line !== undefined; line = simulation.next()) {
    while (line.time >= end) {
      yield batchOf(lines, end);
      lines = [];
      end += windowUs;
    }
    lines.push(line.line);
  }
  yield batchOf(lines, end);
}

function batchOf(lines: readonly string[], end: number): Batch {
  const { deliveries } = parseLines(Buffer.from(lines.join("\n")));
  return {
    end: end as EpochUs,
    byInstrument: Map.groupBy(deliveries, ({ event }) => event.instrument),
  };
}

/** What is read all the time: the sweeper's look, once a minute, and one report of 24 hours. */
async function runReads(meter: Meter): Promise<void> {
  const state = dynamoDbStateStore({ client: meter.client, name: STATE_TABLE.name });
  const clock = { now: () => FROM };
  const metrics = dynamoDbMetricStore({
    client: meter.client,
    name: METRICS_TABLE.name,
    clock,
    retention: resolveConfig({}).retention,
  });
  await measured(meter, "the sweeper's look, 1,440 times a day", 1_440, () =>
    state.owing(FROM, 100),
  );
  const [instrument = ""] = instruments;
  const to = FROM + hours * HOUR_US;
  // Aligned to nothing: the edges are read minute by minute and finer.
  const ranges = coverOf(
    FROM + 17 * MINUTE_US + 5 * SECOND_US,
    to - 13 * MINUTE_US - 10 * SECOND_US,
  );
  const of = { account: "main", instrument };
  await measured(meter, `a report of one instrument over ${hours} h less 30 min`, 1, () =>
    metrics.readRollupRanges(ranges.map((range) => ({ ...range, ...of }))),
  );
  await measured(meter, "its net PnL, each minute of the whole time", 1, () =>
    metrics.readRollups({ ...of, resolution: "1m", from: FROM, to, partPrefix: "core" }),
  );
}

async function measured(
  meter: Meter,
  what: string,
  times: number,
  read: () => Promise<unknown>,
): Promise<void> {
  meter.reset();
  await read();
  const all = total([...meter.usage.values()]);
  const units = all.readUnits * times;
  console.log(
    `${what.padEnd(50)} ${format(units).padStart(11)} read units  ${dollars(units * PRICES.readUnits)}`,
  );
}

function total(usages: readonly Usage[]): Usage {
  const sum = { requests: 0, writeUnits: 0, readUnits: 0, bytes: 0 };
  for (const usage of usages) {
    sum.requests += usage.requests;
    sum.writeUnits += usage.writeUnits;
    sum.readUnits += usage.readUnits;
    sum.bytes += usage.bytes;
  }
  return sum;
}

function cost({ writeUnits, readUnits }: Usage): number {
  return writeUnits * PRICES.writeUnits + readUnits * PRICES.readUnits;
}

function report(meter: Meter, told: Told): void {
  const sorted = told.bodyBytes.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  console.log(
    `${instruments.length} instruments, ${hours} h, seed ${values.seed}, a commit every ${values.window} s: ` +
      `${format(told.events)} events (${(told.events / (hours * 3600)).toFixed(1)} a second in all), ` +
      `${format(told.trades)} trades, ${format(told.commits)} commits`,
  );
  console.log(
    `a snapshot's item: median ${format(at(0.5))} bytes, 99 % ${format(at(0.99))}, largest ${format(at(1))}\n`,
  );
  console.log(
    "table    operation         requests  write units   read units  bytes an item      $ a day",
  );
  const perDay = 24 / hours;
  const rows = [...meter.usage, ["all", total([...meter.usage.values()])] as const];
  for (const [name, usage] of rows) {
    const [table = "", operation = ""] = name.split(" ");
    const columns = [usage.requests, usage.writeUnits, usage.readUnits].map((units) =>
      format(units * perDay).padStart(11),
    );
    const each = usage.bytes === 0 ? "" : format(usage.bytes / usage.requests);
    console.log(
      `${table.padEnd(8)} ${operation.padEnd(14)} ${columns.join("  ")}  ${each.padStart(13)}  ${dollars(cost(usage) * perDay)}`,
    );
  }
  for (const { name } of [STATE_TABLE, METRICS_TABLE]) {
    const { items, bytes } = meter.stored(name);
    console.log(
      `stored in ${name}: ${format(items)} items, ${format(bytes)} bytes, $${((bytes / 1e9) * PRICES.gigabyteMonth).toFixed(4)} a month`,
    );
  }
  console.log();
}

function format(units: number): string {
  return units.toLocaleString("en-US", { maximumFractionDigits: units < 1_000 ? 1 : 0 });
}

function dollars(amount: number): string {
  return amount.toFixed(5).padStart(11);
}

const meter = meteredDynamoDb([STATE_TABLE, METRICS_TABLE]);
const told = await runDay(meter);
report(meter, told);
await runReads(meter);
