/** Open buckets: accruing time, rolling over, and where a flow of some time belongs. */
import { ledgerPrice } from "../ledger/scale.ts";
import { accrueQuotes, addCore, type CorePart, emptyCore, hasSpan } from "../rollup/core-part.ts";
import { encodeCore } from "../rollup/core-text.ts";
import { encodeMarkoutPart } from "../rollup/markout-part.ts";
import { NO_HIGHS, newPathCursor, pathOf } from "../rollup/path-cursor.ts";
import { RESOLUTION_US, RESOLUTIONS, type Resolution } from "../rollup/row.ts";
import { bucketStart, DAY_US, MINUTE_US } from "../units.ts";
import { type FineRows, isEdge, takeWanted } from "./fine-rows.ts";
import type { InstrumentState, MarkoutBucket } from "./state.ts";

const FINEST_US = RESOLUTION_US["5s"];
const GRID_US = 5 * MINUTE_US;
/** Flows older than this are booked in the current bucket: their own rows may be gone. */
const ADDITIVE_LIMIT_US = 2 * DAY_US;
/** Where more markout buckets are open, those that are settled close before another late one is opened. */
const MARKOUT_BUCKETS = 64;
/** Number sides are folded into BigInt well before their sums could lose a unit. */
const FOLD_AT = 2 ** 51;

/** Moves time forward: accrues what is time-weighted at the levels held, and closes buckets that have passed. */
export function advanceTo(state: InstrumentState, time: number): void {
  if (state.lateCores.size > 0) closeLate(state);
  if (time > state.newestTime) state.newestTime = time;
  const { open } = state;
  if (!hasSpan(open)) {
    state.firstTime = time;
    openBucket(state, time);
    return;
  }
  if (time < state.firstTime) state.firstTime = time;
  if (time <= open.to) return;
  const width = state.openWidth;
  if (time - (time % width) !== open.from - (open.from % width)) roll(state, time);
  else if (width !== FINEST_US && finestKept(state, time) !== width) roll(state, time);
  else accrue(state, time);
}

/** The width of the finest buckets that are kept at a time: what is finer need not be told apart. */
function finestKept(state: InstrumentState, time: number): number {
  const kept = RESOLUTIONS.find((resolution) => {
    return isKept(state, resolution, bucketStart(time, RESOLUTION_US[resolution]));
  });
  return RESOLUTION_US[kept ?? "1d"];
}

function accrue(state: InstrumentState, time: number): void {
  const { open } = state;
  const gap = time - open.to;
  const area = Math.abs(state.position) * gap;
  if (area < FOLD_AT) {
    state.openAbsolute += area;
    if (state.openAbsolute >= FOLD_AT) foldAbsolute(state);
  } else {
    open.absoluteTime += BigInt(Math.abs(state.position)) * BigInt(gap);
  }
  accrueQuotes(open, gap);
  open.to = time;
}

function foldAbsolute(state: InstrumentState): void {
  state.open.absoluteTime += BigInt(state.openAbsolute);
  state.openAbsolute = 0;
}

/** Adds Σ Q·Δm of one reference: a number while it is safe. */
export function addInventory(state: InstrumentState, money: number): void {
  state.openInventory += money;
  if (state.openInventory >= FOLD_AT || state.openInventory <= -FOLD_AT) foldInventory(state);
}

function foldInventory(state: InstrumentState): void {
  state.open.inventory += BigInt(state.openInventory);
  state.openInventory = 0;
}

/** cash + Q·mid: the gross since the start; while there is no mid, what is held is worth what it cost. */
export function grossLevel(state: InstrumentState): bigint {
  if (state.mid === 0) return state.cash + state.cost;
  return state.cash + BigInt(state.position) * ledgerPrice(state.scale, state.mid);
}

