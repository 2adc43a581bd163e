/**
 * The state as text and back: JSON, in which big integers, maps and sets are tagged. What a store commits is this text;
 * `decodeState(encodeState(s))` goes on exactly as `s` would.
 */
import { settlePrints } from "./recent-prints.ts";
import type { InstrumentState } from "./state.ts";

/** Raised when the shape of the state changes. */
export const STATE_VERSION = 3;
/**
 * The oldest version whose program may read what this one writes: it takes what it does not know along, untouched. While
 * a deployment is under way, or after it was taken back, two versions fold the same states in turn.
 */
const READABLE_FROM = 1;

type Upgrade = (state: Partial<InstrumentState>) => void;
/** From each older version that is still read to the next. An older program may have kept what a newer one had added. */
const UPGRADES: ReadonlyMap<number, Upgrade> = new Map<number, Upgrade>([
  [1, (state) => (state.faults ??= new Map())],
  [2, (state) => (state.archived ??= 0)],
]);

export class StateVersionError extends Error {
  override readonly name = "StateVersionError";
}

export function encodeState(state: InstrumentState): string {
  settlePrints(state);
  return JSON.stringify({ v: STATE_VERSION, from: READABLE_FROM, state }, tag);
}

interface Envelope {
  readonly v: number;
  /** Missing before version 2. */
  readonly from?: number;
  readonly state: InstrumentState;
}

/** @throws {StateVersionError} if the text was written by a version that this program does not read */
export function decodeState(text: string): InstrumentState {
  const { v, from = v, state } = JSON.parse(text, untag) as Envelope;
  if (from > STATE_VERSION || (v < STATE_VERSION && !UPGRADES.has(v))) {
    const range = `${READABLE_FROM} to ${STATE_VERSION}`;
    throw new StateVersionError(`state version must be ${range}, was ${v}: rebuild it`);
  }
  for (const [version, upgrade] of UPGRADES) if (version >= v) upgrade(state);
  state.recentEvents = [];
  // One object per trade: what is pending and what is dirty must stay the same trade.
  for (const trade of state.pending) {
    if (state.dirtyTrades.has(trade.tradeId)) state.dirtyTrades.set(trade.tradeId, trade);
  }
  return state;
}

function tag(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return { $big: value.toString() };
  if (value instanceof Map) return { $map: [...value] };
  if (value instanceof Set) return { $set: [...value] };
  return value;
}

function untag(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if ("$big" in value) return BigInt(value.$big as string);
  if ("$map" in value) return new Map(value.$map as [unknown, unknown][]);
  if ("$set" in value) return new Set(value.$set as unknown[]);
  return value;
}
