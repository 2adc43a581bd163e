/** Instants and durations as people read them; `lib/core/api/time.ts` reads what they type. */

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
