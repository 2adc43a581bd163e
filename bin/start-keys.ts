import { describeKeys, type HotKey } from "./hot-keys.ts";
import { formatInstant } from "./instant.ts";
import { openBrowser } from "./open-browser.ts";
import type { PacedClock } from "./paced-clock.ts";
import type { Terminal } from "./terminal.ts";

/** How fast `s` makes the clock, one after the other. */
const SPEEDS = [1, 10, 60, 600];

export interface KeyTargets {
  readonly clock: PacedClock;
  readonly url: string;
  readonly quit: () => void;
  readonly terminal: Terminal;
}

/** The keys of a running start. */
export function startKeys({ clock, url, quit, terminal }: KeyTargets): readonly HotKey[] {
  const keys: readonly HotKey[] = [
    { key: "h", does: "help", press: () => terminal.note(describeKeys(keys)) },
    {
      key: "s",
      does: "speed",
      press: () => {
        clock.setSpeed(nextSpeed(clock.speed()));
        terminal.note(`${clock.speed()} × the clock, from ${formatInstant(clock.now())}`);
      },
    },
    { key: "o", does: "open the page", press: () => openBrowser(url) },
    { key: "q", does: "quit", press: quit },
  ];
  return keys;
}

function nextSpeed(speed: number): number {
  return SPEEDS.find((faster) => faster > speed) ?? 1;
}
