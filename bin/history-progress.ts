import type { HistoryProgress } from "../lib/core/api/health.ts";
import type { EpochUs } from "../lib/core/units.ts";

/** How far the simulated past is loaded, for the page and for the terminal. */
export interface HistoryMeter {
  readonly progress: () => HistoryProgress;
  /** @param behindUs how far the feed is behind the clock: 0 when it is live */
  readonly onBehind: (behindUs: number) => void;
}

const NOTHING: HistoryProgress = { state: "none", done: 1, loadedTo: null, etaSeconds: null };

/**
 * @param expectedUs how far behind the feed starts; nothing is loaded when that is little
 * @param now µs of the feed's clock
 * @param onChange hears of every step, and of the end
 */
export function openHistoryMeter(
  expectedUs: number,
  now: () => EpochUs,
  onChange: (progress: HistoryProgress) => void,
): HistoryMeter {
  const startedAt = performance.now();
  let current: HistoryProgress =
    expectedUs < LEAST_TO_SHOW_US ? NOTHING : { ...NOTHING, state: "loading", done: 0 };
  return {
    progress: () => current,
    onBehind: (behindUs) => {
      if (current.state !== "loading") return;
      current = behindUs < LIVE_WITHIN_US ? ready(now()) : loading(expectedUs, behindUs, now());
      onChange(current);
    },
  };

  function loading(wholeUs: number, behindUs: number, time: EpochUs): HistoryProgress {
    const done = Math.min(1, Math.max(0, 1 - behindUs / wholeUs));
    const elapsed = (performance.now() - startedAt) / 1_000;
    const etaSeconds = done > 0.01 ? (elapsed / done) * (1 - done) : null;
    return { state: "loading", done, loadedTo: (time - behindUs) as EpochUs, etaSeconds };
  }
}

/** A shorter way to the present needs no bar. */
const LEAST_TO_SHOW_US = 3_600_000_000;
const LIVE_WITHIN_US = 60_000_000;

function ready(time: EpochUs): HistoryProgress {
  return { state: "ready", done: 1, loadedTo: time, etaSeconds: 0 };
}
