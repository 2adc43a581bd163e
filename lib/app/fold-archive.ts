/**
 * Folds the raw archive again as it was folded: refused now is what was refused then, an input ends where it ended, and
 * what was not kept while a past was loaded is not kept. One use case behind `verify`, `rebuild` and restating.
 */
import type { Amendment, FoldSettings, InstrumentState } from "../core/pipeline/state.ts";
import type { Retention } from "../core/rollup/ladder.ts";
import type { RawArchive } from "../ports/raw-archive.ts";
import type { ScratchStore } from "../ports/replacing-store.ts";
import type { StateKey } from "../ports/state-store.ts";
import type { Delivery } from "./fold-group.ts";
import { foldDeliveries } from "./fold-input.ts";
import { advanced, type FoldProgress, NOTHING_FOLDED } from "./fold-progress.ts";
import { createProcessor, stateName } from "./instrument-processor.ts";
import { type ArchiveRun, readArchive } from "./read-archive.ts";

export interface ArchiveFoldOptions {
  /** Where it is folded; empty at first, and nobody else's. */
  readonly scratch: ScratchStore;
  readonly settings: FoldSettings;
  /** Settings of single instruments (`account/instrument`) that differ. */
  readonly settingsOf?: (name: string) => FoldSettings | undefined;
  readonly retention: Retention;
  /** Amendments known before the fold begins, by instrument. */
  readonly foreknown: ReadonlyMap<string, ReadonlyMap<string, Amendment>>;
  /** Only these instruments; all when left out. */
  readonly only?: ReadonlySet<string>;
  /** UTF-8 of a text. */
  readonly encode: (text: string) => Uint8Array;
  /** The most lines of a run. */
  readonly lines?: number;
  /** Hears how many lines have been read, run by run; a rejection ends the fold. */
  readonly onLines?: (lines: number) => void | Promise<void>;
}

/** How far one instrument is folded: a line at a higher position is left out. */
export type LimitOf = (name: string) => number;

export interface ArchiveFold {
  /** Folds on up to a position; `limitOf`, where it is lower for some, makes this the last time. */
  foldTo(archive: Pick<RawArchive, "read">, to: number, limitOf?: LimitOf): Promise<void>;
  /** Writes what was held back: the stores then hold every figure of what was folded. */
  settle(): Promise<void>;
  state(key: StateKey): InstrumentState | undefined;
  keys(): readonly StateKey[];
  progress(): FoldProgress;
  /** Lines that were accepted when they came, and are no events to this program. */
  unreadable(): number;
  /** Positions that were given and are not in the archive: its files lost their lines. */
  lost(): number;
}

export function createArchiveFold(options: ArchiveFoldOptions): ArchiveFold {
  let progress: FoldProgress = NOTHING_FOLDED;
  let [unreadable, lost] = [0, 0];
  const { scratch, settings, settingsOf, retention, foreknown, only } = options;
  const { state, metrics, atomic } = scratch;
  const processor = createProcessor({
    state,
    metrics,
    atomic,
    settings,
    ...(settingsOf === undefined ? {} : { settingsOf }),
    retention,
    foreknown,
    durable: false,
    rowsFrom: () => progress.rowsFrom,
    // Was told when it came.
    onQuarantine: () => {},
  });
  const take = async (run: ArchiveRun, limitOf: LimitOf | undefined) => {
    const { futureLimit, note } = run;
    const deliveries = within(run.deliveries, limitOf);
    await foldDeliveries(processor, deliveries, { futureLimit, ...(only && { only }) });
    if (note?.note === "input-ended") {
      const folded = note.instruments.filter((key) => processor.peek(key) !== undefined);
      await processor.finish(Number.POSITIVE_INFINITY, folded);
    }
    lost += run.last - progress.position - run.lines.length;
    progress = advanced(progress, run);
    unreadable += run.unreadable.length;
  };
  return {
    foldTo: async (archive, to, limitOf) => {
      const { encode, lines, onLines } = options;
      const after = progress.position;
      const most = lines === undefined ? {} : { lines };
      for await (const run of readArchive(archive, { after, to, encode, ...most })) {
        const before = progress.position;
        await take(run, limitOf);
        await onLines?.(run.last - before);
      }
    },
    settle: () => processor.settle(),
    state: (key) => processor.peek(key),
    keys: () => processor.keys(),
    progress: () => progress,
    unreadable: () => unreadable,
    lost: () => lost,
  };
}

function within(deliveries: readonly Delivery[], limitOf: LimitOf | undefined) {
  if (limitOf === undefined) return deliveries;
  return deliveries.filter(({ event, line }) => line <= limitOf(stateName(event)));
}
