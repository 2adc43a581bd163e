/** Markout by horizon: its shape is the message. Falling lines are flow that knew more than we did. */
import { useMemo } from "preact/hooks";
import type { MetricsBody } from "../../lib/core/api/report.ts";
import { bps, bpsWithUnit, compactCount, count } from "../model/format.ts";
import {
  type CurvePoint,
  halfWidth,
  type Liquidity,
  type MarkoutCurves,
  markoutCurves,
} from "../model/markout-curve.ts";
import { Empty, Panel, Waiting } from "./panel.tsx";
import { figures, go, metrics, url } from "./store.ts";
import { useWidth } from "./use-width.ts";

const HEIGHT = 240;
const PAD = { left: 52, right: 18, top: 12, bottom: 26 };
const LIQUIDITIES: readonly Liquidity[] = ["maker", "taker"];

export function MarkoutCurve() {
  const body = metrics.value;
  return (
    <Panel id="markout" title="Markout by horizon" class="span-5" note="bps of mid · 95 % band">
      {body === null ? (
        <Waiting failure={figures.value.failure} height={HEIGHT + 84} />
      ) : (
        <CurveFigure markouts={body.markouts} />
      )}
    </Panel>
  );
}

function CurveFigure({ markouts }: { readonly markouts: MetricsBody["markouts"] }) {
  const curves = useMemo(() => markoutCurves(markouts), [markouts]);
  const { element, width } = useWidth(520);
  const { horizon } = url.value;
  const hasPoints = LIQUIDITIES.some((one) => curves.curves[one].length > 0);
  if (!hasPoints) return <Empty height={HEIGHT}>No matured trades in this range.</Empty>;
  return (
    <figure class="figure">
      <CurveLegend markouts={markouts} horizon={horizon} />
      <div ref={element} class="svg-host" style={{ height: `${HEIGHT}px` }}>
        <CurveSvg curves={curves} width={width} horizon={horizon} />
      </div>
      <figcaption class="caption">{curveSentence(curves)}</figcaption>
      <HorizonPicker curves={curves} horizon={horizon} />
      <CurveTable markouts={markouts} curves={curves} />
    </figure>
  );
}

function CurveLegend({
  markouts,
  horizon,
}: {
  readonly markouts: MetricsBody["markouts"];
  readonly horizon: string;
}) {
  return (
    <div class="legend">
      {LIQUIDITIES.map((liquidity) => {
        const figure = markouts[liquidity][horizon];
        const half = halfWidth(figure?.interval ?? null);
        return (
          <span key={liquidity}>
            <i class={`swatch swatch-${liquidity}`} aria-hidden="true" />
            {liquidity} <b>{bps(figure?.value ?? null)}</b>
            <span class="muted">
              {half === null ? "" : ` ± ${bps(half).replace("+", "")}`} · n{" "}
              {compactCount(figure?.n ?? 0)}
            </span>
          </span>
        );
      })}
      <span class="legend-time">at {horizon}</span>
    </div>
  );
}

interface SvgProps {
  readonly curves: MarkoutCurves;
  readonly width: number;
  readonly horizon: string;
}

function CurveSvg({ curves, width, horizon }: SvgProps) {
  const inner = { width: width - PAD.left - PAD.right, height: HEIGHT - PAD.top - PAD.bottom };
  const x = (share: number) => PAD.left + share * inner.width;
  const y = (value: number) => PAD.top + (1 - curves.y.at(value)) * inner.height;
  const chosen = curves.horizons.find(({ label }) => label === horizon);
  return (
    <svg width={width} height={HEIGHT} role="img" aria-label={curveSentence(curves)}>
      {curves.y.ticks.map((tick) => (
        <g key={tick}>
          <line
            class={tick === 0 ? "axis-zero" : "axis-grid"}
            x1={PAD.left}
            x2={width - PAD.right}
            y1={y(tick)}
            y2={y(tick)}
          />
          <text class="axis-text" x={PAD.left - 8} y={y(tick)} dy="0.32em" text-anchor="end">
            {bps(tick)}
          </text>
        </g>
      ))}
      {chosen === undefined ? null : (
        <line
          class="chosen"
          x1={x(chosen.x)}
          x2={x(chosen.x)}
          y1={PAD.top}
          y2={HEIGHT - PAD.bottom}
        />
      )}
      {curves.horizons.map(({ label, x: share }) => (
        <text
          key={label}
          class={label === horizon ? "axis-text axis-chosen" : "axis-text"}
          x={x(share)}
          y={HEIGHT - 8}
          text-anchor="middle"
        >
          {label}
        </text>
      ))}
      {LIQUIDITIES.map((liquidity) => (
        <Curve
          key={liquidity}
          liquidity={liquidity}
          points={curves.curves[liquidity]}
          x={x}
          y={y}
        />
      ))}
    </svg>
  );
}

