/**
 * Maximum drawdown of an equity series: the deepest fall from a peak, and when it was made good.
 *
 *     by amount      max over t of (max over s ≤ t of Eₛ) − Eₜ
 *     by fraction    max over t of 1 − Eₜ / (max over s ≤ t of Eₛ)
 *
 * The two may lie at different times. The first point is the first peak. Of equal falls the latest
 * peak and its first trough count. A coarser series can only understate.
 *
 * @see docs/reference/metrics.md#drawdown
 */

/** A fall, as a positive number; times are indices into the series. */
export interface Drawdown {
  /** In the unit of equity, or a share of the peak. */
  readonly fall: number;
  /** The last point at the height that was lost; `undefined` where nothing was. */
  readonly peak: number | undefined;
  readonly trough: number | undefined;
  /** The first later point back at the peak's height; `undefined` while the fall is open. */
  readonly recovered: number | undefined;
}

/** The deepest fall in the unit of equity; a fall of 0 for a series that never falls; `undefined` if empty. */
export function drawdownAmount(equity: readonly number[]): Drawdown | undefined {
  return deepest(equity, (peak, level) => peak - level);
}

/** The deepest fall as a share of its peak; `undefined` if empty, or if it starts at or below 0. */
export function drawdownFraction(equity: readonly number[]): Drawdown | undefined {
  const start = equity[0];
  if (start === undefined || start <= 0) return undefined;
  return deepest(equity, (peak, level) => 1 - level / peak);
}

/**
 * Steps from the peak to the recovery.
 *
 * @param otherwise told where nothing fell or the fall is still open; LEAN says 0, this product nothing
 */
export function recoverySteps(
  drawdown: Drawdown | undefined,
  otherwise?: number,
): number | undefined {
  if (drawdown?.recovered === undefined || drawdown.peak === undefined) return otherwise;
  return drawdown.recovered - drawdown.peak;
}

/** How many points lie below an earlier one's height. */
export function pointsUnderWater(equity: readonly number[]): number {
  let peak = -Infinity;
  let below = 0;
  for (const level of equity) {
    if (level < peak) below += 1;
    else peak = level;
  }
  return below;
}

function deepest(
  equity: readonly number[],
  fallOf: (peak: number, level: number) => number,
): Drawdown | undefined {
  if (equity.length === 0) return undefined;
  let top = 0;
  let fall = 0;
  let peak: number | undefined;
  let trough: number | undefined;
  for (const [at, level] of equity.entries()) {
    if (level >= equity[top]!) top = at;
    const depth = fallOf(equity[top]!, level);
    if (depth > fall || (depth === fall && depth > 0 && top !== peak)) {
      [fall, peak, trough] = [depth, top, at];
    }
  }
  return { fall, peak, trough, recovered: recovery(equity, peak, trough) };
}

function recovery(
  equity: readonly number[],
  peak: number | undefined,
  trough: number | undefined,
): number | undefined {
  if (peak === undefined || trough === undefined) return undefined;
  const height = equity[peak]!;
  const at = equity.findIndex((level, i) => i > trough && level >= height);
  return at === -1 ? undefined : at;
}
