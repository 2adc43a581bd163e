/** What every function has around it: a trace, structured logs with the request's id, metrics that go out at the end. */
import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import { Tracer } from "@aws-lambda-powertools/tracer";
import { captureLambdaHandler } from "@aws-lambda-powertools/tracer/middleware";
import middy from "@middy/core";
import type { Context } from "aws-lambda";

export interface Observers {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Reads its names from the environment, as the stack sets them. */
export const observers: Observers = { logger: new Logger(), metrics: new Metrics() };

const tracer = new Tracer();

/** The handler that the service calls; what it throws is logged and traced once, here. */
export function observed<Event, Result>(
  handle: (event: Event, context: Context) => Promise<Result>,
): (event: Event, context: Context) => Promise<Result> {
  const { logger, metrics } = observers;
  return middy<Event, Result>()
    .use(captureLambdaHandler(tracer, { captureResponse: false }))
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
