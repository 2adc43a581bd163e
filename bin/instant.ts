import type { EpochUs } from "../lib/core/units.ts";

const ISO =
  /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,6}))?)?(Z|[+-]\d{2}:\d{2})$/;
const MICROSECONDS = /^\d{1,16}$/;

/**
 * Reads an instant: ISO 8601 with a zone (`2026-01-01T00:00:00Z`, `2026-01-01Z`, up to six decimals), or integer
 * microseconds since the epoch. A time without a zone is refused, because it means something else on another machine.
 */
export function parseInstant(text: string): EpochUs | undefined {
  if (MICROSECONDS.test(text)) {
    const us = Number(text);
    return Number.isSafeInteger(us) ? (us as EpochUs) : undefined;
  }
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, day = "", clock = "00:00", fraction = "", zone = ""] = match;
  const ms = Date.parse(`${day}T${clock.length === 5 ? `${clock}:00` : clock}${zone}`);
  if (Number.isNaN(ms) || !isCalendarDay(day)) return undefined;
  const us = ms * 1_000 + Number(fraction.padEnd(6, "0"));
  return Number.isSafeInteger(us) && us >= 0 ? (us as EpochUs) : undefined;
}

/** `Date.parse` takes 30 February for 2 March. */
function isCalendarDay(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}

/** `2026-01-01 00:00:00 UTC`, with decimals only where there are any. */
export function formatInstant(us: number): string {
  const seconds = Math.floor(us / 1_000_000);
  const whole = new Date(seconds * 1_000).toISOString().slice(0, 19).replace("T", " ");
  const fraction = String(us - seconds * 1_000_000)
    .padStart(6, "0")
    .replace(/0+$/, "");
  return `${whole}${fraction === "" ? "" : `.${fraction}`} UTC`;
}

const STEPS = [
  ["d", 86_400_000_000],
  ["h", 3_600_000_000],
  ["m", 60_000_000],
  ["s", 1_000_000],
] as const;

/** The two largest units that matter: `90 d`, `1 d 6 h`, `2 m 5 s`, `0.25 s`. */
export function formatDuration(us: number): string {
  if (us < 1_000_000) return `${us / 1_000_000} s`;
  const parts: string[] = [];
  let rest = us;
  for (const [unit, width] of STEPS) {
    const count = Math.floor(rest / width);
    rest -= count * width;
    if (count > 0) parts.push(`${count} ${unit}`);
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}