/** Folds the number sides into the open part and writes its levels; may be done at any time, any number of times. */
export function sealOpen(state: InstrumentState): CorePart {
  const { open } = state;
  if (state.openAbsolute !== 0) foldAbsolute(state);
  if (state.openInventory !== 0) foldInventory(state);
  open.path = pathOf(state.path, state.scale.netPerMoney);
  open.highs = state.openWidth === FINEST_US ? state.path.highs : NO_HIGHS;
  const gross = grossLevel(state);
  open.gross += gross - state.grossAnchor;
  state.grossAnchor = gross;
  open.position = state.position;
  open.cost = state.cost;
  open.mid = state.mid;
  open.midTime = state.midTime;
  open.openChains = state.chains.size;
  return open;
}

/** Closes the open bucket and every coarser one that `time` has left behind, and opens the next. */
function roll(state: InstrumentState, time: number): void {
  addVariance(state, time);
  const sealed = sealOpen(state);
  const last = sealed.from;
  if (state.openWidth === FINEST_US) closeFinest(state, sealed);
  let finer = sealed;
  for (let level = 1; level < RESOLUTIONS.length; level += 1) {
    const resolution = RESOLUTIONS[level] ?? "1d";
    const width = RESOLUTION_US[resolution];
    if (width < state.openWidth) continue;
    const coarse = coarsePart(state, level);
    addCore(coarse, finer);
    if (bucketStart(last, width) === bucketStart(time, width)) break;
    closeCore(state, resolution, coarse);
    if (resolution === "1m" && state.fineRows !== undefined) closeWanted(state, state.fineRows);
    state.coarse[level - 1] = emptyCore();
    finer = coarse;
  }
  closeMarkouts(state);
  openBucket(state, time);
}

function openBucket(state: InstrumentState, time: number): void {
  const { live } = state.open;
  state.open = emptyCore();
  state.open.live = live;
  state.open.from = time;
  state.open.to = time;
  state.open.maximumLots = Math.abs(state.position);
  state.openWidth = finestKept(state, time);
  state.path = newPathCursor();
}

function coarsePart(state: InstrumentState, level: number): CorePart {
  let part = state.coarse[level - 1];
  if (part === undefined) {
    part = emptyCore();
    state.coarse[level - 1] = part;
  }
  return part;
}

function addVariance(state: InstrumentState, time: number): void {
  if (Math.floor(time / GRID_US) === Math.floor(state.open.from / GRID_US)) return;
  if (state.gridMid > 0 && state.mid > 0) {
    state.open.realizedVariance += Math.log(state.mid / state.gridMid) ** 2;
  }
  state.gridMid = state.mid;
}

function closeCore(state: InstrumentState, resolution: Resolution, part: CorePart): void {
  const bucket = bucketStart(part.from, RESOLUTION_US[resolution]);
  if (!isKept(state, resolution, bucket)) return;
  state.closed.push({ resolution, bucket, part: "core", value: encodeCore(part, state.scale) });
}

/** A bucket of 5 s: written, or kept until its minute closes where not all of them are wanted. */
function closeFinest(state: InstrumentState, part: CorePart): void {
  if (state.fineRows === undefined) closeCore(state, "5s", part);
  else state.fineRows.waiting.push(part);
}

/** The open minute closes: of its buckets of 5 s those that may be read are written. */
function closeWanted(state: InstrumentState, fineRows: FineRows): void {
  const minute = state.coarse[0];
  if (minute === undefined) return;
  for (const part of takeWanted(fineRows, minute)) closeCore(state, "5s", part);
}

/** False for a bucket that is over before anything of its resolution is kept. */
function isKept(state: InstrumentState, resolution: Resolution, bucket: number): boolean {
  return bucket + RESOLUTION_US[resolution] > state.rowsFrom[resolution];
}

/** The parts that a flow of `time` is added to: the open bucket, or additive rows where buckets are closed. */
export function flowTargets(state: InstrumentState, time: number, sequence: number): CorePart[] {
  const { open } = state;
  if (time >= bucketStart(open.from, state.openWidth)) return [open];
  state.lateFlows += 1;
  if (time < state.newestTime - ADDITIVE_LIMIT_US) return [open];
  const targets: CorePart[] = [];
  for (let level = 0; level < RESOLUTIONS.length; level += 1) {
    const resolution = RESOLUTIONS[level] ?? "1d";
    const width = RESOLUTION_US[resolution];
    if (width < state.openWidth) continue;
    if (time >= bucketStart(open.from, width)) {
      targets.push(level === 0 ? open : coarsePart(state, level));
      break;
    }
    targets.push(lateCore(state, resolution, { bucket: bucketStart(time, width), sequence }));
  }
  return targets;
}

