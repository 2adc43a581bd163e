/** Something that is done once a minute, one run after the other, until it is stopped. */
import { setTimeout } from "node:timers/promises";

const MINUTE_MS = 60_000;

export interface EveryMinute {
  /** Resolves when a run that is under way has ended. */
  readonly stop: () => Promise<void>;
}

/** @param onError is told what a run threw; the next one comes all the same */
export function everyMinute(
  run: () => Promise<void>,
  onError: (error: unknown) => void,
): EveryMinute {
  const stopped = new AbortController();
  const rounds = async () => {
    for (;;) {
      try {
        await run();
      } catch (error) {
        onError(error);
      }
      await setTimeout(MINUTE_MS, undefined, { signal: stopped.signal });
    }
  };
  const ended = rounds().catch((error: unknown) => {
    if (!stopped.signal.aborted) throw error;
  });
  return {
    stop: () => {
      stopped.abort();
      return ended;
    },
  };
}
