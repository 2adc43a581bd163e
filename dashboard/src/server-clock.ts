/** Now, as the server sees it: a laptop's wrong clock raises no false alarm, and `--speed` is followed. */
import { signal } from "@preact/signals";

let offsetUs = 0;
let aheadMs = 0;

/** Microseconds; moves once a second, so that ages count up even when nothing arrives. */
export const now = signal(Date.now() * 1_000);

export function observeServerTime(headers: Headers): void {
  const exact = Number(headers.get("brawler-now") ?? Number.NaN);
  const coarse = Date.parse(headers.get("date") ?? "") * 1_000;
  const server = Number.isFinite(exact) && exact > 0 ? exact : coarse;
  if (Number.isFinite(coarse)) aheadMs = coarse / 1_000 - Date.now();
  if (Number.isFinite(server)) setServerTime(server);
}

/** How far the server's wall clock is ahead of this machine's, to a second, whatever the speed of its events. */
export function serverAheadMs(): number {
  return aheadMs;
}

export function setServerTime(serverUs: number): void {
  offsetUs = serverUs - Date.now() * 1_000;
  tick();
}

function tick(): void {
  now.value = Date.now() * 1_000 + offsetUs;
}

export function startClock(): void {
  setInterval(tick, 1_000);
}
