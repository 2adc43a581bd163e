/** The simulated market maker: what happened since its last run, then the rest of this minute by the clock. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "aws-lambda";
import { kinesisClient } from "../lib/adapters/kinesis/client.ts";
import { kinesisEventSink } from "../lib/adapters/kinesis/event-sink.ts";
import { systemClock } from "../lib/adapters/local/system-clock.ts";
import { runBrawler } from "../lib/app/run-brawler.ts";
import type { EpochUs } from "../lib/core/units.ts";
import { frames } from "./archive.ts";
import { requireEnv } from "./env.ts";
import { count, observed } from "./observed.ts";
import { stateStore } from "./stores.ts";

interface MockSettings {
  readonly seed: number;
  readonly scenario: string;
  readonly instruments: readonly string[];
}

const settings = JSON.parse(requireEnv("BRAWLER_MOCK")) as MockSettings;
const state = stateStore();
const client = kinesisClient();
/** Of a minute; the rest is the next run's. Called by hand it may be told to run for less. */
const RUN_SECONDS = 58;
type BrawlerEvent = { readonly seconds?: number };

export const handler = observed(async ({ seconds }: BrawlerEvent, context: Context) => {
  const stream = requireEnv("BRAWLER_STREAM");
  const sink = kinesisEventSink({ client, stream, encode: (ndjson) => frames.encode(ndjson) });
  const wait = (us: number) => sleep(us / 1_000);
  const leftMs = Math.min((seconds ?? RUN_SECONDS) * 1_000, context.getRemainingTimeInMillis());
  const endsAt = (systemClock.now() + leftMs * 1_000) as EpochUs;
  const outcome = await runBrawler(
    { state, sink, clock: systemClock, wait },
    { ...settings, endsAt },
  );
  await sink.close();
  count({ Lines: outcome.lines });
  return outcome;
});
