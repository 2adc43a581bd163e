/**
 * Proves what is stored: folds the raw archive again, beside it, and compares every row, every trade and every
 * committed state with what came out. Reads the store as it stood at one instant, so that whoever writes goes on.
 */

import { sealOpen } from "../core/pipeline/buckets.ts";
import { decodeState, encodeState } from "../core/pipeline/codec.ts";
import { encodeNamed } from "../core/pipeline/codec-named.ts";
import { clearDirty } from "../core/pipeline/rows.ts";
import type { Amendment, FoldSettings, InstrumentState } from "../core/pipeline/state.ts";
import { EPOCH_STEP, versionOf } from "../core/pipeline/version.ts";
import type { Retention } from "../core/rollup/ladder.ts";
import type { ConsistentReads } from "../ports/consistent-reads.ts";
import type { MetricStore } from "../ports/metric-store.ts";
import type { RawArchive } from "../ports/raw-archive.ts";
import type { ScratchStore } from "../ports/replacing-store.ts";
import type { StateKey, StateSnapshot, StateStore } from "../ports/state-store.ts";
import { compareRows, type RowCounts } from "./compare-rows.ts";
import { createDifferenceList, type DifferenceList, type Differences } from "./differences.ts";
import { type ArchiveFold, createArchiveFold } from "./fold-archive.ts";
import { stateName } from "./instrument-processor.ts";

export interface VerifyPorts {
  readonly state: StateStore;
  readonly metrics: MetricStore;
  readonly reads: ConsistentReads;
  /** Up to where everything is committed and stored, and how many refused lines were counted up to there. */
  readonly progress: () => { readonly position: number; readonly stray: number };
  /** The archive as it stands at the call. */
  readonly openArchive: () => Promise<Pick<RawArchive, "read">>;
  readonly scratch: ScratchStore;
  /** UTF-8 of a text. */
  readonly encode: (text: string) => Uint8Array;
}

export interface VerifyOptions {
  /** Of instruments that have no committed state. */
  readonly settings: FoldSettings;
  readonly retention: Retention;
  readonly onLines?: (lines: number) => void;
}

export interface Verification {
  /** Archived lines that were folded. */
  readonly lines: number;
  readonly rows: RowCounts;
  /** `account/instrument` of those compared. */
  readonly instruments: readonly string[];
  /** Those that could not be compared, and why. */
  readonly notCompared: readonly { readonly instrument: string; readonly why: string }[];
  /** µs: the first and the newest event; undefined when there is none. */
  readonly span: { readonly from: number; readonly to: number } | undefined;
  /** Lines that were accepted when they came, and are no events to this program. */
  readonly unreadable: number;
  /** Positions that were given and are not in the archive: figures of their lines cannot be proven. */
  readonly lost: number;
  /** Refused lines as counted, and as the archive holds them. */
  readonly stray: { readonly stored: number; readonly expected: number };
  readonly differences: Differences;
}

/** @throws {StateVersionError} if the store was written by another version of the fold */
export async function verify(ports: VerifyPorts, options: VerifyOptions): Promise<Verification> {
  const assumed = await loadCommitted(ports.state);
  const fold = newFold(ports, options, assumed);
  await fold.foldTo(await ports.openArchive(), ports.progress().position);
  return ports.reads.consistently(() => compare(ports, options, { assumed, fold }));
}

/** What stands in the store of one instrument. */
interface Committed extends StateKey {
  readonly snapshot: StateSnapshot;
  readonly fold: InstrumentState;
}

async function loadCommitted(store: StateStore): Promise<ReadonlyMap<string, Committed>> {
  const found = new Map<string, Committed>();
  for (const key of await store.keys()) {
    const snapshot = await store.load(key);
    if (snapshot === undefined) continue;
    found.set(stateName(key), { ...key, snapshot, fold: decodeState(snapshot.body) });
  }
  return found;
}

function newFold(
  { scratch, encode }: VerifyPorts,
  { settings, retention, onLines }: VerifyOptions,
  assumed: ReadonlyMap<string, Committed>,
): ArchiveFold {
  const foreknown = new Map<string, ReadonlyMap<string, Amendment>>();
  for (const [name, { fold }] of assumed) foreknown.set(name, foreknownTo(fold));
  return createArchiveFold({
    scratch,
    settings,
    settingsOf: (name) => assumed.get(name)?.fold.settings,
    retention,
    foreknown,
    encode,
    ...(onLines === undefined ? {} : { onLines }),
  });
}

/** The busts and corrections that this state has known from its start. */
function foreknownTo({ foreknown, amendments }: InstrumentState): ReadonlyMap<string, Amendment> {
  return new Map([...amendments].filter(([tradeId]) => foreknown.has(tradeId)));
}