function lateCore(
  state: InstrumentState,
  resolution: Resolution,
  { bucket, sequence }: { readonly bucket: number; readonly sequence: number },
): CorePart {
  const key = `${resolution}|${bucket}|+${sequence}`;
  let late = state.lateCores.get(key);
  if (late === undefined) {
    late = { resolution, bucket, part: emptyCore() };
    state.lateCores.set(key, late);
  }
  return late.part;
}

/** Late rows take flows only from the event that made them: with the next one they are final. */
function closeLate(state: InstrumentState): void {
  for (const [key, { resolution, bucket, part }] of state.lateCores) {
    const suffix = key.slice(key.lastIndexOf("|") + 1);
    const value = encodeCore(part, state.scale);
    state.closed.push({ resolution, bucket, part: `core${suffix}`, value });
  }
  state.lateCores.clear();
}

/** False where the markout rows of a time would not be kept at a resolution. */
export function keepsMarkouts(
  state: InstrumentState,
  resolution: Resolution,
  time: number,
): boolean {
  return isKept(state, resolution, bucketStart(time, RESOLUTION_US[resolution]));
}

/** The open markout bucket of a trade at one resolution. */
export function markoutBucket(
  state: InstrumentState,
  resolution: Resolution,
  { time, sequence }: { readonly time: number; readonly sequence: number },
  make: () => MarkoutBucket["parts"],
): { readonly key: string; readonly bucket: MarkoutBucket } {
  const width = RESOLUTION_US[resolution];
  const start = bucketStart(time, width);
  const suffix = isMature(state, start + width) ? `+${sequence}` : "";
  const key = `${resolution}|${start}|${suffix}`;
  let bucket = state.markouts.get(key);
  if (bucket === undefined) {
    // Those of late trades close by themselves only when time goes on, which a clock set back delays.
    if (suffix !== "" && state.markouts.size >= MARKOUT_BUCKETS) closeMarkouts(state);
    bucket = { resolution, bucket: start, suffix, parts: make(), pending: 0, packed: undefined };
    state.markouts.set(key, bucket);
  }
  return { key, bucket };
}

/** True when every trade before `end` has reached its longest horizon. */
function isMature(state: InstrumentState, end: number): boolean {
  return state.watermark > end + (state.settings.horizons.at(-1)?.us ?? 0);
}

function closeMarkouts(state: InstrumentState): void {
  state.markouts.forEach((bucket, key) => {
    const end = bucket.bucket + RESOLUTION_US[bucket.resolution];
    if (bucket.pending > 0 || !isMature(state, end)) return;
    const dirty = state.dirtyMarkouts.get(key) ?? 0;
    state.dirtyMarkouts.delete(key);
    if (dirty > 0 && isRead(state, bucket)) state.closed.push(...markoutRows(state, bucket, dirty));
    state.markouts.delete(key);
  });
}

/** False for a markout bucket whose rows nobody will read. */
function isRead(state: InstrumentState, { resolution, bucket }: MarkoutBucket): boolean {
  if (!isKept(state, resolution, bucket)) return false;
  if (state.fineRows === undefined || resolution !== "5s") return true;
  return bucket >= bucketStart(state.newestTime, MINUTE_US) || isEdge(state.fineRows, bucket);
}

/** One row for each horizon whose bit is set in `dirty`. */
export function markoutRows(state: InstrumentState, bucket: MarkoutBucket, dirty: number) {
  return state.settings.horizons.flatMap(({ label }, index) => {
    const part = bucket.parts[index];
    if (part === undefined || ((dirty >> index) & 1) === 0) return [];
    const value = encodeMarkoutPart(part, state.scale);
    const { resolution, bucket: start, suffix } = bucket;
    return [{ resolution, bucket: start, part: `markout.${label}${suffix}`, value }];
  });
}
