/** Answers `/api/v1`: what the gateway's authorizer let through, held to the caller's role. */

import { handle, type LambdaContext } from "hono/aws-lambda";
import { metricStore } from "#metric-store";
import { systemClock } from "../lib/adapters/local/system-clock.ts";
import { answerQueries } from "../lib/app/answer-query.ts";
import { createCloudApp } from "../lib/http/cloud-app.ts";
import { deskConfig } from "./desk.ts";
import { optionalEnv, requireEnv } from "./env.ts";
import { observed, observers } from "./observed.ts";
import { analysisStore, stateStore } from "./stores.ts";

const version = requireEnv("BRAWLER_VERSION");
const config = deskConfig();
const ready = { state: "ready", done: 1, loadedTo: null, etaSeconds: 0 } as const;
const queries = answerQueries(
  {
    state: stateStore(),
    metrics: metricStore(config.retention),
    analyses: analysisStore(),
    clock: systemClock,
    deliver: () => Promise.reject(new Error("events come through the stream")),
  },
  { ...config, version, feed: "the stream", startedAt: systemClock.now() },
  { history: () => ready, stray: () => ({ events: 0, quarantined: 0 }) },
);
const serve = handle(
  createCloudApp(queries, {
    version,
    connect: (optionalEnv("BRAWLER_CONNECT") ?? "").split(" ").filter((origin) => origin !== ""),
    onError: (error, traceId) => observers.logger.error("failed", { error, traceId }),
  }),
);

export const handler = observed((event: Parameters<typeof serve>[0], context: LambdaContext) =>
  serve(event, context),
);
