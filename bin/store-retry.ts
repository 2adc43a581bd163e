/** What a desk does about a store of figures that is away for a while: it waits, says so once, and goes on. */
import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "./cli-error.ts";
import type { Terminal } from "./terminal.ts";

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;

/**
 * @param signal ends the waiting: the failure then ends the run, and the next start folds from the archive
 * @returns whether to try again, after a wait that doubles
 */
export function storeRetry(
  terminal: Terminal,
  signal: AbortSignal,
): (error: unknown, attempt: number) => Promise<boolean> {
  return async (error, attempt) => {
    if (!isTransient(error) || signal.aborted) return false;
    if (attempt === 1) terminal.note(`${reasonOf(error)}\nwaiting for the store; events are kept`);
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
    await sleep(wait, undefined, { signal }).catch(() => undefined);
    return !signal.aborted;
  };
}

function isTransient(error: unknown): boolean {
  return error instanceof Error && (error as { isTransient?: unknown }).isTransient === true;
}
