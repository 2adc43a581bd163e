/**
 * Goal: where figures come from a stream, a bust or a correction changes the past as if it had been known from the start, and
 * a lost or damaged state is made anew, while the stream goes on.
 * Method: an instrument's past is folded from the archive beside what stands, and takes over as the next epoch by
 * compare-and-set, like any commit. The rows of its past follow; until the last of them stands, rows of the epochs before count
 * too, and the instrument says that it is restating, so that whoever comes after a crash does it again.
 */
import { decodeState } from "../core/pipeline/codec.ts";
import {
  type Amendment,
  type FoldSettings,
  type InstrumentState,
  newInstrumentState,
} from "../core/pipeline/state.ts";
import { decodeSummary } from "../core/pipeline/summary.ts";
import { epochAfter } from "../core/pipeline/version.ts";
import type { Retention } from "../core/rollup/ladder.ts";
import { type EpochUs, HOUR_US } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { Quarantine } from "../ports/quarantine.ts";
import type { StateKey, StateSnapshot, StateStore } from "../ports/state-store.ts";
import { commitAndFlush, snapshotOf } from "./commit-and-flush.ts";
import { RESERVED_ACCOUNT } from "./committed-state.ts";
import { stateName } from "./instrument-processor.ts";
import { epochOfRows } from "./rebuild.ts";
import {
  covers,
  foldStream,
  newStreamRefold,
  type StreamRefold,
  type StreamRefoldPorts,
} from "./stream-refold.ts";

/** Asked for an instrument of which the archive holds no event. */
export class NothingArchivedError extends Error {
  override readonly name = "NothingArchivedError";

  constructor(name: string) {
    super(
      `the archive holds no event of ${name}: is the name right, and the archive whole? Nothing was changed`,
    );
  }
}

export interface StreamRestatePorts extends StreamRefoldPorts {
  readonly state: StateStore;
  readonly quarantine: Quarantine;
  readonly clock: Clock;
}

export interface StreamRestateOptions {
  /** Of instruments whose state is lost or unreadable. */
  readonly settings: FoldSettings;
  /** Rows that are older are not written. */
  readonly retention: Retention;
  /** These, whatever their state says; those that wait for it when left out. */
  readonly rebuild?: readonly StateKey[];
  /** True when the time is up: what is not committed then stands as it was. */
  readonly isOver?: () => boolean;
}

/**
 * `behind`: the state has taken what the archive did not yet show, or commits came too fast; `overtaken`: somebody else
 * has taken over since. Both are worth another attempt, from the start.
 */
export type RestateOutcome = "restated" | "behind" | "overtaken" | "out of time" | "failed";

export interface Restated {
  readonly key: StateKey;
  readonly outcome: RestateOutcome;
  /** Of a failure. */
  readonly cause?: unknown;
}

const ROUNDS = 8;
/**
 * A lost state may have been some epochs ahead of its rows: whoever died between the two, or froze and may still write, had
 * taken one.
 */
const LOST_EPOCHS = 16;
const BEGIN = 0 as EpochUs;
/** A shard may be so far behind the others when it is archived. */
const OVERLAP_US = HOUR_US;

/**
 * What befalls one instrument is in its outcome.
 *
 * @throws what reading the archive throws, or listing the states; nothing has changed then
 */
export async function restateStream(
  ports: StreamRestatePorts,
  options: StreamRestateOptions,
): Promise<readonly Restated[]> {
  const keys = options.rebuild ?? (await waiting(ports.state));
  const all = await Promise.all(keys.map((key) => begin(ports, options, key)));
  const begun = all.filter((one) => "held" in one);
  const done: Restated[] = all.filter((one) => "outcome" in one);
  const isOver = options.isOver ?? (() => false);
  try {
    if (begun.length === 0) return done;
    await foldStream(ports, begun, { from: BEGIN, isTail: false, isOver });
    for (const refold of begun) done.push(await finish(ports, refold, isOver));
    return done;
  } finally {
    for (const { close } of begun) close();
  }
}

async function waiting(store: StateStore): Promise<readonly StateKey[]> {
  const keys: StateKey[] = [];
  for (const { account, instrument, summary } of await store.summaries()) {
    if (account === RESERVED_ACCOUNT || !decodeSummary(summary).restating) continue;
    keys.push({ account, instrument });
  }
  return keys;
}

