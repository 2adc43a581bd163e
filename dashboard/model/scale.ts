/** Axes for our own SVG: linear with round ticks, and time on a logarithmic scale. */

export interface Scale {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  /** Share of the axis, 0 at the low end. */
  at(value: number): number;
}

/** Below this, values are drawn as the zero they round to. */
const FLAT = 1e-9;

/** A domain that holds every value and zero, widened to round ticks. */
export function linearScale(values: readonly number[], tickCount = 5): Scale {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const spread = high - low < FLAT ? 1 : high - low;
  const step = roundStep(spread / tickCount);
  const from = Math.floor(low / step) * step;
  const to = Math.max(from + step, Math.ceil(high / step) * step);
  const steps = Math.round((to - from) / step);
  const ticks = Array.from({ length: steps + 1 }, (_, index) => tidy(from + index * step));
  return { domain: [from, to], ticks, at: (value) => (value - from) / (to - from) };
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const lead = rough / power;
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
}

function tidy(value: number): number {
  return Math.abs(value) < 1e-12 ? 0 : Number(value.toPrecision(12));
}

/** Share of the axis that the moment of the trade itself takes: a logarithm has no zero. */
const EDGE_SHARE = 0.12;

/**
 * Positions of horizons on a logarithmic time axis. `0s`, the edge, stands apart at the left.
 *
 * @param seconds ascending, not negative
 */
export function logTimePositions(seconds: readonly number[]): readonly number[] {
  const positive = seconds.filter((value) => value > 0);
  const first = positive[0] ?? 1;
  const last = positive.at(-1) ?? 1;
  const start = positive.length === seconds.length ? 0 : EDGE_SHARE;
  return seconds.map((value) => {
    if (value <= 0) return 0;
    if (last === first) return (start + 1) / 2;
    return start + ((1 - start) * Math.log(value / first)) / Math.log(last / first);
  });
}
