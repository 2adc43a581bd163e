/** What must hold once all has come to rest: the state against the oracle, the rows against states, and nothing lost. */

import { formatDecimal } from "../../lib/core/events/decimal.ts";
import type { BrawlerEvent, Decimal } from "../../lib/core/events/event.ts";
import { isRefusal } from "../../lib/core/events/refusal.ts";
import { scanEvent } from "../../lib/core/events/scan.ts";
import { sealOpen } from "../../lib/core/pipeline/buckets.ts";
import { decodeState } from "../../lib/core/pipeline/codec.ts";
import type { StoredTrade } from "../../lib/core/pipeline/context.ts";
import { clearDirty, dirtyRows, tradeValue } from "../../lib/core/pipeline/rows.ts";
import { type InstrumentState, newInstrumentState } from "../../lib/core/pipeline/state.ts";
import { offer } from "../../lib/core/pipeline/step.ts";
import { EPOCH_STEP } from "../../lib/core/pipeline/version.ts";
import { rescaleCore } from "../../lib/core/rollup/core-part.ts";
import { decodeCore } from "../../lib/core/rollup/core-text.ts";
import {
  type JsonValue,
  RESOLUTIONS,
  type RollupRow,
  type TradeRow,
} from "../../lib/core/rollup/row.ts";
import type { StateSnapshot } from "../../lib/ports/state-store.ts";
import { isApplied } from "./fold-faults.ts";
import { isOfNewEpoch } from "./ledger-of-commits.ts";
import { nameOf, rowKey } from "./memory-stores.ts";
import { heardOf, naiveLedger, naiveMark } from "./oracle.ts";
import type { Run } from "./simulate.ts";
import type { Story, Told } from "./story.ts";

export async function checkAtRest(run: Run): Promise<void> {
  for (const story of run.stories) checkStory(run, story);
  checkQuarantine(run);
  checkArchive(run);
}

function checkStory(run: Run, story: Story): void {
  const key = { account: "main", instrument: story.instrument };
  const snapshot = run.rawState.snapshots.get(nameOf(key));
  if (snapshot === undefined) {
    run.log.violated("I1", `nothing of ${story.instrument} was committed`);
    return;
  }
  const state = decodeState(snapshot.body);
  if (state.shownFromEpoch !== 0) {
    // A mistake in the program came between: its past stays half replaced, and says that it is restating.
    if (!run.foldFaults.areForEver(story.instrument)) run.log.violated("I12", "half restated");
    return;
  }
  const sent = story.events.filter(({ sequence }) => !isLost(run, story, sequence));
  const applied = checkCounts(run, story, state, sent);
  const isOf = isRowOf(story, snapshot);
  const rows = [...run.rawMetrics.rollups.values()].filter(isOf);
  const trades = [...run.rawMetrics.trades.values()].filter(isOf);
  checkVersions(run, story, [...rows, ...trades]);
  checkSums(run, story, state, rows);
  const clean = cleanFold(run, story, sent, state);
  noteLateRows(run, rows);
  // What was amended since its past was folded anew, and could not be again, was taken as it came.
  const isHalf = state.restating && state.foreknown.size > 0;
  const isSame = !isHalf && isSamePath(run, state, clean);
  run.chaos.saw(isSame ? "instrument compared bit for bit" : "instrument compared by its totals");
  if (isSame) checkExactly(run, { story, state, clean, applied, rows, trades });
  else checkTotals(run, story, state, applied);
}

/** Rows of the epochs before do not count: the past was folded anew. */
const isRowOf =
  ({ instrument }: Story, { epoch }: StateSnapshot) =>
  (row: { readonly instrument: string; readonly version: number }) =>
    row.instrument === instrument && row.version >= epoch * EPOCH_STEP;

function isLost({ producers }: Run, { instrument }: Story, sequence: number): boolean {
  return producers.lost.get(instrument)?.has(sequence) === true;
}

