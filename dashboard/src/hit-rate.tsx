/** Hit rate with its Wilson interval and n, for all and for each instrument, on one axis. */
import type { MetricsBody } from "../../lib/core/api/report.ts";
import { compactCount, percent } from "../model/format.ts";
import { rateScale } from "../model/rate-scale.ts";
import { Empty, Panel, Waiting } from "./panel.tsx";
import { figures, url } from "./store.ts";

type HitRateBody = MetricsBody["hitRate"];

export function HitRate() {
  const snapshot = figures.value.body?.snapshot;
  return (
    <Panel id="hit-rate" title="Hit rate" class="span-3" note="filled ÷ closed quotes">
      {snapshot === undefined ? (
        <Waiting failure={figures.value.failure} height={324} />
      ) : (
        <Forest
          rows={[
            ["All", snapshot.portfolio.hitRate],
            ...Object.entries(snapshot.instruments).map(([key, metrics]): [string, HitRateBody] => [
              key,
              metrics.hitRate,
            ]),
          ]}
        />
      )}
    </Panel>
  );
}

function Forest({ rows }: { readonly rows: readonly (readonly [string, HitRateBody])[] }) {
  const known = rows.filter(([, rate]) => rate.value !== null);
  if (known.length === 0) return <Empty height={240}>No quote was closed in this range.</Empty>;
  const scale = rateScale(known.map(([, rate]) => rate));
  return (
    <table class="forest">
      <caption class="hidden">
        Hit rate with 95 % Wilson interval and number of closed quotes
      </caption>
      <thead class="hidden">
        <tr>
          <th scope="col">Instrument</th>
          <th scope="col">Interval</th>
          <th scope="col">Hit rate</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([key, rate]) => (
          <ForestRow key={key} name={key} rate={rate} scale={scale} />
        ))}
      </tbody>
      <tfoot aria-hidden="true">
        <tr>
          <td colSpan={2}>
            <span class="forest-axis">
              <span>{percent(scale.from)}</span>
              <span>{percent(scale.to)}</span>
            </span>
          </td>
        </tr>
      </tfoot>
    </table>
  );
}

interface RowProps {
  readonly name: string;
  readonly rate: HitRateBody;
  readonly scale: ReturnType<typeof rateScale>;
}

function ForestRow({ name, rate, scale }: RowProps) {
  const chosen = (url.value.instrument ?? "All") === name;
  return (
    <tr class={chosen ? "forest-row forest-chosen" : "forest-row"}>
      <th scope="row">
        {name} <span class="muted">n {compactCount(rate.n)}</span>
      </th>
      <td class="number">{percent(rate.value)}</td>
      <td class="forest-plot">
        {rate.value === null ? (
          <span class="muted">no closed quotes</span>
        ) : (
          <Interval rate={rate} value={rate.value} scale={scale} />
        )}
      </td>
    </tr>
  );
}

interface IntervalProps {
  readonly rate: HitRateBody;
  readonly value: number;
  readonly scale: ReturnType<typeof rateScale>;
}

function Interval({ rate, value, scale }: IntervalProps) {
  const [low, high] = rate.interval ?? [value, value];
  const words =
    rate.interval === null ? "no interval below n 30" : `${percent(low)} to ${percent(high)}`;
  return (
    <>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <line class="forest-track" x1={0} x2={100} y1={5} y2={5} />
        <line
          class="forest-range"
          x1={scale.at(low) * 100}
          x2={scale.at(high) * 100}
          y1={5}
          y2={5}
        />
        <line
          class="forest-dot"
          x1={scale.at(value) * 100}
          x2={scale.at(value) * 100}
          y1={1}
          y2={9}
        />
      </svg>
      <span class="hidden">{words}</span>
    </>
  );
}
