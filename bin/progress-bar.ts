import type { Terminal } from "./terminal.ts";

const BAR_WIDTH = 30;
const LEAST_INTERVAL_MS = 80;

/** A bar on stderr that redraws at most a dozen times a second, and leaves nothing behind. */
export interface ProgressBar {
  /** @param share done, 0…1 */
  readonly show: (share: number, remark: string) => void;
  readonly end: () => void;
}

export function openProgressBar(terminal: Terminal, label: string): ProgressBar {
  if (!terminal.interactive) return { show: () => {}, end: () => {} };
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    show: (share, remark) => {
      const now = performance.now();
      if (now - shownAt < LEAST_INTERVAL_MS && share < 1) return;
      shownAt = now;
      terminal.overwrite(drawBar(label, share, remark));
    },
    end: () => terminal.overwrite(""),
  };
}

/** `history  ████████░░░░  67 %  60 of 90 days`. */
export function drawBar(label: string, share: number, remark: string): string {
  const bounded = Math.min(1, Math.max(0, share));
  const filled = Math.round(bounded * BAR_WIDTH);
  const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
  return `${label}  ${bar} ${String(Math.floor(bounded * 100)).padStart(3)} %  ${remark}`;
}