/** I1: each event that was sent is applied, or waits for one that was not. Returns the applied. */
function checkCounts(
  run: Run,
  { instrument, events }: Story,
  state: InstrumentState,
  sent: readonly Told[],
): Told[] {
  const { log, chaos, foldFaults } = run;
  const wanted = sent.filter(({ sequence }) => !foldFaults.isForEver(instrument, sequence));
  const applied = wanted.filter(({ sequence }) => isApplied(state, sequence));
  const rest = wanted.filter(({ sequence }) => !isApplied(state, sequence));
  for (const { sequence } of rest) checkWaits(run, instrument, state, sequence);
  const end = events.at(-1)?.sequence ?? 0;
  if (state.nextSequence > end + 1) log.violated("I1", `${instrument} went past its last event`);
  const once = uniqueEvents(applied).length;
  // An amendment that was due before its trade was refused; a fold in the same order refuses the same.
  const least = once - applied.filter(({ event }) => isAmendment(event)).length;
  if (state.counters.applied > once || state.counters.applied < least) {
    log.violated("I1", `${instrument} counts ${state.counters.applied} applied, ${once} are`);
  }
  if (state.counters.gaps > 0) chaos.saw("gap was given up");
  if (state.counters.gaps > state.holes.length) chaos.saw("gap was filled after it was given up");
  return applied;
}

function checkWaits(
  { log, producers }: Run,
  instrument: string,
  state: InstrumentState,
  sequence: number,
): void {
  if (!state.buffer.has(sequence)) {
    log.violated("I1", `${instrument} ${sequence} was sent, and is neither applied nor waits`);
    return;
  }
  const lost = [...(producers.lost.get(instrument) ?? [])];
  if (lost.some((gap) => gap < sequence)) return;
  log.violated("I12", `${instrument} ${sequence} waits for nothing`);
}

function isAmendment({ type }: Told["event"]): boolean {
  return type === "bust" || type === "correction";
}

/** Without trades that were told under a second sequence. */
function uniqueEvents(events: readonly Told[]): Told[] {
  const trades = new Set<unknown>();
  return events.filter(({ event }) => {
    if (event["type"] !== "trade") return true;
    const isNew = !trades.has(event["tradeId"]);
    trades.add(event["tradeId"]);
    return isNew;
  });
}

/** I3: every stored row bears the version of a commit, and is, to the character, a row of its state where that was kept. */
function checkVersions(
  { log }: Run,
  story: Story,
  stored: readonly (RollupRow | TradeRow)[],
): void {
  const commits = log.commits.get(nameOf({ account: "main", instrument: story.instrument }));
  const byVersion = Map.groupBy(stored, ({ version }) => version);
  for (const [version, rows] of byVersion) {
    if (isOfNewEpoch({ version })) continue;
    if (commits?.has(version) !== true) {
      log.violated("I3", `a row of ${story.instrument} bears ${version}, never committed`);
    }
    const body = commits?.get(version);
    if (body === undefined) continue;
    const { rollups, trades } = dirtyRows(decodeState(body), version);
    const values = new Map([...rollups, ...trades].map((row) => [rowKey(row), row.value]));
    const other = rows.find((row) => values.get(rowKey(row)) !== row.value);
    if (other === undefined) continue;
    log.violated("I3", `${rowKey(other)} is not what the state of its version ${version} says`);
  }
}

