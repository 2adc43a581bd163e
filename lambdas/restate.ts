/** Folds busts and corrections into the past of the instruments that wait for it, and anew those that it is told. */
import type { Context } from "aws-lambda";
import { metricStore } from "#metric-store";
import { openEmbedded } from "../lib/adapters/embedded/open-embedded.ts";
import { systemClock } from "../lib/adapters/local/system-clock.ts";
import { restateStream } from "../lib/app/restate-stream.ts";
import { archivedStream, quarantine } from "./archive.ts";
import { deskConfig } from "./desk.ts";
import { observed } from "./observed.ts";
import { refusedRows } from "./refused-rows.ts";
import { reportRestated } from "./restate-report.ts";
import { requestedRebuild } from "./restate-request.ts";
import { stateStore } from "./stores.ts";

const { horizons, maxAgeUs, retention } = deskConfig();
const settings = { horizons, maxAgeUs };
const ports = {
  state: stateStore(),
  metrics: metricStore(retention),
  archive: archivedStream(),
  quarantine: quarantine(),
  clock: systemClock,
  openScratch: () => openEmbedded({ temporary: true }),
  ...refusedRows,
  encode: (text: string) => Buffer.from(text),
};
/** Before the function is ended: for an instrument that is being replaced. */
const MARGIN_MS = 60_000;

export const handler = observed(async (event: unknown, context: Context) => {
  const rebuild = requestedRebuild(event);
  const isOver = () => context.getRemainingTimeInMillis() < MARGIN_MS;
  const options = { settings, retention, isOver };
  const all = await restateStream(ports, rebuild === undefined ? options : { ...options, rebuild });
  return reportRestated(all);
});
