/** Starts the page: theme, clock, reads, live changes; then everything is signals. */
import { render } from "preact";
import type { PageConfig } from "../../lib/core/api/page-config.ts";
import { backoffMs } from "../model/event-stream.ts";
import { setApiBase, UNREACHABLE } from "./api-client.ts";
import { App } from "./app.tsx";
import { followLive } from "./live.ts";
import { startRefresh } from "./refresh.ts";
import { observeServerTime, startClock } from "./server-clock.ts";
import { startSignIn } from "./signed-in.ts";
import { figures, followHistory, retryAt } from "./store.ts";
import { startTabTitle } from "./tab-title.ts";
import { startTheme } from "./theme.ts";
import "uplot/dist/uPlot.min.css";
import "./style/tokens.css";
import "./style/base.css";
import "./style/shell.css";
import "./style/cards.css";
import "./style/panels.css";
import "./style/figures.css";
import "./style/attribution.css";
import "./style/hit-rate.css";
import "./style/tables.css";
import "./style/health.css";
import "./style/states.css";

/** Again until it comes: without it the page would not know whether to sign in. */
async function readConfig(): Promise<PageConfig> {
  for (let failures = 1; ; failures += 1) {
    const config = await readJson(new URL("config.json", document.baseURI));
    if (config !== null) return config as PageConfig;
    figures.value = { ...figures.peek(), phase: "failed", failure: UNREACHABLE };
    const wait = backoffMs(failures, Math.random());
    retryAt.value = Date.now() + wait;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

async function readJson(address: URL): Promise<unknown> {
  try {
    const response = await fetch(address);
    observeServerTime(response.headers);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

async function start(): Promise<void> {
  startTheme();
  const root = document.getElementById("app");
  if (root !== null) render(<App />, root);
  startClock();
  followHistory();
  startTabTitle();
  const config = await readConfig();
  setApiBase(config.apiBase);
  if (config.auth !== null) await startSignIn(config.auth);
  startRefresh();
  await followLive(config.live);
}

void start();
