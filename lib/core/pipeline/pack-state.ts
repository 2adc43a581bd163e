/** A state as plain values that JSON holds, and back: every field once, those of a new state left out. */
import type { BrawlerEvent } from "../events/event.ts";
import type { InstrumentSpec } from "../ledger/scale.ts";
import { decodeScale, packScale } from "../rollup/core-text.ts";
import { type JsonValue, RESOLUTIONS, type Resolution } from "../rollup/row.ts";
import type { DurationUs } from "../units.ts";
import { packCore, unpackCore } from "./pack-core.ts";
import { packMarkouts, unpackMarkouts } from "./pack-markouts.ts";
import { packPath, unpackPath } from "./pack-path.ts";
import { packChains, unpackChains } from "./pack-quotes.ts";
import { packPrints, unpackPrints } from "./pack-recent.ts";
import { differences, type PackedTrades, packTrades, sums, unpackTrades } from "./pack-trades.ts";
import {
  type Amendment,
  type Counters,
  type InstrumentState,
  newInstrumentState,
} from "./state.ts";

/** Which fields are in it; a field that is undefined is as in a new state. */
export type PackedState = { readonly [Name in keyof InstrumentState]: JsonValue | undefined };

/** Numbers that begin as 0. */
const NUMBERS = [
  "archived",
  "shownFromEpoch",
  "bufferOldest",
  "bufferNewest",
  "mid",
  "midTime",
  "priorMid",
  "mark",
  "watermark",
  "gridMid",
  "position",
  "trades",
  "lastTradeTime",
  "openInventory",
  "openAbsolute",
  "lateFlows",
  "newestTime",
  "firstTime",
] as const;
const BIGINTS = ["cost", "cash", "grossAnchor", "fees", "funding"] as const;
/** What begins as false. */
const FLAGS = ["seeded", "restating", "dirtyOpen"] as const;
const COUNTERS = [
  "events",
  "applied",
  "duplicates",
  "quarantined",
  "gaps",
  "late",
  "invalidReferences",
] as const satisfies readonly (keyof Counters)[];

export function packState(state: InstrumentState): PackedState {
  const { scale, settings } = state;
  const trades = [...new Set([...state.pending, ...state.dirtyTrades.values()])];
  const places = new Map(trades.map((trade, place) => [trade, place]));
  const packed: PackedState = {
    ...packScalars(state),
    account: state.account,
    instrument: state.instrument,
    source: state.source,
    spec: state.spec as JsonValue | undefined,
    scale: packScale(scale),
    settings: [settings.maxAgeUs, ...settings.horizons.flatMap(({ label, us }) => [label, us])],
    counters: COUNTERS.map((name) => state.counters[name]),
    nextSequence: state.nextSequence,
    buffer: unlessEmpty([...state.buffer.values()] as unknown as JsonValue[]),
    holes: unlessEmpty(state.holes.flatMap(({ first, last }) => [first, last])),
    recentSequences: undefined,
    recentPrints: packPrints(state),
    recentEvents: undefined,
    recentTrades: unlessEmpty([...state.recentTrades].flat()),
    recentFundings: unlessEmpty(differences(state.recentFundings)),
    faults: unlessEmpty([...state.faults].flat()),
    pastMids: unlessEmpty(differences(state.pastMids)),
    pastTimes: unlessEmpty(differences(state.pastTimes)),
    amendments: unlessEmpty([...state.amendments] as unknown as JsonValue[]),
    foreknown: unlessEmpty([...state.foreknown]),
    chains: unlessEmpty(packChains(state.chains, 0)),
    ended: unlessEmpty(packChains(state.ended, state.newestTime)),
    // The trades that are pending, then those that only wait to be written.
    pending: trades.length === 0 ? undefined : [state.pending.length, packTrades(trades, scale)],
    cursors: state.cursors,
    open: packCore(state.open),
    openWidth: state.openWidth,
    path: packPath(state.path),
    coarse: state.coarse.map(packCore),
    markouts: unlessEmpty(packMarkouts(state)),
    lateCores: unlessEmpty(packLate(state)),
    closed: unlessEmpty(
      state.closed.flatMap(({ resolution, bucket, part, value }) => {
        return [resolution, bucket, part, value];
      }),
    ),
    rowsFrom: packRowsFrom(state),
    fineRows: undefined,
    dirtyMarkouts: unlessEmpty([...state.dirtyMarkouts].flat()),
    dirtyTrades: unlessEmpty(
      [...state.dirtyTrades.values()].map((trade) => places.get(trade) ?? -1),
    ),
  };
  return state.later === undefined ? packed : { ...state.later, ...packed };
}

