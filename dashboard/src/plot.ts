/** uPlot, dressed in our tokens: colours are read when drawn, so that a change of theme needs a redraw only. */
import uPlot from "uplot";
import type { Column } from "../model/series-data.ts";
import { token } from "./theme.ts";

export interface PlotLine {
  readonly id: string;
  readonly label: string;
  readonly values: Column;
  /** A colour token. */
  readonly color: string;
  readonly width: number;
  readonly filled?: boolean;
  /** Drawn in the gain colour above zero and in the loss colour below. */
  readonly signed?: boolean;
  readonly stepped?: boolean;
  readonly show: (value: number | null) => string;
}

export interface PlotSpec {
  /** Seconds since the epoch, ascending. */
  readonly times: readonly number[];
  readonly lines: readonly PlotLine[];
  /** Of the time axis, seconds. */
  readonly span: readonly [number, number];
  /** Dashed lines across, in the unit of the values. */
  readonly limits?: readonly number[];
  /** From where on nothing is known, seconds; hatched to the right edge. */
  readonly stale?: number | undefined;
  readonly axis: (value: number) => string;
}

interface Sized extends PlotSpec {
  readonly height: number;
}

const CROSSHAIR = "page";

export function createPlot(
  host: HTMLElement,
  spec: () => Sized,
  onRow: (row: number | null) => void,
): uPlot {
  const first = spec();
  const options: uPlot.Options = {
    width: Math.max(200, host.clientWidth),
    height: first.height,
    legend: { show: false },
    padding: [10, 20, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), "UTC"),
    cursor: {
      y: false,
      drag: { x: false, y: false },
      sync: { key: CROSSHAIR },
      points: { size: 7 },
    },
    scales: {
      x: { time: true, range: () => [...spec().span] },
      y: { range: (_, low, high) => yRange(low, high, spec().limits ?? []) },
    },
    axes: [timeAxis(), valueAxis(spec)],
    series: [{}, ...first.lines.map(seriesOf)],
    hooks: {
      setCursor: [(plot) => onRow(plot.cursor.left === -10 ? null : (plot.cursor.idx ?? null))],
      drawAxes: [(plot) => drawUnder(plot, spec())],
    },
  };
  return new uPlot(
    options,
    [[...first.times], ...first.lines.map(({ values }) => [...values])],
    host,
  );
}

function seriesOf(line: PlotLine): uPlot.Series {
  return {
    label: line.label,
    stroke: line.signed ? (plot) => bySign(plot, "") : () => token(line.color),
    width: line.width,
    points: { show: false },
    spanGaps: false,
    ...(line.filled ? { fill: line.signed ? (plot) => bySign(plot, FAINT) : faint(line) } : {}),
    ...(line.stepped
      ? { paths: uPlot.paths.stepped?.({ align: -1 }) as uPlot.Series.PathBuilder }
      : {}),
  };
}

/** Alpha of an area under its line. */
const FAINT = "1f";

function faint(line: PlotLine): () => string {
  return () => token(line.color) + FAINT;
}

/** A vertical gradient that changes colour at zero, at once. */
function bySign(plot: uPlot, alpha: string): CanvasGradient | string {
  const { ctx, bbox } = plot;
  const zero = plot.valToPos(0, "y", true);
  if (!Number.isFinite(zero) || bbox.height === 0) return token("gain") + alpha;
  const share = Math.min(1, Math.max(0, (zero - bbox.top) / bbox.height));
  const gradient = ctx.createLinearGradient(0, bbox.top, 0, bbox.top + bbox.height);
  gradient.addColorStop(share, token("gain") + alpha);
  gradient.addColorStop(share, token("loss") + alpha);
  return gradient;
}

/** Zero is always in sight, and so are limits once the values come near them. */
function yRange(low: number, high: number, limits: readonly number[]): [number, number] {
  let [from, to] = [Math.min(0, low ?? 0), Math.max(0, high ?? 0)];
  for (const limit of limits) {
    if (limit > 0 && to > limit * 0.5) to = Math.max(to, limit);
    if (limit < 0 && from < limit * 0.5) from = Math.min(from, limit);
  }
  if (from === to) return [0, 1];
  const margin = (to - from) * 0.06;
  return [from === 0 ? 0 : from - margin, to === 0 ? 0 : to + margin];
}

const FONT = "11px ui-sans-serif, system-ui, sans-serif";

function timeAxis(): uPlot.Axis {
  return {
    stroke: () => token("muted"),
    font: FONT,
    grid: { show: false },
    ticks: { stroke: () => token("line"), width: 1, size: 4 },
    size: 28,
    space: 80,
    values: (_plot, splits, ...[, , step]) => timeLabels(splits, step),
  };
}

/** `07:15` within a day, `21 Nov` where a day begins or where days are the step. */
function timeLabels(splits: readonly number[], step: number): string[] {
  const day = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });
  const hour = new Intl.DateTimeFormat("en-GB", {
    timeZone: "UTC",
    hour: "2-digit",
    minute: "2-digit",
    ...(step < 60 ? { second: "2-digit" as const } : {}),
  });
  return splits.map((seconds) => {
    const isDay = step >= 86_400 || seconds % 86_400 === 0;
    return (isDay ? day : hour).format(seconds * 1e3);
  });
}

function valueAxis(spec: () => Sized): uPlot.Axis {
  return {
    stroke: () => token("muted"),
    font: FONT,
    grid: { stroke: () => token("line"), width: 1 },
    ticks: { show: false },
    size: 58,
    space: 36,
    values: (_plot, splits) => splits.map((value) => spec().axis(value)),
  };
}

/** Under the lines: zero, limits, and the hatch over what is not known. */
function drawUnder(plot: uPlot, spec: Sized): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  across(plot, 0, token("axis"), []);
  for (const limit of spec.limits ?? []) {
    across(plot, limit, token("muted"), [5 * devicePixelRatio, 4 * devicePixelRatio]);
  }
  if (spec.stale !== undefined) {
    const left = Math.max(bbox.left, plot.valToPos(spec.stale, "x", true));
    hatch(ctx, { left, right: bbox.left + bbox.width, top: bbox.top, height: bbox.height });
  }
  ctx.restore();
}

function across(plot: uPlot, value: number, color: string, dash: number[]): void {
  const { ctx, bbox } = plot;
  const { min, max } = plot.scales["y"] ?? {};
  if (min === undefined || max === undefined || value < min || value > max) return;
  const y = Math.round(plot.valToPos(value, "y", true)) + 0.5;
  ctx.strokeStyle = color;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly height: number;
}

function hatch(ctx: CanvasRenderingContext2D, { left, right, top, height }: Box): void {
  ctx.beginPath();
  ctx.rect(left, top, right - left, height);
  ctx.clip();
  ctx.strokeStyle = token("stale");
  ctx.globalAlpha = 0.45;
  ctx.setLineDash([]);
  ctx.beginPath();
  for (let x = left - height; x < right; x += 8 * devicePixelRatio) {
    ctx.moveTo(x, top + height);
    ctx.lineTo(x + height, top);
  }
  ctx.stroke();
}
