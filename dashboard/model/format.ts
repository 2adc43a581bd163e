/**
 * How numbers read: sign always where it matters, U+2212 for minus, a narrow space before units, never `−0.00`.
 * Fixed to en-US so that screenshots and copied text agree everywhere.
 */

const NARROW_SPACE = "\u202f";
export const MISSING = "—";

const formats = new Map<string, Intl.NumberFormat>();

function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat("en-US", options);
  formats.set(key, made);
  return made;
}

function digits(value: number, fraction: number, sign: "exceptZero" | "auto" = "auto"): string {
  const options = {
    minimumFractionDigits: fraction,
    maximumFractionDigits: fraction,
    signDisplay: sign === "auto" ? ("negative" as const) : sign,
  };
  return trueMinus(format(options).format(value));
}

function trueMinus(text: string): string {
  return text.replace("-", "−");
}

/** A decimal string of the API as a number to draw or to show; null stays null. */
export function toNumber(decimal: string | null | undefined): number | null {
  return decimal === null || decimal === undefined ? null : Number(decimal);
}

/** Counted as one dollar each, as the reports do; the currency's own name stands beside its figures. */
const DOLLARS: ReadonlySet<string> = new Set(["USD", "USDT", "USDC"]);

/** `+$4,812`, `−$304`, `+$12.40`; other currencies follow the number: `+0.0421 BTC`. */
export function money(value: number | null, currency: string, whole = false): string {
  if (value === null) return MISSING;
  if (!DOLLARS.has(currency)) return `${significant(value)}${NARROW_SPACE}${currency}`;
  const text = digits(Math.abs(value), whole || Math.abs(value) >= 100 ? 0 : 2);
  return `${signOf(value, text)}$${text}`;
}

/** One way of writing for a whole column: cents only where every figure of it is below 100. */
export function moneyColumn(
  values: readonly (number | null)[],
  currency: string,
): (value: number | null) => string {
  const whole = DOLLARS.has(currency) && values.some((value) => Math.abs(value ?? 0) >= 100);
  return (value) => money(value === null || !whole ? value : Math.round(value), currency, whole);
}

function significant(value: number): string {
  const size = Math.abs(value);
  const options =
    size >= 1 ? { maximumFractionDigits: size >= 100 ? 0 : 2 } : { maximumSignificantDigits: 3 };
  const text = format(options).format(size);
  return `${signOf(value, text)}${text}`;
}

/** No sign on what rounds to zero. */
function signOf(value: number, text: string): string {
  if (!/[1-9]/.test(text)) return "";
  return value < 0 ? "−" : "+";
}

/** Three significant digits for axes and volumes: `$1.82M`, `−$304`, `$0`. */
export function compactMoney(value: number | null, currency: string): string {
  if (value === null) return MISSING;
  const text = format({ notation: "compact", maximumSignificantDigits: 3 }).format(Math.abs(value));
  const minus = value < 0 && /[1-9]/.test(text) ? "−" : "";
  return DOLLARS.has(currency) ? `${minus}$${text}` : `${minus}${text}${NARROW_SPACE}${currency}`;
}

/** For an axis, beside which the currency's name stands: `$1.82M`, `0.002`. */
export function axisMoney(value: number | null, currency: string): string {
  const text = compactMoney(value, currency);
  return DOLLARS.has(currency) ? text : (text.split(NARROW_SPACE)[0] ?? text);
}

export function isDollar(currency: string): boolean {
  return DOLLARS.has(currency);
}

/** `+0.42`; the unit stands once, in the column's head, or comes with `bpsWithUnit`. */
export function bps(value: number | null): string {
  return value === null ? MISSING : digits(value, 2, "exceptZero");
}

export function bpsWithUnit(value: number | null): string {
  return value === null ? MISSING : `${bps(value)}${NARROW_SPACE}bps`;
}

/** A share in 0…1 as `54.1 %`. */
export function percent(share: number | null): string {
  return share === null ? MISSING : `${digits(share * 100, 1)}${NARROW_SPACE}%`;
}

/** `8,214`. */
export function count(value: number): string {
  return format({ maximumFractionDigits: 0 }).format(value);
}

/** `8,214`, and from 10,000 on `12.8K`. */
export function compactCount(value: number): string {
  if (value < 10_000) return count(value);
  return format({ notation: "compact", maximumSignificantDigits: 3 }).format(value);
}

/** A signed quantity with as many digits as tell it apart, at most four: `+4.2`, `−0.0125`, `0`. */
export function quantity(value: number | null): string {
  if (value === null) return MISSING;
  const fraction = Math.abs(value) >= 1_000 ? 0 : Math.abs(value) >= 10 ? 2 : 4;
  const text = format({
    maximumFractionDigits: fraction,
    signDisplay: "exceptZero",
  }).format(value);
  return trueMinus(text);
}

/** Two units at most: `45 s`, `4 min`, `3 h 12 m`, `12 d 4 h`. */
export function duration(us: number): string {
  const seconds = Math.max(0, Math.floor(us / 1e6));
  if (seconds < 60) return `${seconds}${NARROW_SPACE}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}${NARROW_SPACE}min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return pair([hours, "h"], [minutes % 60, "m"]);
  return pair([Math.floor(hours / 24), "d"], [hours % 24, "h"]);
}

function pair(large: readonly [number, string], small: readonly [number, string]): string {
  const text = large.join(NARROW_SPACE);
  return small[0] === 0 ? text : `${text}${NARROW_SPACE}${small.join(NARROW_SPACE)}`;
}

export function ago(us: number): string {
  return `${duration(us)} ago`;
}

/** `07:14:05 UTC`. */
export function clockTime(us: number): string {
  return `${new Date(us / 1_000).toISOString().slice(11, 19)} UTC`;
}

/** `21 Nov 18:02 UTC`, for moments that may lie on another day. */
export function dayTime(us: number): string {
  const iso = new Date(us / 1_000).toISOString();
  const month = MONTHS[Number(iso.slice(5, 7)) - 1] ?? "";
  return `${Number(iso.slice(8, 10))} ${month} ${iso.slice(11, 16)} UTC`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Without its currency, which stands at the head of the row: whole dollars, three digits of anything else. */
export function rowMoney(value: number | null, currency: string): string {
  if (value === null) return MISSING;
  if (DOLLARS.has(currency)) return money(Math.round(value), currency, true);
  const text = format({ maximumSignificantDigits: 3 }).format(Math.abs(value));
  return `${signOf(value, text)}${text}`;
}

export type Tone = "gain" | "loss" | "flat";

/**
 * `gain`, `loss` or `flat`: of what is shown, so that a zero after rounding has no colour.
 *
 * @param least what rounds to less is shown as zero
 */
export function toneOf(value: number | null, least = 0.005): Tone {
  if (value === null || value === 0 || Math.abs(value) < least) return "flat";
  return value > 0 ? "gain" : "loss";
}
