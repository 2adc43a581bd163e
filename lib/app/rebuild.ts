/**
 * Figures anew from the raw archive, into the next epoch: after a store or a state was lost, and after a bust or a
 * correction. They are folded beside what is shown, which stands until all of an instrument is replaced at once.
 */
import { decodeState } from "../core/pipeline/codec.ts";
import type { Amendment, FoldSettings } from "../core/pipeline/state.ts";
import { epochAfter, epochOf, versionOf } from "../core/pipeline/version.ts";
import type { Retention } from "../core/rollup/ladder.ts";
import type { MetricStore, RowBatch } from "../ports/metric-store.ts";
import type { RawArchive } from "../ports/raw-archive.ts";
import type { ReplacingStore, ScratchStore } from "../ports/replacing-store.ts";
import type { StateKey, StateSnapshot, StateStore } from "../ports/state-store.ts";
import { type ArchiveFold, createArchiveFold } from "./fold-archive.ts";
import type { FoldProgress } from "./fold-progress.ts";
import { LostRaceError, stateName } from "./instrument-processor.ts";

export interface RebuildPorts {
  readonly state: StateStore;
  readonly metrics: MetricStore;
  readonly replacing: ReplacingStore;
  readonly archive: RawArchive;
  readonly openScratch: () => ScratchStore;
  /** UTF-8 of a text. */
  readonly encode: (text: string) => Uint8Array;
}

export interface RebuildOptions {
  readonly settings: FoldSettings;
  readonly retention: Retention;
  /** `account/instrument`; all that the archive tells of when left out. */
  readonly only?: ReadonlySet<string>;
  /** The most lines that are folded without a break. */
  readonly lines?: number;
  /** Hears how many lines have been read; a rejection ends the rebuild, and nothing is replaced. */
  readonly onLines?: (lines: number) => void | Promise<void>;
}

/** Busts and corrections by trade, by instrument (`account/instrument`). */
export type AmendmentsOf = ReadonlyMap<string, ReadonlyMap<string, Amendment>>;

export interface Rebuilt {
  /** `account/instrument`. */
  readonly instruments: readonly string[];
  readonly progress: FoldProgress;
  /** Lines that were accepted when they came, and are no events to this program. */
  readonly unreadable: number;
  /** Positions that were given and are not in the archive: figures of their lines are gone. */
  readonly lost: number;
}

/**
 * Rebuilds up to the archive's end. Nobody else may write to these instruments meanwhile.
 *
 * @throws {LostRaceError} if somebody did: that instrument stands as it was
 */
export async function rebuild(ports: RebuildPorts, options: RebuildOptions): Promise<Rebuilt> {
  const end = await ports.archive.end();
  const first = openRefold(ports, options, await storedAmendments(ports.state, options.only));
  try {
    await first.foldTo(end);
    const told = first.newAmendments();
    const rebuilt = await first.adopt((name) => !told.has(name));
    const again = told.size === 0 ? [] : await refoldAll(ports, options, told, end);
    return {
      instruments: [...rebuilt, ...again].sort(),
      progress: { ...first.progress(), position: end },
      unreadable: first.unreadable(),
      lost: first.lost() + end - first.progress().position,
    };
  } finally {
    first.close();
  }
}

/** Instruments of which the first fold met busts and corrections that it had not known of. */
async function refoldAll(
  ports: RebuildPorts,
  options: RebuildOptions,
  told: AmendmentsOf,
  end: number,
): Promise<readonly string[]> {
  const second = openRefold(ports, { ...options, only: new Set(told.keys()) }, told);
  try {
    await second.foldTo(end);
    return await second.adopt();
  } finally {
    second.close();
  }
}

/** A state of another version says nothing here: what it knew, the first fold finds again. */
async function storedAmendments(
  store: StateStore,
  only: ReadonlySet<string> | undefined,
): Promise<AmendmentsOf> {
  const found = new Map<string, ReadonlyMap<string, Amendment>>();
  for (const key of await store.keys()) {
    const name = stateName(key);
    if (only !== undefined && !only.has(name)) continue;
    const snapshot = await store.load(key);
    const amendments = snapshot === undefined ? undefined : amendmentsIn(snapshot);
    if (amendments !== undefined) found.set(name, amendments);
  }
  return found;
}

function amendmentsIn({ body }: StateSnapshot): ReadonlyMap<string, Amendment> | undefined {
  try {
    return decodeState(body).amendments;
  } catch {
    return undefined;
  }
}

/** A fold beside the one that is shown. */
export interface Refold extends Pick<ArchiveFold, "progress" | "unreadable" | "lost"> {
  /** Folds on up to a position. */
  foldTo(position: number): Promise<void>;
  /** Busts and corrections that were not known before, of the instruments that met any. */
  newAmendments(): AmendmentsOf;
  /** Replaces what is stored, instrument by instrument; returns their names. */
  adopt(isWanted?: (name: string) => boolean): Promise<readonly string[]>;
  close(): void;
}

export function openRefold(
  ports: RebuildPorts,
  options: RebuildOptions,
  foreknown: AmendmentsOf,
): Refold {
  const scratch = ports.openScratch();
  const fold = createArchiveFold({ ...options, scratch, foreknown, encode: ports.encode });
  return {
    foldTo: (position) => fold.foldTo(ports.archive, position),
    progress: fold.progress,
    unreadable: fold.unreadable,
    lost: fold.lost,
    newAmendments: () => newAmendments(fold),
    adopt: async (isWanted = () => true) => {
      await fold.settle();
      const names: string[] = [];
      for (const key of fold.keys()) {
        const name = stateName(key);
        if (!isWanted(name)) continue;
        await adopt(ports, scratch, key);
        names.push(name);
      }
      return names;
    },
    close: () => scratch.close(),
  };
}

function newAmendments(fold: ArchiveFold): AmendmentsOf {
  const found = new Map<string, ReadonlyMap<string, Amendment>>();
  for (const key of fold.keys()) {
    const state = fold.state(key);
    if (state?.restating === true) found.set(stateName(key), state.amendments);
  }
  return found;
}

async function adopt(ports: RebuildPorts, scratch: ScratchStore, key: StateKey): Promise<void> {
  const folded = await scratch.state.load(key);
  if (folded === undefined) return;
  const standing = await ports.state.load(key);
  const epoch = epochAfter(Math.max(standing?.epoch ?? 0, await epochOfRows(ports.metrics, key)));
  const next = { ...folded, epoch, gen: 1 };
  const rows = restamped(scratch.rowsOf(key), versionOf(epoch, 1));
  const { outcome } = await ports.replacing.replace(key, standing, next, rows);
  if (outcome === "stale") {
    throw new LostRaceError(`${stateName(key)} was committed by another process meanwhile`);
  }
}

/** Of a state that is lost: every commit wrote its open day. */
export async function epochOfRows(metrics: MetricStore, key: StateKey): Promise<number> {
  const day = { ...key, resolution: "1d", part: "core" } as const;
  const newest = await metrics.lastRollupBefore(day, Number.MAX_SAFE_INTEGER);
  return epochOf(newest?.version ?? 0);
}

function* restamped(batches: Iterable<RowBatch>, version: number): Generator<RowBatch> {
  for (const { rollups, trades } of batches) {
    yield {
      rollups: rollups.map((row) => ({ ...row, version })),
      trades: trades.map((row) => ({ ...row, version })),
    };
  }
}
