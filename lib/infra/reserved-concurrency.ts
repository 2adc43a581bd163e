import type { StageConfig } from "./stage-config.ts";

/**
 * How many of each function may run at once, by its file in `lambdas/`: a bound on money where something runs away. The
 * processor has none, because its shards bound it already.
 */
export const RESERVED = {
  sweeper: 1,
  redrive: 1,
  restate: 1,
  "rolling-snapshot": 1,
  "historical-analysis": 1,
  "mock-brawler": 2,
  "alert-notifier": 1,
  "slack-notifier": 2,
  api: 20,
} as const;

export interface Reservation {
  /** As the account knows it. */
  readonly functionName: string;
  readonly executions: number;
}

/** What a stage takes from the account's executions. */
export function reservationsOf(config: StageConfig): readonly Reservation[] {
  if (!config.reservedConcurrency) return [];
  const absent = new Set([
    ...(config.mock === undefined ? ["mock-brawler"] : []),
    ...(config.slackSecret === undefined ? ["slack-notifier"] : []),
  ]);
  return Object.entries(RESERVED)
    .filter(([name]) => !absent.has(name))
    .map(([name, executions]) => ({
      functionName: `brawler-${config.stage}-${name}`,
      executions,
    }));
}