interface Folded {
  readonly assumed: ReadonlyMap<string, Committed>;
  readonly fold: ArchiveFold;
}

async function compare(
  ports: VerifyPorts,
  { retention }: VerifyOptions,
  { assumed, fold }: Folded,
): Promise<Verification> {
  const committed = await loadCommitted(ports.state);
  const { position, stray } = ports.progress();
  const limitOf = (name: string) => Math.max(position, committed.get(name)?.fold.archived ?? 0);
  const limits = [...committed.keys()].map(limitOf);
  await fold.foldTo(await ports.openArchive(), position);
  const lostTail = Math.max(0, position - fold.progress().position);
  const expectedStray = fold.progress().stray;
  await fold.foldTo(await ports.openArchive(), Math.max(position, ...limits), limitOf);
  await fold.settle();

  const rows: RowCounts = { "5s": 0, "1m": 0, "1h": 0, "1d": 0, trades: 0 };
  const differences = createDifferenceList();
  const stores = { stored: ports.metrics, expected: ports.scratch.metrics, retention, differences };
  const instruments: string[] = [];
  const notCompared: { instrument: string; why: string }[] = [];
  for (const [name, now] of committed) {
    const why = whyNot(assumed.get(name), now);
    if (why === undefined) {
      instruments.push(name);
      compareStates(differences, name, now.fold, fold.state(now));
      await compareRows(stores, comparedOf(now), rows);
    } else {
      notCompared.push({ instrument: name, why });
    }
  }
  for (const key of fold.keys()) addMissing(differences, stateName(key), committed);
  const { position: lines } = fold.progress();
  return {
    lines,
    rows,
    instruments,
    notCompared,
    span: spanOf(committed),
    unreadable: fold.unreadable(),
    lost: fold.lost() + lostTail,
    stray: { stored: stray, expected: expectedStray },
    differences: differences.result(),
  };
}

/** Why the fold cannot have come to what is stored, though nothing is wrong. */
function whyNot(assumed: Committed | undefined, { fold }: Committed): string | undefined {
  if (fold.restating) return "a bust or a correction is being folded into its past";
  if (assumed === undefined) return undefined;
  const [then, now] = [foreknownTo(assumed.fold), foreknownTo(fold)];
  const isSame = JSON.stringify([...then]) === JSON.stringify([...now]);
  return isSame ? undefined : "it was folded again while this ran";
}

function comparedOf({ account, instrument, snapshot, fold }: Committed) {
  const { firstTime, newestTime } = fold;
  const minVersion = snapshot.epoch * EPOCH_STEP;
  const maxVersion = versionOf(snapshot.epoch, snapshot.gen);
  return { account, instrument, minVersion, maxVersion, firstTime, newestTime };
}

/** What a state holds for its own next step, and not as a figure: which rows it owes, how far it has read. */
const NOT_FIGURES = new Set([
  "archived",
  "shownFromEpoch",
  "closed",
  "dirtyOpen",
  "dirtyMarkouts",
  "dirtyLate",
  "dirtyTrades",
  "foreknown",
  "restating",
  "rowsFrom",
  "faults",
]);

function compareStates(
  differences: DifferenceList,
  instrument: string,
  stored: InstrumentState,
  expected: InstrumentState | undefined,
): void {
  const place = { instrument, of: "state", time: undefined, part: "" } as const;
  const wanted = expected === undefined ? undefined : figuresOf(expected);
  differences.compare(place, figuresOf(stored), wanted);
}

function figuresOf(state: InstrumentState): string {
  sealOpen(state);
  clearDirty(state);
  // As if it had been stored, so that both name their fields in one order.
  const named = encodeNamed(decodeState(encodeState(state)));
  const { state: fields } = JSON.parse(named) as { state: Record<string, unknown> };
  return JSON.stringify(
    Object.fromEntries(Object.entries(fields).filter(([name]) => !NOT_FIGURES.has(name))),
  );
}

function addMissing(
  differences: DifferenceList,
  instrument: string,
  committed: ReadonlyMap<string, Committed>,
): void {
  if (committed.has(instrument)) return;
  differences.compare({ instrument, of: "state", time: undefined, part: "" }, undefined, "{}");
}

function spanOf(committed: ReadonlyMap<string, Committed>): Verification["span"] {
  const folds = [...committed.values()]
    .map(({ fold }) => fold)
    .filter((fold) => fold.firstTime > 0);
  if (folds.length === 0) return undefined;
  const from = Math.min(...folds.map(({ firstTime }) => firstTime));
  return { from, to: Math.max(...folds.map(({ newestTime }) => newestTime)) };
}
