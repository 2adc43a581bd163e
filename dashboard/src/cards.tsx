/** The figures that answer "is it fine?", each with unit, sample, interval and age. */
import type { MetricsBody } from "../../lib/core/api/report.ts";
import {
  bps,
  bpsWithUnit,
  compactCount,
  compactMoney,
  isDollar,
  MISSING,
  money,
  percent,
  type Tone,
  toNumber,
  toneOf,
} from "../model/format.ts";
import { halfWidth } from "../model/markout-curve.ts";
import { statusWords } from "../model/status-words.ts";
import { Card } from "./card.tsx";
import { InventoryCard } from "./inventory-card.tsx";
import { Skeleton } from "./panel.tsx";
import { figures, metrics, url } from "./store.ts";

export function Cards() {
  const body = metrics.value;
  if (body === null) {
    const failed = figures.value.phase === "failed";
    return (
      <div class="cards">
        {["Net PnL", "Markout", "Hit rate", "Maximum drawdown", "Inventory"].map((label) => (
          <Card key={label} label={label} value={failed ? MISSING : <Skeleton height={34} />}>
            {MISSING}
          </Card>
        ))}
      </div>
    );
  }
  return (
    <div class="cards">
      <NetCard metrics={body} />
      <MarkoutCard metrics={body} />
      <HitRateCard metrics={body} />
      <DrawdownCard metrics={body} />
      <InventoryCard />
    </div>
  );
}

/** Keeps `n` and its number on one line. */
const NBSP = "\u00a0";

interface Props {
  readonly metrics: MetricsBody;
}

function NetCard({ metrics: { pnl, trades, currency } }: Props) {
  const net = toNumber(pnl.net);
  const notional = toNumber(trades.notional);
  const perNotional = net === null || !notional ? null : (net / notional) * 1e4;
  const volume = compactMoney(notional, currency);
  const tone = toneOf(net, isDollar(currency) ? 0.005 : 0);
  return (
    <Card label="Net PnL" value={<Signed tone={tone} text={money(net, currency)} />} tone={tone}>
      {net === null ? statusWords(pnl.status) : `${bpsWithUnit(perNotional)} of ${volume} traded`}
    </Card>
  );
}

function MarkoutCard({ metrics: { markouts } }: Props) {
  const { horizon } = url.value;
  const figure = markouts.maker[horizon];
  const value = figure?.value ?? null;
  const half = halfWidth(figure?.interval ?? null);
  const n = figure?.n ?? 0;
  return (
    <Card
      label={`Markout ${horizon}, maker`}
      value={<Signed tone={toneOf(value)} text={bpsWithUnit(value)} />}
      tone={toneOf(value)}
    >
      {half === null ? "no interval below n 30" : `± ${bps(half).replace("+", "")}`} · n{NBSP}
      {compactCount(n)}
    </Card>
  );
}

function HitRateCard({ metrics: { hitRate } }: Props) {
  const [low, high] = hitRate.interval ?? [null, null];
  const interval = low === null ? "no interval below n 30" : `${percent(low)} to ${percent(high)}`;
  return (
    <Card label="Hit rate" value={percent(hitRate.value)}>
      {interval} · n{NBSP}
      {compactCount(hitRate.n)}
    </Card>
  );
}

function DrawdownCard({ metrics: { drawdown, currency } }: Props) {
  const amount = toNumber(drawdown.amount);
  return (
    <Card
      label="Maximum drawdown"
      value={money(amount === null ? null : -Math.abs(amount), currency)}
    >
      {drawdownWords(drawdown)}
    </Card>
  );
}

function drawdownWords(drawdown: MetricsBody["drawdown"]): string {
  if (drawdown.amount === null) return "not known in this range";
  const state = drawdown.troughTime === null ? "none" : recovery(drawdown.recoveredTime);
  return `${state} · ${sampling(drawdown.resolution)}`;
}

function sampling(resolution: string): string {
  return resolution === "event" ? "at every event" : `sampled each ${resolution}`;
}

function recovery(recoveredTime: number | null): string {
  return recoveredTime === null ? "not recovered" : "recovered";
}

/** Sign, shape and hue together: never hue alone. */
function Signed({ tone, text }: { readonly tone: Tone; readonly text: string }) {
  return (
    <>
      {text}
      {tone === "flat" ? null : (
        <span class="shape" aria-hidden="true">
          {tone === "gain" ? "▲" : "▼"}
        </span>
      )}
    </>
  );
}
