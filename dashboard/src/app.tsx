/** The first live page: one sentence of numbers, then the charts, then the table. */
import { rangeWords } from "../model/sentence.ts";
import { Attribution } from "./attribution.tsx";
import { Cards } from "./cards.tsx";
import { HealthStrip } from "./health-strip.tsx";
import { HitRate } from "./hit-rate.tsx";
import { InstrumentsTable } from "./instruments-table.tsx";
import { InventoryChart } from "./inventory-chart.tsx";
import { Lede } from "./lede.tsx";
import { MarkoutCurve } from "./markout-curve.tsx";
import { Notices } from "./notices.tsx";
import { PnlChart } from "./pnl-chart.tsx";
import { account, signedOut } from "./signed-in.ts";
import { figures, freshness, health, url } from "./store.ts";
import { Toolbar } from "./toolbar.tsx";
import { TopBar } from "./top-bar.tsx";

export function App() {
  const busy = figures.value.phase === "loading";
  return (
    <div class={`app data-${freshness.value}`}>
      <a class="skip" href="#main">
        Skip to the figures
      </a>
      <TopBar />
      <Toolbar />
      <div class={busy ? "progress-line busy" : "progress-line"} aria-hidden="true" />
      <Notices />
      <main id="main" tabIndex={-1}>
        <Head />
        <Cards />
        <div class="grid">
          <PnlChart />
          <Attribution />
          <MarkoutCurve />
          <HitRate />
          <InventoryChart />
          <InstrumentsTable />
          <HealthStrip />
        </div>
      </main>
      <Footer />
    </div>
  );
}

function Head() {
  const { instrument } = url.value;
  const range = figures.value.body?.range ?? url.value.range;
  return (
    <header class="head">
      <h1>
        {instrument ?? "All instruments"} <span class="head-range">· {rangeWords(range)}</span>
      </h1>
      <Lede />
    </header>
  );
}

/** A link brings no token along: where one is needed, it would lead to a refusal. */
function isSignInOn(): boolean {
  return account.value !== null || signedOut.value !== null;
}

function Footer() {
  const body = health.value.body;
  return (
    <footer class="footer">
      <span>Simulated or recorded data only. Nothing here trades, and nothing here is advice.</span>
      <span>
        {body === null ? null : `${body.feed} · version ${body.version} · `}
        {isSignInOn() ? null : <a href="api/v1/openapi.json">API</a>}
      </span>
    </footer>
  );
}
