/** How fast the simulated Brawler speaks: a day told every second, and a month as history. */
import { HISTORY_GRID_US, simulate } from "../lib/core/simulator/simulation.ts";
import { DAY_US, type DurationUs, epochUs, SECOND_US } from "../lib/core/units.ts";

const FROM = epochUs(1_767_225_600_000_000);
const ROUNDS = process.argv.includes("--quick") ? 1 : 5;

interface Run {
  readonly events: number;
  readonly bytes: number;
  readonly milliseconds: number;
}

function run(days: number, gridUs: DurationUs): Run {
  const start = performance.now();
  const durationUs = (days * DAY_US) as DurationUs;
  const simulation = simulate({ seed: 42, from: FROM, durationUs, gridUs });
  let events = 0;
  let bytes = 0;
  for (let line = simulation.next(); line !== undefined; line = simulation.next()) {
    events++;
    bytes += line.line.length + 1;
  }
  return { events, bytes, milliseconds: performance.now() - start };
}

function report(name: string, days: number, gridUs: DurationUs): void {
  const runs = Array.from({ length: ROUNDS + 1 }, () => run(days, gridUs)).slice(1);
  runs.sort((a, b) => a.milliseconds - b.milliseconds);
  const median = runs[Math.floor(runs.length / 2)];
  if (median === undefined) return;
  const { events, bytes, milliseconds } = median;
  const rate = Math.round(events / milliseconds);
  const perDay = (milliseconds / days).toFixed(0);
  process.stdout.write(
    `${name}: ${events} events (${Math.round(bytes / events)} B each), ` +
      `${rate} k events/s, ${perDay} ms per simulated day of eight instruments\n`,
  );
}

report("live grid, 1 day", 1, SECOND_US);
report("history grid, 30 days", 30, HISTORY_GRID_US);
