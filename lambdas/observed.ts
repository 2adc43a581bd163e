/**
 * What every function has around it: structured logs with the ids of request and trace, metrics that go out at the end.
 * The trace itself is the service's: see docs/explanation/decisions/0038-bundles-of-what-runs.md.
 */
import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import middy from "@middy/core";
import type { Context } from "aws-lambda";

export interface Observers {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Reads its names from the environment, as the stack sets them. */
export const observers: Observers = { logger: new Logger(), metrics: new Metrics() };

/** The handler that the service calls; what it throws is logged once, here. */
export function observed<Event, Result>(
  handle: (event: Event, context: Context) => Promise<Result>,
): (event: Event, context: Context) => Promise<Result> {
  const { logger, metrics } = observers;
  return middy<Event, Result>()
    .use(injectLambdaContext(logger, { clearState: true }))
    .use(logMetrics(metrics, { throwOnEmptyMetrics: false }))
    .onError(({ error }) => {
      logger.error("failed", error as Error);
    })
    .handler(handle) as (event: Event, context: Context) => Promise<Result>;
}

/** Counts, by the names that the alarms know. */
export function count(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    observers.metrics.addMetric(name, MetricUnit.Count, value);
  }
}
