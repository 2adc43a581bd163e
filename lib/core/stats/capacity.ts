import { finite } from "./finite.ts";
import { straightLine } from "./straight-line.ts";
import { studentTQuantile } from "./student-t.ts";

/** How a margin shrinks with size. */
export interface Capacity {
  /** The margin of the smallest size, in the unit of the margins. */
  readonly a: number;
  /** What a unit of sizeᵞ costs. */
  readonly b: number;
  /** 95 % interval of b; `undefined` for two sizes. */
  readonly bInterval: readonly [number, number] | undefined;
  /** The size at which the margin is gone; `undefined` where b cannot be told from 0. */
  readonly breakEven: number | undefined;
  /** The size that earns most, size · margin; `undefined` where b cannot be told from 0. */
  readonly best: number | undefined;
}

/**
 * Capacity from the margin by size: m(Q) = a − b · Qᵞ.
 *
 *     break-even = (a/b)^(1/γ)        best = (a / (b(1+γ)))^(1/γ)        both 0 for a ≤ 0
 *
 * @param sizes Q > 0, one per bucket of sizes
 * @param margins m, the mean of each bucket
 * @param options `gamma` ½ by default, the square-root law; `weights` proportional to 1 / variance
 * @returns `undefined` for fewer than two different sizes. Extrapolation is the caller's to limit
 */
export function capacity(
  sizes: readonly number[],
  margins: readonly number[],
  options: { readonly gamma?: number; readonly weights?: readonly number[] } = {},
): Capacity | undefined {
  const gamma = options.gamma ?? 0.5;
  const impact = sizes.map((size) => size ** gamma);
  const line = straightLine(impact, margins, options.weights);
  if (line === undefined) return undefined;
  const [a, b] = [line.intercept, -line.slope];
  const bInterval = intervalOf(b, line.slopeError, sizes.length - 2);
  const fit = { a, b, bInterval };
  if (!((bInterval?.[0] ?? b) > 0)) return { ...fit, breakEven: undefined, best: undefined };
  const sizeAt = (cost: number) => (a <= 0 ? 0 : finite((a / cost) ** (1 / gamma)));
  return { ...fit, breakEven: sizeAt(b), best: sizeAt(b * (1 + gamma)) };
}

function intervalOf(
  b: number,
  error: number | undefined,
  df: number,
): readonly [number, number] | undefined {
  if (error === undefined) return undefined;
  const margin = studentTQuantile(0.975, df) * error;
  return [b - margin, b + margin];
}
