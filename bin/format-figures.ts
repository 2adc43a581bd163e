/** Figures as people read them: thousands apart, a real minus, a dash where there is none. */
import type { FigureStatus } from "../lib/core/metrics/performance-metrics.ts";

const MINUS = "−";
/** Where a figure would stand. */
export const NO_FIGURE = "–";

/** A dash and why: `– pending`. */
export function absent(status: FigureStatus | "flat"): string {
  return `${NO_FIGURE} ${status}`;
}

/**
 * A decimal string with thousands separators, rounded half to even to `decimals` places, exactly (no float between).
 *
 * @param decimals as the exact text has them when left out
 */
export function formatDecimal(exact: string, decimals?: number): string {
  const negative = exact.startsWith("-");
  const rounded = roundDecimal(negative ? exact.slice(1) : exact, decimals);
  const [whole = "0", fraction = ""] = rounded.split(".");
  const grouped = groupThousands(whole);
  const sign = negative && /[1-9]/.test(rounded) ? MINUS : "";
  return `${sign}${grouped}${fraction === "" ? "" : `.${fraction}`}`;
}

function groupThousands(digits: string): string {
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 3) {
    groups.unshift(digits.slice(Math.max(0, end - 3), end));
  }
  return groups.join(",");
}

function roundDecimal(unsigned: string, decimals: number | undefined): string {
  const [whole = "0", fraction = ""] = unsigned.split(".");
  if (decimals === undefined) return unsigned;
  if (fraction.length <= decimals) return joined(whole, fraction.padEnd(decimals, "0"));
  const kept = BigInt(whole + fraction.slice(0, decimals));
  const rest = fraction.slice(decimals);
  const half = `5${"0".repeat(rest.length - 1)}`;
  const up = rest > half || (rest === half && kept % 2n === 1n);
  const digits = String(up ? kept + 1n : kept).padStart(decimals + 1, "0");
  return joined(digits.slice(0, digits.length - decimals), digits.slice(digits.length - decimals));
}

function joined(whole: string, fraction: string): string {
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** A statistic with a fixed number of decimals. */
export function formatNumber(value: number, decimals: number): string {
  return formatDecimal(value.toFixed(decimals));
}

/** A share in 0…1 as a percentage: `37.5 %`. */
export function formatShare(value: number): string {
  return `${formatNumber(value * 100, 1)} %`;
}

export function formatCount(count: number): string {
  return formatDecimal(String(count));
}

/** `1.4 GB`; powers of a thousand, as disks are sold. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = bytes < 1 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  const scaled = bytes / 1_000 ** step;
  return `${formatNumber(scaled, step === 0 || scaled >= 100 ? 0 : 1)} ${units[step]}`;
}

/**
 * Decimals that show about six digits of the largest of some amounts, at least two, at most what they have: one
 * choice a column, so that points stand under points.
 */
export function decimalsFor(amounts: readonly string[]): number {
  let largest = 0;
  let present = 0;
  for (const amount of amounts) {
    largest = Math.max(largest, Math.abs(Number(amount)));
    present = Math.max(present, amount.split(".")[1]?.length ?? 0);
  }
  const digits = largest === 0 ? 0 : Math.floor(Math.log10(largest)) + 1;
  return Math.max(2, Math.min(6 - digits, 8, present));
}
