/**
 * Where the simulated Brawler stopped: a file of its own, because unlike the store it cannot be computed again. A new
 * state takes the place of the old one whole.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { SIMULATION_SCHEMA } from "../lib/core/simulator/simulation.ts";
import { environmentError, reasonOf } from "./cli-error.ts";
import type { DataPaths } from "./data-directory.ts";
import type { FeedState } from "./simulator-feed.ts";

export function keepFeed({ feed }: Pick<DataPaths, "feed">, state: FeedState): void {
  const next = `${feed}.partial`;
  writeFileSync(next, JSON.stringify(state));
  renameSync(next, feed);
}

/**
 * @returns undefined when nothing was ever kept
 * @throws {CliError} environment, if what stands there is no state of a feed
 */
export function keptFeed({ feed, root }: DataPaths): FeedState | undefined {
  let text: string;
  try {
    text = readFileSync(feed, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unreadable(root, feed, cause);
  }
  try {
    const state = JSON.parse(text) as FeedState;
    const isOurs = state.schema === "brawler.feed/1";
    if (isOurs && state.simulation.schema === SIMULATION_SCHEMA) return state;
  } catch (cause) {
    throw unreadable(root, feed, cause);
  }
  throw unreadable(root, feed, new Error("it is of another version"));
}

function unreadable(root: string, where: string, cause: unknown): Error {
  return environmentError(
    {
      what: "cannot read where the simulation stopped",
      where,
      why: reasonOf(cause),
      mend: `its figures stand: npx brawler report --data ${root}; a new simulation needs another directory (--data DIR), or npx brawler reset`,
    },
    cause,
  );
}
