/** Which world a start goes on with: the one in the data directory, or a new one. */
import type { EmbeddedStore } from "../lib/adapters/embedded/open-embedded.ts";
import { type EpochUs, MINUTE_US } from "../lib/core/units.ts";
import { usageError } from "./cli-error.ts";
import { type FeedState, SimulatorFeed } from "./simulator-feed.ts";
import { knownInstruments } from "./simulator-options.ts";

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

const FEED_KEY = "feed";
const DEFAULT_SEED = 42;
const DEFAULT_SCENARIO = "normal";

export function keepFeed({ meta }: EmbeddedStore, state: FeedState): void {
  meta.set(FEED_KEY, JSON.stringify(state));
}

/**
 * @param now where the history of a new world ends
 * @throws {CliError} usage, if the directory holds another world than the flags name
 */
export function chooseWorld(store: EmbeddedStore, flags: WorldFlags, now: EpochUs): ChosenWorld {
  const kept = store.meta.get(FEED_KEY);
  if (kept === undefined) return beginWorld(flags, now);
  const feed = SimulatorFeed.resume(JSON.parse(kept) as FeedState);
  refuseOtherWorld(feed, flags);
  return { feed, scenario: flags.scenario ?? feed.telling.scenario };
}

/** On a whole minute, so that the first buckets are whole. */
function beginWorld(flags: WorldFlags, now: EpochUs): ChosenWorld {
  const scenario = flags.scenario ?? DEFAULT_SCENARIO;
  const start = now - flags.history;
  const from = (start - (start % MINUTE_US)) as EpochUs;
  const seed = flags.seed ?? DEFAULT_SEED;
  const instruments = knownInstruments(flags.instruments);
  return { feed: SimulatorFeed.begin({ seed, from, instruments }, scenario), scenario };
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
