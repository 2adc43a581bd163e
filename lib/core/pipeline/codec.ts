/**
 * The state as text and back: JSON, in which big integers, maps and sets are tagged. What a store commits is this text;
 * `decodeState(encodeState(s))` goes on exactly as `s` would.
 */
import { settlePrints } from "./recent-prints.ts";
import type { InstrumentState } from "./state.ts";

/** Raised when the shape of the state changes; a snapshot of another version is refused, and rebuilt. */
export const STATE_VERSION = 1;

export class StateVersionError extends Error {
  override readonly name = "StateVersionError";
}

export function encodeState(state: InstrumentState): string {
  settlePrints(state);
  return JSON.stringify({ v: STATE_VERSION, state }, tag);
}

/** @throws {StateVersionError} if the text was written by another version of the code */
export function decodeState(text: string): InstrumentState {
  const { v, state } = JSON.parse(text, untag) as { v: number; state: InstrumentState };
  if (v !== STATE_VERSION) {
    throw new StateVersionError(`state version must be ${STATE_VERSION}, was ${v}: rebuild it`);
  }
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
