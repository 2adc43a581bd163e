/**
 * The simulation from the command line: `npm run sim -- --seeds 1000`.
 *
 *   --seed N      the first seed, 1 unless given
 *   --seeds N     how many, 100 unless given
 *   --events N    events of all instruments in a run, 200 unless given
 *   --processes N beside each other, 1 unless given
 *   --trace       what happens in each run; for one seed
 *   --shrink      makes the first run that fails small
 *   --mutant NAME with that mistake built in
 *   --deliveries  of notifications instead: from a transition to who is told
 *   --json        the result as one object
 */
import { parseArgs } from "node:util";
import { exploreDeliveries, shrinkDeliveries } from "./deliveries/explore.ts";
import { DELIVERY_MUTANTS } from "./deliveries/mutants.ts";
import { simulateDeliveries } from "./deliveries/simulate.ts";
import { type Exploration, explore, exploreBeside, mutantNamed, rareOnes } from "./explore.ts";
import { MUTANTS } from "./mutants.ts";
import { shrink } from "./shrink.ts";
import { simulate } from "./simulate.ts";

const TRACE_LINES = 50;

const OPTIONS = {
  options: {
    seed: { type: "string", default: "1" },
    seeds: { type: "string" },
    events: { type: "string", default: "200" },
    processes: { type: "string", default: "1" },
    mutant: { type: "string" },
    deliveries: { type: "boolean", default: false },
    trace: { type: "boolean", default: false },
    shrink: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
} as const;
const { values } = orRefuse(() => parseArgs(OPTIONS));

const say = (line: string) => process.stdout.write(`${line}\n`);
const count = (name: string, text: string) =>
  orRefuse(() => {
    const number = Number(text);
    if (Number.isSafeInteger(number) && number >= 1) return number;
    throw new RangeError(`--${name} must be a whole number from 1, was ${text}`);
  });

const from = count("seed", values.seed);
const events = count("events", values.events);

if (values.trace || values.shrink || values.mutant !== undefined) await runOneByOne();
else await runAll();

/** What was asked for, or its refusal in a line: whoever mistypes needs no stack. */
function orRefuse<Asked>(read: () => Asked): Asked {
  try {
    return read();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(2);
  }
}

async function runAll(): Promise<void> {
  const seeds = count("seeds", values.seeds ?? "100");
  const processes = count("processes", values.processes);
  const started = process.cpuUsage();
  const found = await foundIn(seeds, processes);
  if (values.json) {
    say(JSON.stringify(found));
    return;
  }
  report(found);
  const { user, system } = process.cpuUsage(started);
  const seconds = (user + system) / 1e6;
  const [each, steps] = [(seeds / seconds).toFixed(1), Math.round(found.steps / seconds)];
  if (processes === 1) say(`${each} seeds, ${steps} steps per CPU second`);
  if (found.failures.length > 0) process.exitCode = 1;
}

function foundIn(seeds: number, processes: number): Promise<Exploration<string, string>> {
  if (values.deliveries) return exploreDeliveries({ from, seeds });
  if (processes === 1) return explore({ from, seeds, events });
  return exploreBeside({ from, seeds, events }, processes);
}

function report(found: Exploration<string, string>): void {
  const { seeds, steps, virtualHours, faults, sometimes, failures } = found;
  say(`${seeds} seeds from ${from}${values.deliveries ? "" : `, ${events} events each`}`);
  say(`${steps} steps, ${virtualHours.toFixed(2)} virtual hours`);
  for (const [name, times] of Object.entries({ ...faults, ...sometimes })) {
    say(`  ${String(times).padStart(9)}  ${name}`);
  }
  const never = rareOnes(found, 1);
  if (never.length > 0) say(`never seen: ${never.join(", ")}`);
  for (const { seed, violations } of failures) {
    for (const { invariant, detail } of violations.slice(0, 3)) {
      say(`seed ${seed}: ${invariant}: ${detail}`);
    }
    const again = `npm run sim -- ${values.deliveries ? "--deliveries " : ""}--seed ${seed}`;
    say(`  again: ${again} --trace; smaller: ${again} --shrink`);
  }
  say(`${failures.length} seeds with violations`);
}

/** One seed after the other until one fails. */
async function runOneByOne(): Promise<void> {
  const seeds = count("seeds", values.seeds ?? "1");
  for (let seed = from; seed < from + seeds; seed += 1) {
    if (await holds(seed)) continue;
    process.exitCode = 1;
    return;
  }
  say(`${seeds} seeds without a violation`);
}

/** With its last lines, and made small where that was asked for. */
async function holds(seed: number): Promise<boolean> {
  const lines: string[] = [];
  const { run, small } = values.deliveries ? ofDeliveries(seed) : ofPipeline(seed);
  const { violations, steps } = await run((line) => lines.push(line));
  if (values.trace) for (const line of lines.slice(-TRACE_LINES)) say(line);
  if (violations.length === 0) return true;
  say(`seed ${seed}, after ${steps} steps:`);
  for (const { invariant, detail } of violations) say(`  ${invariant}: ${detail}`);
  if (values.shrink) say(`smallest: ${JSON.stringify(await small())}`);
  return false;
}

type Trace = (line: string) => void;

function ofPipeline(seed: number) {
  const options = { seed, events, ...mutantOf(MUTANTS) };
  return {
    run: (trace: Trace) => simulate({ ...options, trace }),
    small: () => shrink(options),
  };
}

function ofDeliveries(seed: number) {
  const options = { seed, ...mutantOf(DELIVERY_MUTANTS) };
  return {
    run: (trace: Trace) => simulateDeliveries({ ...options, trace }),
    small: () => shrinkDeliveries(options),
  };
}

function mutantOf<Named extends { readonly name: string }>(
  mutants: readonly Named[],
): { readonly mutant?: Named } {
  const { mutant } = values;
  return mutant === undefined ? {} : { mutant: orRefuse(() => mutantNamed(mutant, mutants)) };
}
