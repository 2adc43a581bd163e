/** From the API's columns to what a chart draws. Gaps stay gaps. */
import type { SeriesBody } from "../../lib/core/api/series.ts";

export type Column = readonly (number | null)[];

/**
 * Seconds, as uPlot wants its time axis: the end of each bucket, when its value is reached.
 *
 * @param to where the range ends, µs: a bucket that is still open reaches no further
 */
export function bucketEnds(series: SeriesBody, rows: number, to: number): readonly number[] {
  const { t0, stepUs } = series;
  return Array.from({ length: rows }, (_, row) => Math.min(t0 + (row + 1) * stepUs, to) / 1e6);
}

/** The running sum; a gap is drawn as one and adds nothing. */
export function cumulative(flows: Column): (number | null)[] {
  let total = 0;
  return flows.map((flow) => {
    if (flow === null) return null;
    total += flow;
    return total;
  });
}

export function lastKnown(column: Column): number | null {
  for (let row = column.length - 1; row >= 0; row -= 1) {
    const value = column[row];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

export interface Extremes {
  readonly low: number;
  readonly lowRow: number;
  readonly high: number;
  readonly highRow: number;
}

export function extremes(column: Column): Extremes | undefined {
  let found: Extremes | undefined;
  for (const [row, value] of column.entries()) {
    if (value === null) continue;
    found ??= { low: value, lowRow: row, high: value, highRow: row };
    if (value < found.low) found = { ...found, low: value, lowRow: row };
    if (value > found.high) found = { ...found, high: value, highRow: row };
  }
  return found;
}

/** Rows for the data table beside a chart: at most `most`, evenly spaced, the last one always in. */
export function sampledRows(rows: number, most = 60): readonly number[] {
  if (rows <= most) return Array.from({ length: rows }, (_, row) => row);
  return Array.from({ length: most }, (_, index) => Math.round((index * (rows - 1)) / (most - 1)));
}
