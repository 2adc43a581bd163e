import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import { BrawlerFunction, NO_DEAD_LETTERS } from "./brawler-function.ts";
import { RESERVED } from "./reserved-concurrency.ts";
import { hourly, minutely } from "./schedules.ts";
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
  readonly history: BrawlerFunction;

  constructor(scope: Construct, id: string, { config, stateful }: AnalysisScheduleProps) {
    super(scope, id);
    const common = {
      config,
      withoutDeadLetters: NO_DEAD_LETTERS.clock,
      environment: {
        ...readAccess.environment(stateful),
        ...analysisAccess.environment(stateful),
      },
    };
    this.snapshot = new BrawlerFunction(this, "Snapshot", {
      ...common,
      name: "rolling-snapshot",
      description: "Sets down the figures of days that are over, and anew after a late event",
      memoryMb: 512,
      concurrency: RESERVED["rolling-snapshot"],
    });
    this.history = new BrawlerFunction(this, "History", {
      ...common,
      name: "historical-analysis",
      description: "Which daily figures rise or fall, over up to 90 days",
      memoryMb: 1_024,
      timeout: Duration.minutes(5),
      concurrency: RESERVED["historical-analysis"],
    });
    for (const one of [this.snapshot, this.history]) {
      readAccess.grant(one, stateful);
      analysisAccess.grant(one, stateful);
    }
    minutely(this, "EachMinute", this.snapshot);
    hourly(this, "EachHour", this.history);
  }
}
