/** The markout curve: how far the mid has moved our way by each horizon, with its 95 % band. */
import type { MetricsBody } from "../../lib/core/api/report.ts";
import { parseDuration } from "../../lib/core/units.ts";
import { linearScale, logTimePositions, type Scale } from "./scale.ts";

export type Liquidity = "maker" | "taker";

export interface CurvePoint {
  readonly horizon: string;
  /** Share of the time axis. */
  readonly x: number;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

export interface MarkoutCurves {
  readonly horizons: readonly { readonly label: string; readonly x: number }[];
  readonly curves: Readonly<Record<Liquidity, readonly CurvePoint[]>>;
  readonly y: Scale;
}

type Markouts = MetricsBody["markouts"];

export function markoutCurves(markouts: Markouts): MarkoutCurves {
  const labels = [...new Set([...Object.keys(markouts.maker), ...Object.keys(markouts.taker)])];
  const timed = labels
    .map((label) => ({ label, us: parseDuration(label) ?? 0 }))
    .sort((a, b) => a.us - b.us);
  const positions = logTimePositions(timed.map(({ us }) => us / 1e6));
  const horizons = timed.map(({ label }, index) => ({ label, x: positions[index] ?? 0 }));
  const curve = (liquidity: Liquidity) =>
    horizons.flatMap(({ label, x }) => pointOf(markouts[liquidity][label], label, x));
  const curves = { maker: curve("maker"), taker: curve("taker") };
  const extent = [...curves.maker, ...curves.taker].flatMap((point) => [
    point.value,
    point.low ?? point.value,
    point.high ?? point.value,
  ]);
  return { horizons, curves, y: linearScale(extent) };
}

function pointOf(
  figure: Markouts["maker"][string] | undefined,
  horizon: string,
  x: number,
): readonly CurvePoint[] {
  if (figure === undefined || figure.value === null) return [];
  const [low, high] = figure.interval ?? [null, null];
  return [{ horizon, x, value: figure.value, low, high, n: figure.n }];
}

/** Half the width of an interval, for `±`. */
export function halfWidth(interval: readonly [number, number] | null): number | null {
  return interval === null ? null : (interval[1] - interval[0]) / 2;
}
