import type { ReadStream } from "node:tty";

/** One key and what it does. */
export interface HotKey {
  readonly key: string;
  /** Completes "press k to …". */
  readonly does: string;
  readonly press: () => void;
}

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";

/**
 * Listens to single keys, where a person is there to press them.
 *
 * @param interrupt what Ctrl-C does: the terminal no longer turns it into a signal
 * @returns how to give the terminal back
 */
export function listenToKeys(
  keys: readonly HotKey[],
  input: ReadStream,
  interrupt: () => void,
): () => void {
  if (!input.isTTY) return () => {};
  const onData = (typed: Buffer): void => {
    for (const key of typed.toString()) {
      if (key === CTRL_C || key === CTRL_D) interrupt();
      keys.find((hotKey) => hotKey.key === key)?.press();
    }
  };
  input.setRawMode(true);
  input.resume();
  input.on("data", onData);
  return () => {
    input.off("data", onData);
    input.setRawMode(false);
    input.pause();
  };
}

/** `h help · s speed up`. */
export function describeKeys(keys: readonly HotKey[]): string {
  return keys.map(({ key, does }) => `${key} ${does}`).join(" · ");
}