async function begin(
  ports: StreamRestatePorts,
  { settings, retention, rebuild }: StreamRestateOptions,
  key: StateKey,
): Promise<StreamRefold | Restated> {
  try {
    const snapshot = await ports.state.load(key);
    const stored = snapshot?.epoch ?? 0;
    const wasLost = rebuild !== undefined;
    // A state that was lost may have begun anew since, in an epoch before that of its rows.
    const last = Math.max(stored, await epochOfRows(ports.metrics, key));
    const epoch = epochAfter(last, wasLost ? LOST_EPOCHS : 1);
    const standing =
      readable(snapshot) ?? newInstrumentState(key.account, key.instrument, settings);
    const refold = newStreamRefold(ports, key, { standing, epoch, retention, wasLost });
    refold.held.expected = snapshot;
    return refold;
  } catch (cause) {
    return { key, outcome: "failed", cause };
  }
}

function readable(snapshot: StateSnapshot | undefined): InstrumentState | undefined {
  if (snapshot === undefined) return undefined;
  try {
    return decodeState(snapshot.body);
  } catch {
    return undefined;
  }
}

async function finish(
  ports: StreamRestatePorts,
  refold: StreamRefold,
  isOver: () => boolean,
): Promise<Restated> {
  const { key } = refold;
  try {
    const outcome = await inRounds(() => takeOver(ports, refold, isOver));
    if (outcome !== "restated") return { key, outcome };
    await refold.push();
    return { key, outcome: await inRounds(() => settle(ports, refold)) };
  } catch (cause) {
    return { key, outcome: "failed", cause };
  }
}

/** Until there is an outcome: there is none where somebody committed meanwhile. */
async function inRounds(
  attempt: () => Promise<RestateOutcome | undefined>,
): Promise<RestateOutcome> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const outcome = await attempt();
    if (outcome !== undefined) return outcome;
  }
  return "behind";
}

/** Puts the state in place of the one that stands, once it has taken all that this one has. */
async function takeOver(
  ports: StreamRestatePorts,
  refold: StreamRefold,
  isOver: () => boolean,
): Promise<RestateOutcome | undefined> {
  const { key, held, refused } = refold;
  if (isOver()) return "out of time";
  const standing = await ports.state.load(key);
  const epoch = standing?.epoch ?? 0;
  if (epoch >= held.epoch) return "overtaken";
  const known = readable(standing);
  // What an unreadable state has taken since is not known: a newer program may have written it.
  if (known === undefined && !isSameCommit(standing, held.expected)) return "behind";
  if (!(await hasCaughtUp(ports, refold, known, isOver)))
    return isOver() ? "out of time" : "behind";
  if (refused.length > 0) await ports.quarantine.put(refused);
  held.state.restating = true;
  held.state.shownFromEpoch = known?.shownFromEpoch || epoch;
  held.expected = standing;
  return (await commitAndFlush(ports, key, held)) ? "restated" : undefined;
}

function isSameCommit(
  a: StateSnapshot | undefined,
  b: { readonly epoch: number; readonly gen: number } | undefined,
): boolean {
  return a?.epoch === b?.epoch && a?.gen === b?.gen;
}

/** @throws what the fold failed with */
async function hasCaughtUp(
  ports: StreamRestatePorts,
  refold: StreamRefold,
  known: InstrumentState | undefined,
  isOver: () => boolean,
): Promise<boolean> {
  const { key, held, arrived, failure } = refold;
  const isThere = () => known === undefined || covers(held.state, known);
  if (known !== undefined && !isThere()) {
    refold.learn(known);
    const from = Math.max(0, arrived() - OVERLAP_US) as EpochUs;
    await foldStream(ports, [refold], { from, isTail: true, isOver });
  }
  const failed = failure();
  if (failed !== undefined) throw failed.cause;
  // An empty state in place of one that stands would take away all that is stored.
  if (isThere() && arrived() === 0) throw new NothingArchivedError(stateName(key));
  return isThere();
}

/** All rows of the past stand: no others count from now on. What was amended meanwhile is left for another time. */
async function settle(
  { state: store }: StreamRestatePorts,
  { key, held, foreknown }: StreamRefold,
): Promise<RestateOutcome | undefined> {
  const standing = await store.load(key);
  if (standing?.epoch !== held.epoch) return "overtaken";
  const { epoch, gen, dirtySince } = standing;
  const state = decodeState(standing.body);
  state.shownFromEpoch = 0;
  state.restating = [...state.amendments].some(
    ([tradeId, amendment]) => !isSame(foreknown.get(tradeId), amendment),
  );
  const owing = dirtySince === undefined ? {} : { dirtySince };
  const next = { ...snapshotOf(state, epoch, gen + 1), ...owing };
  const { outcome } = await store.commit(key, standing, next);
  return outcome === "committed" ? "restated" : undefined;
}

function isSame(a: Amendment | undefined, b: Amendment): boolean {
  return a?.sequence === b.sequence && a.earlier?.length === b.earlier?.length;
}
