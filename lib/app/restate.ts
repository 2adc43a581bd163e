/**
 * After a bust or a correction the instrument's past is folded anew with it known from the start: beside the live
 * figures, which go on, and are replaced between two deliveries.
 */
import { decodeState } from "../core/pipeline/codec.ts";
import type { Amendment } from "../core/pipeline/state.ts";
import { decodeSummary } from "../core/pipeline/summary.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { ProgressStore } from "./fold-progress.ts";
import { type Processor, stateName } from "./instrument-processor.ts";
import {
  type AmendmentsOf,
  openRefold,
  type RebuildOptions,
  type RebuildPorts,
} from "./rebuild.ts";

export interface RestatingPorts extends RebuildPorts {
  readonly progress: ProgressStore;
}

export interface RestatingOptions extends RebuildOptions {
  readonly onRestateFailed?: (error: unknown) => void;
}

/** The pipeline that it works beside. */
export interface Beside {
  /** Runs between two deliveries. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  /** What is stored of these instruments has been replaced. */
  readonly adopted: (names: readonly string[]) => void;
}

export interface Restating {
  /** Takes up what the last process left. */
  begin(): Promise<void>;
  /** Takes up what was told since; does not wait for it. */
  look(processor: Processor): void;
  /** Resolves when nothing is left to do. */
  settled(): Promise<void>;
  /** Stops; what is not done is left to the next start. */
  close(): Promise<void>;
}

/** Few, so that deliveries and questions have their turn between two runs. */
const LINES = 2_048;

class ClosingError extends Error {
  override readonly name = "ClosingError";
}

export function createRestating(
  ports: RestatingPorts,
  options: RestatingOptions,
  beside: Beside,
): Restating {
  let job: Promise<void> | undefined;
  let isClosing = false;
  const leaveIfClosing = () => {
    if (isClosing) throw new ClosingError("the process ends");
  };
  const work = async () => {
    const refoldOptions = { ...options, lines: LINES, onLines: leaveIfClosing };
    for (;;) {
      const told = await storedAmendments(ports.state);
      if (told.size === 0) return;
      await restateOnce(ports, refoldOptions, beside, told);
      leaveIfClosing();
    }
  };
  const start = () => {
    if (job !== undefined || isClosing) return;
    job = work()
      .catch((error: unknown) => {
        if (!(error instanceof ClosingError)) options.onRestateFailed?.(error);
      })
      .then(() => {
        job = undefined;
      });
  };
  return {
    begin: async () => {
      if ((await storedAmendments(ports.state)).size > 0) start();
    },
    look: (processor) => {
      if (processor.keys().some((key) => processor.peek(key)?.restating === true)) start();
    },
    settled: async () => {
      while (job !== undefined) await job;
    },
    close: async () => {
      isClosing = true;
      await job;
    },
  };
}

/** Of instruments that wait for it. */
async function storedAmendments(store: StateStore): Promise<AmendmentsOf> {
  const found = new Map<string, ReadonlyMap<string, Amendment>>();
  for (const entry of await store.summaries()) {
    if (!decodeSummary(entry.summary).restating) continue;
    const snapshot = await store.load(entry);
    if (snapshot !== undefined) found.set(stateName(entry), decodeState(snapshot.body).amendments);
  }
  return found;
}

/** Replaces nothing where more was told meanwhile: it is then done again. */
async function restateOnce(
  ports: RestatingPorts,
  options: RebuildOptions,
  { inTurn, adopted }: Beside,
  told: AmendmentsOf,
): Promise<void> {
  const refold = openRefold(ports, { ...options, only: new Set(told.keys()) }, told);
  try {
    await refold.foldTo(ports.progress.get().position);
    await inTurn(async () => {
      await refold.foldTo(ports.progress.get().position);
      if (refold.newAmendments().size === 0) adopted(await refold.adopt());
    });
  } finally {
    refold.close();
  }
}
