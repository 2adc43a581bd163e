/** Drives the processor with an input: batch by batch, each instrument's events in their order of delivery. */
import type { RefusalReason } from "../core/events/refusal.ts";
import type { SetAsideReason } from "../ports/quarantine.ts";
import type { BatchCounts, Delivery } from "./fold-group.ts";
import { groupsByInstrument } from "./group-by-instrument.ts";
import { type Processor, stateName } from "./instrument-processor.ts";

/** A line that is not an event. */
export interface RefusedLine {
  readonly line: number;
  readonly reason: RefusalReason;
  readonly detail: string;
}

/** Some lines of an input, parsed. */
export interface InputBatch {
  readonly deliveries: readonly Delivery[];
  readonly refused: readonly RefusedLine[];
}

/** A line, or an event, that was set aside; `line` is 0 when it is not known. */
export interface SetAside {
  readonly line: number;
  readonly reason: SetAsideReason;
  readonly detail: string;
}

export interface FoldOptions {
  /** Event times beyond this are quarantined. */
  readonly futureLimit: number;
  /** Only events of these instruments (`account/instrument`); all when left out. */
  readonly only?: ReadonlySet<string>;
  readonly onBatch?: (events: number) => void;
  /** Everything is folded; what is still waited for is about to be given up. */
  readonly beforeEnd?: () => Promise<void>;
}

/** Events committed together, where commits last: what a commit costs is shared by many. */
const COMMIT_EVENTS = 65_536;
/** Events folded together where nothing lasts: few, so that they are gone before memory is tidied. */
const FOLD_EVENTS = 1_024;

/** Folds a whole input, and ends it: whatever is still waited for is given up. */
export async function foldInput(
  processor: Processor,
  input: AsyncIterable<InputBatch>,
  options: FoldOptions,
): Promise<void> {
  const together = processor.durable ? COMMIT_EVENTS : FOLD_EVENTS;
  let waiting: Delivery[] = [];
  const commit = async () => {
    await foldDeliveries(processor, waiting, options);
    options.onBatch?.(waiting.length);
    waiting = [];
  };
  for await (const { deliveries } of input) {
    for (const delivery of deliveries) waiting.push(delivery);
    if (waiting.length >= together) await commit();
  }
  await commit();
  await options.beforeEnd?.();
  await processor.finish(options.futureLimit);
}

/** Commits one batch of any instruments. */
export async function foldDeliveries(
  processor: Processor,
  deliveries: readonly Delivery[],
  { futureLimit, only }: FoldOptions,
): Promise<BatchCounts> {
  const sum: BatchCounts = { applied: 0, duplicates: 0, quarantined: 0, buffered: 0 };
  const groups = groupsByInstrument();
  for (const delivery of deliveries) groups.add(delivery);
  for (const { key, deliveries: own } of groups.all()) {
    if (only !== undefined && !only.has(stateName(key))) continue;
    const counts = await processor.process(key, own, { futureLimit });
    sum.applied += counts.applied;
    sum.duplicates += counts.duplicates;
    sum.quarantined += counts.quarantined;
    sum.buffered += counts.buffered;
  }
  return sum;
}
