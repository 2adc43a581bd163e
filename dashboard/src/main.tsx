/** Starts the page: theme, clock, reads, live changes; then everything is signals. */
import { render } from "preact";
import { setApiBase } from "./api-client.ts";
import { App } from "./app.tsx";
import { followLive } from "./live.ts";
import { startRefresh } from "./refresh.ts";
import { startClock } from "./server-clock.ts";
import { followHistory } from "./store.ts";
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

interface PageConfig {
  readonly apiBase: string;
  readonly live: "poll" | "sse";
}

async function readConfig(): Promise<PageConfig> {
  try {
    const response = await fetch(new URL("config.json", document.baseURI));
    return (await response.json()) as PageConfig;
  } catch {
    return { apiBase: "/api/v1", live: "poll" };
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
  startRefresh();
  await followLive(config.live);
}

void start();
