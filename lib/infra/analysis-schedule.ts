import { Construct } from "constructs";
import { BrawlerFunction, NO_DEAD_LETTERS } from "./brawler-function.ts";
import { RESERVED } from "./reserved-concurrency.ts";
import { minutely } from "./schedules.ts";
import type { StageConfig } from "./stage-config.ts";
import type { StatefulStack } from "./stateful-stack.ts";
import { analysisAccess, readAccess } from "./store-access.ts";

export interface AnalysisScheduleProps {
  readonly config: StageConfig;
  readonly stateful: StatefulStack;
}

/** What is computed from stored rows as time goes by. */
export class AnalysisSchedule extends Construct {
  readonly snapshot: BrawlerFunction;

  constructor(scope: Construct, id: string, { config, stateful }: AnalysisScheduleProps) {
    super(scope, id);
    this.snapshot = new BrawlerFunction(this, "Snapshot", {
      config,
      name: "rolling-snapshot",
      withoutDeadLetters: NO_DEAD_LETTERS.clock,
      description: "Sets down the figures of days that are over, and anew after a late event",
      environment: {
        ...readAccess.environment(stateful),
        ...analysisAccess.environment(stateful),
      },
      memoryMb: 512,
      concurrency: RESERVED["rolling-snapshot"],
    });
    readAccess.grant(this.snapshot, stateful);
    analysisAccess.grant(this.snapshot, stateful);
    minutely(this, "EachMinute", this.snapshot);
  }
}