/** I6 and I8: every resolution adds up to the same whole, which closes to zero and agrees with the levels. */
function checkSums(
  { log }: Run,
  { instrument }: Story,
  state: InstrumentState,
  rows: readonly RollupRow[],
): void {
  const sums = RESOLUTIONS.map((resolution) => {
    const sum = { spread: 0n, inventory: 0n, gross: 0n, fees: 0n, funding: 0n, trades: 0 };
    for (const row of rows) {
      if (row.resolution !== resolution || !row.part.startsWith("core")) continue;
      const { part, scale } = decodeCore(row.value);
      // A row keeps the scale of its time: before the terms came, it was inferred.
      rescaleCore(part, scale, state.scale);
      for (const field of ["spread", "inventory", "gross", "fees", "funding"] as const) {
        sum[field] += part[field];
      }
      sum.trades += part.trades;
    }
    return sum;
  });
  const [first] = sums;
  if (first === undefined) return;
  const { spread, inventory, gross, fees, funding, trades } = first;
  const other = sums.find((sum) => textOf(sum) !== textOf(first));
  if (other !== undefined) {
    log.violated("I8", `${instrument}: ${textOf(other)} where 5 s say ${textOf(first)}`);
  }
  // Without a mid, what is held is worth what it cost.
  const held = state.mid === 0 ? state.cost : BigInt(state.position) * BigInt(state.mid);
  const level = state.cash + held;
  if (spread + inventory !== gross || gross !== level) {
    log.violated("I6", `${instrument}: ${textOf(first)}, and the level is ${level}`);
  }
  if (fees !== state.fees || funding !== state.funding || trades !== state.trades) {
    log.violated("I6", `${instrument}: fees, funding or trades of rows are not those of the state`);
  }
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}` : part));
}

function noteLateRows({ chaos }: Run, rows: readonly RollupRow[]): void {
  if (rows.some(({ part }) => part.includes("+"))) chaos.saw("late flow in a row of its own");
}

/** The product's own fold of what was sent, each event once and in order: what perfect delivery would have given. */
function cleanFold(
  run: Run,
  { instrument }: Story,
  sent: readonly Told[],
  { foreknown, amendments }: InstrumentState,
): InstrumentState {
  const state = newInstrumentState("main", instrument, run.settings);
  for (const tradeId of foreknown) {
    const amendment = amendments.get(tradeId);
    if (amendment === undefined) continue;
    state.foreknown.add(tradeId);
    state.amendments.set(tradeId, amendment);
  }
  const isForEver = ({ sequence }: Told) => run.foldFaults.isForEver(instrument, sequence);
  const givenUp = new Set(sent.filter(isForEver).map(({ sequence }) => sequence));
  const findTrade = (tradeId: string): StoredTrade | undefined => {
    const trade = state.dirtyTrades.get(tradeId);
    return trade === undefined ? undefined : tradeValue(state, trade);
  };
  const context = { futureLimit: 2 ** 52, givenUp, findTrade, quarantined: () => {} };
  for (const { event } of sent) offer(state, parsed(event), context);
  return state;
}

function parsed(event: Told["event"]): BrawlerEvent {
  const line = Buffer.from(JSON.stringify(event));
  const outcome = scanEvent(line, 0, line.length);
  if (isRefusal(outcome)) throw new Error(outcome.detail);
  return outcome;
}

/** Whether events were applied in the same order: where a gap was given up and filled later they were not. */
function isSamePath({ filled }: Run, state: InstrumentState, clean: InstrumentState): boolean {
  return (
    !filled.has(state.instrument) &&
    state.nextSequence === clean.nextSequence &&
    JSON.stringify(state.holes) === JSON.stringify(clean.holes)
  );
}

interface Compared {
  readonly story: Story;
  readonly state: InstrumentState;
  readonly clean: InstrumentState;
  readonly applied: readonly Told[];
  readonly rows: readonly RollupRow[];
  readonly trades: readonly TradeRow[];
}

/** I2, I4 and I7: bit for bit. */
function checkExactly(run: Run, compared: Compared): void {
  const { story, state, clean, applied, rows, trades } = compared;
  const { log } = run;
  const expected = dirtyRows(clean, 0);
  compareRows(run, story, rows, expected.rollups);
  compareRows(run, story, trades, expected.trades);
  const [found, meant] = [meaningOf(state), meaningOf(clean)];
  if (!isSame(found, meant)) {
    const difference = firstDifference(stableText(found), stableText(meant));
    log.violated("I2", `${story.instrument}: ${difference}`);
  }
  const { refused, ...naive } = naiveLedger(applied, state.foreknown);
  checkRefused(run, story, refused, (sequence) => {
    const tradeId = String(story.events[sequence - 1]?.event["tradeId"]);
    const known = state.foreknown.has(tradeId) ? state.amendments.get(tradeId) : undefined;
    return known !== undefined && sequence <= known.sequence;
  });
  const ledger = {
    position: BigInt(state.position),
    cash: state.cash,
    cost: state.cost,
    fees: state.fees,
    trades: state.trades,
    mid: BigInt(state.mid),
  };
  const doubled = { ...naive, cash: 2n * naive.cash, cost: ledger.cost };
  if (
    textOf(ledger) !== textOf(doubled) ||
    // Each close rounds: of a trade, or of what an amendment takes back and books again.
    abs(ledger.cost - 2n * naive.cost) > BigInt(2 * applied.length)
  ) {
    log.violated(
      "I2",
      `${story.instrument}: ${textOf(ledger)}, a plain loop says ${textOf(naive)}`,
    );
  }
  if (isInOrder(applied)) checkMarks(run, applied, trades);
}

/** I9: an amendment of what is not there is in the quarantine. */
function checkRefused(
  { quarantined, chaos, log }: Run,
  { instrument }: Story,
  refused: readonly number[],
  isForeknown: (sequence: number) => boolean,
): void {
  const items = [...quarantined.values()];
  for (const sequence of refused) {
    chaos.saw("amendment refused");
    // Of two busts either may have been the one that counted, where it was known from the start that there was one.
    if (isForeknown(sequence)) continue;
    const isThere = items.some(({ reason, text }) => {
      if (reason !== "unknown-trade" && reason !== "correction-after-bust") return false;
      const event = JSON.parse(text) as Told["event"];
      return event["instrument"] === instrument && event["sequence"] === sequence;
    });
    if (!isThere) log.violated("I9", `${instrument} ${sequence} is refused, and not set aside`);
  }
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function compareRows(
  { log }: Run,
  { instrument }: Story,
  stored: readonly (RollupRow | TradeRow)[],
  expected: readonly (RollupRow | TradeRow)[],
): void {
  const meant = new Map(expected.map((row) => [rowKey(row), row.value]));
  const found = new Map(stored.map((row) => [rowKey(row), row.value]));
  for (const [key, value] of meant) {
    if (isSameRow(found.get(key), value)) continue;
    log.violated("I4", `${key} is ${found.get(key)}, should be ${value}`);
    return;
  }
  const extra = [...found.keys()].find((key) => !meant.has(key));
  if (extra !== undefined) log.violated("I4", `${instrument} has a row too many: ${extra}`);
}

function isSameRow(found: string | undefined, meant: string): boolean {
  if (found === undefined || found === meant) return found === meant;
  return withoutDelivery(found) === withoutDelivery(meant);
}

/** How often something was delivered is told in rows too; it is no figure. */
function withoutDelivery(value: string): string {
  return value.replace(/,"(duplicates|quarantined)":\d+/g, "");
}

/** The state without what tells of delivery, of flushes and of commits, which it loses. */
function meaningOf(state: InstrumentState): InstrumentState {
  sealOpen(state);
  clearDirty(state);
  for (const counts of [state.counters, state.open, ...state.coarse]) {
    counts.duplicates = 0;
    counts.quarantined = 0;
  }
  state.counters.events = 0;
  for (const one of [...state.markouts.values(), ...state.pending]) one.packed = undefined;
  state.faults.clear();
  state.shownFromEpoch = 0;
  state.restating = false;
  state.recentPrints = [];
  state.recentEvents = [];
  state.buffer = new Map([...state.buffer].sort(([a], [b]) => a - b));
  if (state.buffer.size === 0) [state.bufferOldest, state.bufferNewest] = [0, 0];
  return state;
}

/** Whether `stableText` says the same of two values, without making it: nearly always it does. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b)) return !isObject(a) && !isObject(b) && String(a) === String(b);
  if (Array.isArray(a) && Array.isArray(b)) return areSame(a, b);
  if (a instanceof Map && b instanceof Map) return areSame([...a], [...b]);
  if (a instanceof Set && b instanceof Set) return areSame([...a], [...b]);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const [left, right] = [definedFields(a), definedFields(b)];
  return left.length === right.length && left.every((name) => isSame(a[name], b[name]));
}

function areSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => isSame(value, b[index]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function definedFields(value: Record<string, unknown>): string[] {
  return Object.keys(value).filter((name) => value[name] !== undefined);
}

/** Any value as text, whatever the order in which its fields came to be. */
function stableText(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(stableText).join()}]`;
  if (value instanceof Map || value instanceof Set) return `(${[...value].map(stableText).join()})`;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields
    .map(([name, field]) => `${name}:${stableText(field)}`)
    .sort()
    .join()}}`;
}

function firstDifference(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const around = (text: string) => text.slice(Math.max(0, at - 60), at + 60);
  return `…${around(a)}… where …${around(b)}… is meant`;
}

function isInOrder(events: readonly Told[]): boolean {
  let newest = 0;
  return events.every(({ event }) => {
    const isNewer = Number(event["time"]) >= newest;
    newest = Number(event["time"]);
    return isNewer;
  });
}

/** I7, by a plain loop: each trade has, at each horizon, the status and the mid that it should have. */
function checkMarks(
  { log, settings }: Run,
  applied: readonly Told[],
  rows: readonly TradeRow[],
): void {
  const heard = heardOf(applied);
  for (const row of rows) {
    const { markouts } = JSON.parse(row.value) as {
      markouts: Record<string, { status: string; mid: string | null }>;
    };
    for (const { label, us } of settings.horizons) {
      if (us === 0) continue;
      const { status, mid } = naiveMark(heard, row.time, us);
      const found = markouts[label];
      const isMid = status === "pending" || mid === undefined || isHalfTicks(found?.mid, mid);
      if (found?.status === status && isMid) continue;
      log.violated("I7", `${row.tradeId} at ${label}: ${textOf(found)}, meant ${status} ${mid}`);
      return;
    }
  }
}

function isHalfTicks(text: string | null | undefined, halfTicks: bigint): boolean {
  return (
    text !== null && text !== undefined && Math.round(Number(text) * 200) === Number(halfTicks)
  );
}

/** Where events were applied in another order: what does not depend on it. */
function checkTotals(
  { log }: Run,
  { instrument }: Story,
  state: InstrumentState,
  applied: readonly Told[],
): void {
  // Of a trade that is told twice, the first to be applied stands.
  if (uniqueEvents(applied).length < applied.length) return;
  // Which amendments came before their trade, and were refused, is not known here: the state says which it took.
  const { position, cash, fees, trades } = naiveLedger(
    applied.flatMap((told) => asAmended(told, state)),
  );
  const meant = { position, cash: 2n * cash, fees, trades };
  const found = {
    position: BigInt(state.position),
    cash: state.cash,
    fees: state.fees,
    trades: state.trades,
  };
  if (textOf(found) !== textOf(meant)) {
    log.violated("I2", `${instrument}: ${textOf(found)}, a plain loop says ${textOf(meant)}`);
  }
}

/** A trade as the state's amendments say that it was; none where it was busted, and no amendment. */
function asAmended(told: Told, { amendments }: InstrumentState): readonly Told[] {
  const { type, tradeId } = told.event;
  if (isAmendment(told.event)) return [];
  const amendment = type === "trade" ? amendments.get(String(tradeId)) : undefined;
  if (amendment === undefined) return [told];
  if (amendment.kind === "bust") return [];
  const fields = Object.entries(amendment.fields).map(([name, value]) => [name, plain(value)]);
  return [{ ...told, event: { ...told.event, ...Object.fromEntries(fields) } }];
}

/** A decimal of the state as a text of the story. */
function plain(value: JsonValue): string {
  if (typeof value === "string") return value;
  const { mantissa, decimals } = value as unknown as Decimal;
  return formatDecimal({ mantissa, decimals });
}

/** I9, of the whole stream: what could not be taken is in the quarantine. */
function checkQuarantine({ producers, quarantined, log }: Run): void {
  const items = [...quarantined.values()];
  for (const { reason, sequenceNumber, holds } of producers.poison) {
    const isThere = items.some(
      (item) =>
        item.reason === reason &&
        item.sequenceNumber === (sequenceNumber ?? item.sequenceNumber) &&
        holds.every((held) => held.test(item.text)),
    );
    if (!isThere) log.violated("I9", `not in the quarantine: ${reason} ${sequenceNumber} ${holds}`);
  }
}

/** Nothing is committed that the archive does not hold; at rest, that is everything. */
function checkArchive({ shards, archived, log }: Run): void {
  for (const { records } of shards.all) {
    const missing = records.find(({ sequenceNumber }) => !archived.has(sequenceNumber));
    if (missing !== undefined) log.violated("I9", `${missing.sequenceNumber} is not archived`);
  }
}
