/** From spread capture to net, step by step, and the residual that proves nothing is missing. */
import {
  type AttributionStep,
  attributionOf,
  type Attribution as Steps,
} from "../model/attribution.ts";
import { moneyColumn } from "../model/format.ts";
import { linearScale, type Scale } from "../model/scale.ts";
import { Panel, Waiting } from "./panel.tsx";
import { figures, metrics, url } from "./store.ts";

export function Attribution() {
  const body = metrics.value;
  const { horizon } = url.value;
  const steps = body === null ? null : attributionOf(body.pnl, horizon);
  return (
    <Panel id="attribution" title="PnL attribution" class="span-4" note={body?.currency}>
      {body === null || steps === null ? (
        <Waiting failure={figures.value.failure} height={320} />
      ) : (
        <StepsTable attribution={steps} currency={body.currency} horizon={horizon} />
      )}
    </Panel>
  );
}

interface TableProps {
  readonly attribution: Steps;
  readonly currency: string;
  readonly horizon: string;
}

function StepsTable({ attribution, currency, horizon }: TableProps) {
  const { steps, split } = attribution;
  const scale = linearScale(steps.flatMap(({ start, end }) => [start, end]));
  const write = moneyColumn([...steps.map(({ value }) => value), split.adverse], currency);
  return (
    <>
      <table class="steps">
        <caption class="hidden">How net PnL comes about, in {currency}</caption>
        <tbody>
          {steps.map((step) => (
            <StepRow key={step.id} step={step} scale={scale} write={write} />
          ))}
        </tbody>
      </table>
      <dl class="split">
        <div>
          <dt>Inventory, within {horizon} of each trade</dt>
          <dd>{write(split.adverse)}</dd>
        </div>
        <div>
          <dt>Inventory, beyond {horizon}</dt>
          <dd>{write(split.beyond)}</dd>
        </div>
        {split.unattributed === 0 || split.unattributed === null ? null : (
          <div>
            <dt>Not attributed: no reference</dt>
            <dd>{write(split.unattributed)}</dd>
          </div>
        )}
      </dl>
      <Residual attribution={attribution} />
    </>
  );
}

interface RowProps {
  readonly step: AttributionStep;
  readonly scale: Scale;
  readonly write: (value: number | null) => string;
}

function StepRow({ step, scale, write }: RowProps) {
  const left = Math.min(scale.at(step.start), scale.at(step.end));
  const width = Math.abs(scale.at(step.end) - scale.at(step.start));
  const zero = scale.at(0);
  const color = step.id === "net" && step.end < 0 ? "net-loss" : step.id;
  return (
    <tr class={step.isTotal ? "step step-total" : "step"}>
      <th scope="row">
        <i class={`swatch fill-${color}`} aria-hidden="true" />
        {step.label}
      </th>
      <td class="step-bar" aria-hidden="true">
        <svg viewBox="0 0 100 16" preserveAspectRatio="none" role="presentation">
          <line class="zero" x1={zero * 100} x2={zero * 100} y1={0} y2={16} />
          {step.value === null ? null : (
            <rect
              class={`fill-${color}`}
              x={left * 100}
              width={Math.max(width * 100, 0.6)}
              y={3}
              height={10}
            />
          )}
        </svg>
      </td>
      <td class="number">{write(step.value)}</td>
    </tr>
  );
}

function Residual({ attribution: { residual, closes } }: { readonly attribution: Steps }) {
  if (closes === null) {
    return <p class="residual">Residual — : a part is missing, so it cannot be checked.</p>;
  }
  return (
    <p class={closes ? "residual" : "residual residual-open"}>
      <span>
        Residual <b>{residual}</b>
      </span>
      <span>{closes ? "✓ reconciles exactly" : "▲ does not reconcile"}</span>
    </p>
  );
}