type ScalarName = (typeof NUMBERS)[number] | (typeof BIGINTS)[number] | (typeof FLAGS)[number];

/** Name by name: objects of one shape are written faster than those that a loop fills. */
function packScalars(state: InstrumentState): Pick<PackedState, ScalarName> {
  return {
    archived: unlessZero(state.archived),
    shownFromEpoch: unlessZero(state.shownFromEpoch),
    bufferOldest: unlessZero(state.bufferOldest),
    bufferNewest: unlessZero(state.bufferNewest),
    mid: unlessZero(state.mid),
    midTime: unlessZero(state.midTime),
    priorMid: unlessZero(state.priorMid),
    mark: unlessZero(state.mark),
    watermark: unlessZero(state.watermark),
    gridMid: unlessZero(state.gridMid),
    position: unlessZero(state.position),
    trades: unlessZero(state.trades),
    lastTradeTime: unlessZero(state.lastTradeTime),
    openInventory: unlessZero(state.openInventory),
    openAbsolute: unlessZero(state.openAbsolute),
    lateFlows: unlessZero(state.lateFlows),
    newestTime: unlessZero(state.newestTime),
    firstTime: unlessZero(state.firstTime),
    cost: textUnlessZero(state.cost),
    cash: textUnlessZero(state.cash),
    grossAnchor: textUnlessZero(state.grossAnchor),
    fees: textUnlessZero(state.fees),
    funding: textUnlessZero(state.funding),
    seeded: state.seeded ? 1 : undefined,
    restating: state.restating ? 1 : undefined,
    dirtyOpen: state.dirtyOpen ? 1 : undefined,
  };
}

function unlessZero(value: number): number | undefined {
  return value === 0 ? undefined : value;
}

function textUnlessZero(value: bigint): string | undefined {
  return value === 0n ? undefined : String(value);
}

/** Rows of late flows: where they belong, and what they hold. */
function packLate({ lateCores }: InstrumentState): JsonValue[] {
  return [...lateCores].flatMap(([key, { resolution, bucket, part }]) => {
    return [key, resolution, bucket, packCore(part)];
  });
}

function packRowsFrom({ rowsFrom }: InstrumentState): JsonValue | undefined {
  const times = RESOLUTIONS.map((resolution) => rowsFrom[resolution]);
  return times.some((time) => time !== 0) ? times : undefined;
}

function unlessEmpty(list: readonly JsonValue[]): JsonValue | undefined {
  return list.length === 0 ? undefined : list;
}

/** What stands beside the fields of a state: its version, and who may read it. */
const ENVELOPE: ReadonlySet<string> = new Set(["v", "from"]);

