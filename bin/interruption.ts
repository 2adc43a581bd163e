/** Ctrl-C and its relatives: the first asks for a clean end, the second ends at once. */
export interface Interruption {
  readonly signal: AbortSignal;
  readonly interrupt: () => void;
  readonly end: () => void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** What a shell reports for a program that SIGINT ended. */
const EXIT_INTERRUPTED = 130;

export function openInterruption(): Interruption {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  return {
    signal: controller.signal,
    interrupt,
    end: () => {
      for (const signal of SIGNALS) process.off(signal, interrupt);
    },
  };
}
