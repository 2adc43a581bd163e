/** A market as a measurer sees it: one row a second, and every taker's order. */

/** Takers' orders, oldest first; an order that prints many times is one. */
export interface Orders {
  /** Seconds since the sample's start. */
  readonly times: Float64Array;
  /** +1 the taker bought, −1 it sold. */
  readonly signs: Int8Array;
  /** In whatever unit the market counts. */
  readonly sizes: Float64Array;
}

export interface MarketSample {
  readonly name: string;
  /** UTC seconds since the epoch of the first row. */
  readonly start: number;
  /** Log mid at each whole second; NaN while the recording is silent or the book is not valid. */
  readonly mids: Float64Array;
  /** Spread in ticks at each whole second; NaN likewise. */
  readonly spreads: Float64Array;
  readonly orders: Orders;
}

/** What stands at an index, NaN beyond the ends. */
export function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? Number.NaN;
}

/** Moves over steps of so many seconds, one after the other; NaN where either end is unknown. */
export function returnsOf({ mids }: MarketSample, stepS: number): Float64Array {
  const n = Math.max(0, Math.floor((mids.length - 1) / stepS));
  return Float64Array.from(
    { length: n },
    (_, i) => at(mids, (i + 1) * stepS) - at(mids, i * stepS),
  );
}

/** Without what is unknown. */
export function known(values: Iterable<number>): Float64Array {
  return Float64Array.from(values).filter(Number.isFinite);
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += at(values, i);
  return sum / values.length;
}

/** Mean of the products, over pairs of which both are known, `lag` apart. */
function meanProduct(values: Float64Array, lag: number): number {
  let sum = 0;
  let n = 0;
  for (let i = lag; i < values.length; i += 1) {
    const product = at(values, i) * at(values, i - lag);
    if (Number.isNaN(product)) continue;
    sum += product;
    n += 1;
  }
  return sum / n;
}

/** Less their mean; the unknown stays unknown. */
export function centred(values: Float64Array): Float64Array {
  const mean = meanOf(known(values));
  return values.map((each) => each - mean);
}

/**
 * Autocorrelation at several lags, of a series that may have holes: each lag's mean product over the pairs that
 * are known. Without holes it is lib/core/stats/autocorrelation times n / (n − lag).
 */
export function autocorrelations(values: Float64Array, lags: readonly number[]): number[] {
  const errors = centred(values);
  const variance = meanProduct(errors, 0);
  return lags.map((lag) => meanProduct(errors, lag) / variance);
}

/**
 * Standard error of an autocorrelation of returns whose size is remembered but whose direction is not: the usual
 * 1/√n holds for constant volatility only.
 *
 *     se² = Σ e²ᵢ e²ᵢ₋ₗ / (Σ e²ᵢ)²      (Lo and MacKinlay 1988)
 */
export function robustError(values: Float64Array, lag: number): number {
  const errors = known(centred(values));
  const squares = errors.map((each) => each * each);
  return Math.sqrt(meanProduct(squares, lag) / errors.length) / meanProduct(errors, 0);
}
