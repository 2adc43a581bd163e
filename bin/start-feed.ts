/** Which world a start goes on with: the one in the data directory, or a new one. */
import { type EpochUs, MINUTE_US } from "../lib/core/units.ts";
import { environmentError, usageError } from "./cli-error.ts";
import type { DataPaths } from "./data-directory.ts";
import { keptFeed } from "./feed-file.ts";
import { SimulatorFeed } from "./simulator-feed.ts";
import { knownInstruments, knownScenario } from "./simulator-options.ts";

export interface WorldFlags {
  readonly seed: number | undefined;
  readonly instruments: readonly string[] | undefined;
  readonly scenario: string | undefined;
  readonly history: number;
}

export interface ChosenWorld {
  readonly feed: SimulatorFeed;
  /** From the first line on that was not told yet. */
  readonly scenario: string;
}

const DEFAULT_SEED = 42;
const DEFAULT_SCENARIO = "normal";

/**
 * @param recorded instruments that the directory holds events of
 * @param now where the history of a new world ends
 * @throws {CliError} usage, if the directory holds another world than the flags name; environment, if it holds one that
 * cannot be gone on with
 */
export function chooseWorld(
  paths: DataPaths,
  recorded: readonly string[],
  flags: WorldFlags,
  now: EpochUs,
): ChosenWorld {
  const kept = keptFeed(paths);
  if (kept === undefined) {
    const world = beginWorld(flags, now);
    refuseSecondProducer(paths, recorded, world.feed);
    return world;
  }
  const feed = SimulatorFeed.resume(kept);
  refuseOtherWorld(feed, flags);
  const scenario = flags.scenario ?? feed.telling.scenario;
  return { feed, scenario: knownScenario(scenario, feed.instruments) };
}

/** On a whole minute, so that the first buckets are whole. */
function beginWorld(flags: WorldFlags, now: EpochUs): ChosenWorld {
  const start = now - flags.history;
  const from = (start - (start % MINUTE_US)) as EpochUs;
  const seed = flags.seed ?? DEFAULT_SEED;
  const instruments = knownInstruments(flags.instruments);
  const scenario = knownScenario(flags.scenario ?? DEFAULT_SCENARIO, instruments);
  return { feed: SimulatorFeed.begin({ seed, from, instruments }, scenario), scenario };
}

/** Its sequences would begin again at 1, under events that came from elsewhere or from a simulation now forgotten. */
function refuseSecondProducer(
  { root, feed }: DataPaths,
  recorded: readonly string[],
  { instruments }: SimulatorFeed,
): void {
  const both = instruments.filter((instrument) => recorded.includes(instrument));
  if (both.length === 0) return;
  throw environmentError({
    what: `a new simulation cannot go on with ${both.join(", ")}`,
    where: root,
    why: `events of them are recorded, and ${feed}, which says where a simulation stopped, is missing`,
    mend: "name another directory with --data DIR, other --instruments, or npx brawler reset this one",
  });
}

function refuseOtherWorld(feed: SimulatorFeed, { seed, instruments }: WorldFlags): void {
  const mend = "name another directory with --data DIR, or npx brawler reset this one";
  if (seed !== undefined && seed !== feed.seed) {
    throw usageError({ what: `this data directory holds the world of seed ${feed.seed}`, mend });
  }
  const held = feed.instruments.join(",");
  if (instruments !== undefined && instruments.join(",") !== held) {
    throw usageError({ what: `this data directory holds the instruments ${held}`, mend });
  }
}
