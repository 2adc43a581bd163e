import { writeFile } from "node:fs/promises";
import { simulate as startSimulation } from "../../lib/core/simulator/simulation.ts";
import type { SimulationTruth } from "../../lib/core/simulator/simulation-truth.ts";
import { environmentError, reasonOf, usageError } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { formatCount } from "../format-figures.ts";
import { formatDuration } from "../instant.ts";
import { openLineOutput } from "../line-output.ts";
import { openMarket } from "../market-source.ts";
import { option, optionOr } from "../option.ts";
import { openProgressBar, type ProgressBar } from "../progress-bar.ts";
import { knownInstruments, knownScenario, simulatorOptions } from "../simulator-options.ts";
import type { Terminal } from "../terminal.ts";
import * as kinds from "../value-kind.ts";

export const simulate = defineCommand({
  name: "simulate",
  summary: "Print the events of a simulated Brawler as NDJSON: same arguments, same bytes",
  options: {
    ...simulatorOptions,
    from: optionOr(
      kinds.instant,
      "TIME",
      "2026-01-01T00:00:00Z",
      "when the simulated world starts",
    ),
    duration: optionOr(kinds.span, "SPAN", "1d", "how long it runs"),
    grid: optionOr(kinds.span, "SPAN", "1s", "how often the market is told; 1m suits months"),
    market: option(
      kinds.text,
      "FILE",
      "quote into this recorded market (PREFIX.quotes.csv and PREFIX.trades.csv) instead",
    ),
    truth: option(
      kinds.text,
      "FILE",
      "write what was planted, when, how strongly, and what had to follow, as JSON",
    ),
  },
  examples: [
    "simulate --duration 1h --instruments BTC-PERP | head",
    "simulate --market recordings/BTCUSDT > events.ndjson",
    "simulate --scenario toxic-flow --seed 7 | npx brawler replay - --data memory",
    "simulate --scenario calm,vol-spike@2h+10m --truth truth.json > events.ndjson",
  ],
  run: async ({ options, terminal }) => {
    const { market, seed, truth } = options;
    if (market !== undefined) {
      if (truth !== undefined) throw noTruthOf(market);
      const { lines, from, to, remark } = await openMarket(market, seed);
      const count = await print(lines, { from, duration: Math.max(1, to - from) }, terminal);
      terminal.note(`${formatCount(count)} events, seed ${seed}; ${remark}`);
      return 0;
    }
    const { from, duration, grid } = options;
    const instruments = knownInstruments(options.instruments);
    const scenario = knownScenario(options.scenario, instruments);
    const world = { seed, from, scenario, instruments, durationUs: duration, gridUs: grid };
    const simulation = startSimulation(world);
    const count = await print(simulation, { from, duration }, terminal);
    if (truth !== undefined) await writeTruth(truth, simulation.truth());
    terminal.note(
      `${formatCount(count)} events of ${instruments.length} instruments in ` +
        `${formatDuration(duration)}, seed ${seed}, scenario ${scenario}`,
    );
    return 0;
  },
});

function noTruthOf(market: string): Error {
  return usageError({
    what: "nothing is planted into a recorded market, so there is no truth to write",
    where: market,
    mend: "leave out --truth, or --market",
  });
}

async function writeTruth(file: string, truth: SimulationTruth): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(truth, null, 2)}\n`);
  } catch (cause) {
    const what = "cannot write the truth file";
    throw environmentError({ what, where: file, why: reasonOf(cause) }, cause);
  }
}

/** µs of simulated time, for the progress bar. */
interface Stretch {
  readonly from: number;
  readonly duration: number;
}

/** Every so many lines the bar is asked to look at the clock. */
const LINES_BETWEEN_LOOKS = 4_096;

async function print(
  world: Iterable<{ readonly time: number; readonly line: string }>,
  { from, duration }: Stretch,
  terminal: Terminal,
): Promise<number> {
  const output = openLineOutput(terminal);
  const bar: ProgressBar | undefined = terminal.isShown
    ? undefined
    : openProgressBar(terminal, "simulating");
  let count = 0;
  for (const { time, line } of world) {
    const full = output.add(line);
    if (full !== undefined) await full;
    count += 1;
    if (count % LINES_BETWEEN_LOOKS === 0) {
      bar?.show((time - from) / duration, `${formatCount(count)} events`);
    }
  }
  await output.end();
  bar?.end();
  return count;
}