export function unpackState(told: object): InstrumentState {
  const packed = told as PackedState;
  const [maxAgeUs = 0, ...horizons] = packed.settings as (string | number)[];
  const settings = {
    maxAgeUs: maxAgeUs as number,
    horizons: groups(horizons, 2).map(([label, us]) => {
      return { label: label as string, us: us as DurationUs };
    }),
  };
  const state = newInstrumentState(packed.account as string, packed.instrument as string, settings);
  const unknown = Object.entries(told).filter(([name]) => !(name in state || ENVELOPE.has(name)));
  if (unknown.length > 0) state.later = Object.fromEntries(unknown as [string, JsonValue][]);
  unpackScalars(state, packed);
  unpackOrder(state, packed);
  state.source = packed.source as string | undefined;
  state.spec = packed.spec as InstrumentSpec | undefined;
  state.scale = decodeScale(packed.scale);
  state.pastMids = sums(numbers(packed.pastMids));
  state.pastTimes = sums(numbers(packed.pastTimes));
  state.amendments = new Map(list(packed.amendments) as unknown as [string, Amendment][]);
  state.foreknown = new Set(list(packed.foreknown) as string[]);
  state.chains = unpackChains(list(packed.chains), 0);
  state.ended = unpackChains(list(packed.ended), state.newestTime);
  unpackWaiting(state, packed);
  unpackOpen(state, packed);
  return state;
}

function unpackScalars(state: InstrumentState, packed: PackedState): void {
  for (const name of NUMBERS) state[name] = (packed[name] as number | undefined) ?? 0;
  for (const name of BIGINTS) state[name] = BigInt((packed[name] as string | undefined) ?? 0);
  for (const name of FLAGS) state[name] = packed[name] === 1;
  const counts = numbers(packed.counters);
  for (const [index, name] of COUNTERS.entries()) state.counters[name] = counts[index] ?? 0;
}

/** What is known of sequences. */
function unpackOrder(state: InstrumentState, packed: PackedState): void {
  state.nextSequence = packed.nextSequence as number;
  const events = list(packed.buffer) as unknown as BrawlerEvent[];
  state.buffer = new Map(events.map((event) => [event.sequence, event]));
  state.holes = groups(numbers(packed.holes), 2).map(([first = 0, last = 0]) => ({ first, last }));
  unpackPrints(state, packed.recentPrints);
  state.recentTrades = new Map(groups(list(packed.recentTrades), 2) as [string, number][]);
  state.recentFundings = sums(numbers(packed.recentFundings));
  state.faults = new Map(groups(numbers(packed.faults), 2) as [number, number][]);
}

function unpackOpen(state: InstrumentState, packed: PackedState): void {
  state.open = unpackCore(packed.open as JsonValue);
  state.openWidth = packed.openWidth as number;
  state.path = unpackPath(packed.path);
  state.coarse = list(packed.coarse).map(unpackCore);
  state.markouts = unpackMarkouts(list(packed.markouts), state);
  const late = groups(list(packed.lateCores), 4) as [string, Resolution, number, JsonValue][];
  for (const [key, resolution, bucket, part] of late) {
    state.lateCores.set(key, { resolution, bucket, part: unpackCore(part) });
  }
}

function unpackWaiting(state: InstrumentState, packed: PackedState): void {
  const [pending, trades] = (packed.pending ?? []) as unknown as [number?, PackedTrades?];
  const all = trades === undefined ? [] : unpackTrades(trades, state.scale);
  state.pending = all.slice(0, pending);
  state.cursors = numbers(packed.cursors);
  const closed = groups(list(packed.closed), 4) as [Resolution, number, string, string][];
  for (const [resolution, bucket, part, value] of closed) {
    state.closed.push({ resolution, bucket, part, value });
  }
  state.dirtyMarkouts = new Map(groups(list(packed.dirtyMarkouts), 2) as [string, number][]);
  for (const place of numbers(packed.dirtyTrades)) {
    const trade = all[place];
    if (trade !== undefined) state.dirtyTrades.set(trade.tradeId, trade);
  }
  if (packed.rowsFrom === undefined) return;
  const [fine = 0, minute = 0, hour = 0, day = 0] = numbers(packed.rowsFrom);
  state.rowsFrom = { "5s": fine, "1m": minute, "1h": hour, "1d": day };
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return (value ?? []) as readonly JsonValue[];
}

function numbers(value: JsonValue | undefined): number[] {
  return (value ?? []) as number[];
}

function groups<Value>(values: readonly Value[], size: number): Value[][] {
  const found: Value[][] = [];
  for (let at = 0; at < values.length; at += size) found.push(values.slice(at, at + size));
  return found;
}