interface CurveProps {
  readonly liquidity: Liquidity;
  readonly points: readonly CurvePoint[];
  readonly x: (share: number) => number;
  readonly y: (value: number) => number;
}

/** Maker: a solid line with dots. Taker: dashed with squares. Told apart without their colours. */
function Curve({ liquidity, points, x, y }: CurveProps) {
  const line = points.map((point) => `${x(point.x)},${y(point.value)}`).join(" ");
  const banded = points.filter((point) => point.low !== null && point.high !== null);
  const upper = banded.map((point) => `${x(point.x)},${y(point.high ?? 0)}`);
  const lower = banded.map((point) => `${x(point.x)},${y(point.low ?? 0)}`).reverse();
  return (
    <g class={`curve curve-${liquidity}`}>
      {banded.length > 1 ? <polygon class="band" points={[...upper, ...lower].join(" ")} /> : null}
      <polyline class="line" points={line} />
      {points.map((point) => (
        <Mark key={point.horizon} liquidity={liquidity} cx={x(point.x)} cy={y(point.value)}>
          {pointWords(liquidity, point)}
        </Mark>
      ))}
    </g>
  );
}

interface MarkProps {
  readonly liquidity: Liquidity;
  readonly cx: number;
  readonly cy: number;
  readonly children: string;
}

function Mark({ liquidity, cx, cy, children }: MarkProps) {
  if (liquidity === "maker") {
    return (
      <circle class="mark" cx={cx} cy={cy} r={3.5}>
        <title>{children}</title>
      </circle>
    );
  }
  return (
    <rect class="mark" x={cx - 3} y={cy - 3} width={6} height={6}>
      <title>{children}</title>
    </rect>
  );
}

function pointWords(liquidity: Liquidity, { horizon, value, low, high, n }: CurvePoint): string {
  const band = low === null || high === null ? "" : `, 95 % ${bps(low)} to ${bps(high)}`;
  return `${liquidity} ${horizon}: ${bpsWithUnit(value)}${band}, n ${count(n)}`;
}

function curveSentence(curves: MarkoutCurves): string {
  const parts = LIQUIDITIES.flatMap((liquidity) => {
    const points = curves.curves[liquidity];
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) return [];
    const from = `${bps(first.value)} at ${first.horizon}`;
    return [`${liquidity} ${from}, ${bpsWithUnit(last.value)} at ${last.horizon}`];
  });
  return `Markout: ${parts.join("; ")}.`;
}

function HorizonPicker({
  curves,
  horizon,
}: {
  readonly curves: MarkoutCurves;
  readonly horizon: string;
}) {
  return (
    <fieldset class="segments segments-small" aria-label="Markout horizon">
      {curves.horizons.map(({ label }) => (
        <button
          type="button"
          key={label}
          aria-pressed={label === horizon}
          onClick={() => go({ horizon: label })}
        >
          {label}
        </button>
      ))}
    </fieldset>
  );
}

function CurveTable({
  markouts,
  curves,
}: {
  readonly markouts: MetricsBody["markouts"];
  readonly curves: MarkoutCurves;
}) {
  return (
    <details class="data">
      <summary>Data</summary>
      <div class="scroll">
        <table class="table">
          <caption>Markout in bps of the pre-trade mid, positive is good for us</caption>
          <thead>
            <tr>
              {["Horizon", "Liquidity", "Mean", "95 %", "Median", "Net", "n", "Pending"].map(
                (head) => (
                  <th scope="col" key={head}>
                    {head}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {curves.horizons.flatMap(({ label }) =>
              LIQUIDITIES.map((liquidity) => (
                <CurveRow
                  key={label + liquidity}
                  label={label}
                  liquidity={liquidity}
                  figure={markouts[liquidity][label]}
                />
              )),
            )}
          </tbody>
        </table>
      </div>
    </details>
  );
}

interface RowProps {
  readonly label: string;
  readonly liquidity: Liquidity;
  readonly figure: MetricsBody["markouts"]["maker"][string] | undefined;
}

function CurveRow({ label, liquidity, figure }: RowProps) {
  if (figure === undefined) return null;
  const [low, high] = figure.interval ?? [null, null];
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>{liquidity}</td>
      <td class="number">{bps(figure.value)}</td>
      <td class="number">{low === null ? "n < 30" : `${bps(low)} to ${bps(high)}`}</td>
      <td class="number">{bps(figure.median)}</td>
      <td class="number">{bps(figure.net)}</td>
      <td class="number">{count(figure.n)}</td>
      <td class="number">{count(figure.pending)}</td>
    </tr>
  );
}
