import { simulate as startSimulation } from "../../lib/core/simulator/simulation.ts";
import { defineCommand } from "../command.ts";
import { formatCount } from "../format-figures.ts";
import { formatDuration } from "../instant.ts";
import { openLineOutput } from "../line-output.ts";
import { openMarket } from "../market-source.ts";
import { option, optionOr } from "../option.ts";
import { openProgressBar, type ProgressBar } from "../progress-bar.ts";
import { knownInstruments, simulatorOptions } from "../simulator-options.ts";
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
  },
  examples: [
    "simulate --duration 1h --instruments BTC-PERP | head",
    "simulate --market recordings/BTCUSDT > events.ndjson",
    "simulate --scenario toxic-flow --seed 7 | npx brawler replay - --data memory",
  ],
  run: async ({ options, terminal }) => {
    const { market, seed } = options;
    if (market !== undefined) {
      const { lines, from, to, remark } = await openMarket(market, seed);
      const count = await print(lines, { from, duration: Math.max(1, to - from) }, terminal);
      terminal.note(`${formatCount(count)} events, seed ${seed}; ${remark}`);
      return 0;
    }
    const { from, duration, scenario, grid } = options;
    const instruments = knownInstruments(options.instruments);
    const world = { seed, from, scenario, instruments, durationUs: duration, gridUs: grid };
    const count = await print(startSimulation(world), { from, duration }, terminal);
    terminal.note(
      `${formatCount(count)} events of ${instruments.length} instruments in ` +
        `${formatDuration(duration)}, seed ${seed}, scenario ${scenario}`,
    );
    return 0;
  },
});

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
