/** The figures that answer "is it fine?", each with unit, sample, interval and age. */
import type { MetricsBody } from "../../lib/core/api/report.ts";
import {
  bps,
  bpsWithUnit,
  compactCount,
  compactMoney,
  MISSING,
  money,
  percent,
  toNumber,
  toneOf,
} from "../model/format.ts";
import { halfWidth } from "../model/markout-curve.ts";
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
  return (
    <Card
      label="Net PnL"
      value={<Signed value={net} text={money(net, currency)} />}
      tone={toneOf(net)}
    >
      {bpsWithUnit(perNotional)} of {volume} traded
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
      value={<Signed value={value} text={bpsWithUnit(value)} />}
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
  const state =
    drawdown.troughTime === null ? "none in this range" : recovery(drawdown.recoveredTime);
  return (
    <Card
      label="Maximum drawdown"
      value={money(amount === null ? null : -Math.abs(amount), currency)}
    >
      {state} · {sampling(drawdown.resolution)}
    </Card>
  );
}

function sampling(resolution: string): string {
  return resolution === "event" ? "at every event" : `each ${resolution}`;
}

function recovery(recoveredTime: number | null): string {
  return recoveredTime === null ? "not recovered" : "recovered";
}

/** Sign, shape and hue together: never hue alone. */
function Signed({ value, text }: { readonly value: number | null; readonly text: string }) {
  const tone = toneOf(value);
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
