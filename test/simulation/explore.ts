/** Many seeds, on as many processes as are given, and what they found. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Chaos, FAULTS, type Fault, SOMETIMES, type Sometimes } from "./chaos.ts";
import type { Violation } from "./ledger-of-commits.ts";
import type { Mutant } from "./mutants.ts";
import { simulate } from "./simulate.ts";

export interface Exploration<Name extends string = Fault, Point extends string = Sometimes> {
  readonly seeds: number;
  readonly steps: number;
  readonly virtualHours: number;
  readonly faults: Readonly<Record<Name, number>>;
  readonly sometimes: Readonly<Record<Point, number>>;
  readonly failures: readonly {
    readonly seed: number;
    readonly violations: readonly Violation[];
  }[];
}

export interface ExploreOptions {
  readonly from: number;
  readonly seeds: number;
  readonly events?: number;
  readonly onSeed?: (seed: number) => void;
}

const zeros = <Name extends string>(names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;

export function explore({ events = 200, ...options }: ExploreOptions): Promise<Exploration> {
  const names = { faults: FAULTS, sometimes: SOMETIMES };
  return exploring(names, (seed) => simulate({ seed, events }), options);
}

/** One run of a seed. */
export interface Explored<Name extends string, Point extends string> {
  readonly violations: readonly Violation[];
  readonly steps: number;
  readonly virtualUs: number;
  readonly chaos: Chaos<Name, Point>;
}

export async function exploring<Name extends string, Point extends string>(
  names: { readonly faults: readonly Name[]; readonly sometimes: readonly Point[] },
  run: (seed: number) => Promise<Explored<Name, Point>>,
  { from, seeds, onSeed }: Omit<ExploreOptions, "events">,
): Promise<Exploration<Name, Point>> {
  const faults = zeros(names.faults);
  const sometimes = zeros(names.sometimes);
  const failures: { seed: number; violations: readonly Violation[] }[] = [];
  let [steps, virtualUs] = [0, 0];
  for (let seed = from; seed < from + seeds; seed += 1) {
    const result = await run(seed);
    for (const [fault, count] of result.chaos.injected) faults[fault] += count;
    for (const [point, count] of result.chaos.seen) sometimes[point] += count;
    if (result.violations.length > 0) failures.push({ seed, violations: result.violations });
    steps += result.steps;
    virtualUs += result.virtualUs;
    onSeed?.(seed);
  }
  return { seeds, steps, virtualHours: virtualUs / 3.6e9, faults, sometimes, failures };
}

const PROGRAM = fileURLToPath(new URL("sim.ts", import.meta.url));

/** The same, shared among processes. */
export async function exploreBeside(
  { from, seeds, events }: ExploreOptions,
  processes: number,
): Promise<Exploration> {
  const share = Math.ceil(seeds / processes);
  const parts = Array.from({ length: processes }, (_, at) => {
    const count = Math.min(share, seeds - at * share);
    const range = ["--seed", String(from + at * share), "--seeds", String(count)];
    const size = events === undefined ? [] : ["--events", String(events)];
    return exploreApart([...range, ...size, "--json"]);
  });
  return (await Promise.all(parts)).reduce(together);
}

function exploreApart(args: readonly string[]): Promise<Exploration> {
  return new Promise((resolve, reject) => {
    const stdio = ["ignore", "pipe", "inherit"] as const;
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: [...stdio] });
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (text.startsWith("{")) resolve(JSON.parse(text) as Exploration);
      else reject(new Error(`the simulation ended with ${code} and said nothing`));
    });
  });
}

function together(a: Exploration, b: Exploration): Exploration {
  return {
    seeds: a.seeds + b.seeds,
    steps: a.steps + b.steps,
    virtualHours: a.virtualHours + b.virtualHours,
    faults: added(a.faults, b.faults),
    sometimes: added(a.sometimes, b.sometimes),
    failures: [...a.failures, ...b.failures],
  };
}

function added<Name extends string>(
  a: Readonly<Record<Name, number>>,
  b: Readonly<Record<Name, number>>,
): Record<Name, number> {
  const entries = Object.entries(a) as [Name, number][];
  return Object.fromEntries(entries.map(([name, count]) => [name, count + b[name]])) as Record<
    Name,
    number
  >;
}

/** What has happened less often than it must, as text. */
export function rareOnes(
  { faults, sometimes }: Exploration<string, string>,
  least: number,
): string[] {
  return Object.entries({ ...faults, ...sometimes })
    .filter(([, count]) => count < least)
    .map(([name, count]) => `${name}: ${count}`);
}

/** The seed at which a mutant was found, and by what; undefined when it was not. */
export function seedOfDeath(mutant: Mutant, seeds: number): Promise<Death | undefined> {
  return firstDeath((seed) => simulate({ seed, mutant }), seeds);
}

export interface Death {
  readonly seed: number;
  readonly violation: Violation;
}

export async function firstDeath(
  run: (seed: number) => Promise<{ readonly violations: readonly Violation[] }>,
  seeds: number,
): Promise<Death | undefined> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const [violation] = (await run(seed)).violations;
    if (violation !== undefined) return { seed, violation };
  }
  return undefined;
}

export function mutantNamed<Named extends { readonly name: string }>(
  name: string,
  mutants: readonly Named[],
): Named {
  const mutant = mutants.find((one) => one.name === name);
  if (mutant !== undefined) return mutant;
  const names = mutants.map((one) => `"${one.name}"`).join(", ");
  throw new RangeError(`--mutant must be one of ${names}, was "${name}"`);
}
