/**
 * The state as text and back. What a store commits is this text; `decodeState(encodeState(s))` goes on exactly as `s`
 * would. It is written at every commit, so it is small and cheap: JSON without the names of inner fields, in which what
 * follows from the rest is left out.
 */
import { decodeNamed, NAMED_VERSIONS } from "./codec-named.ts";
import { shortenPrints } from "./pack-recent.ts";
import { type PackedState, packState, unpackState } from "./pack-state.ts";
import { settlePrints } from "./recent-prints.ts";
import type { InstrumentState } from "./state.ts";

/** Raised when the shape of the state changes; what the version before wrote must still be read. */
export const STATE_VERSION = 5;
/**
 * The oldest version whose program may read what this one writes: it takes what it does not know along, untouched. While
 * a deployment is under way, or after it was taken back, two versions fold the same states in turn.
 */
const READABLE_FROM = 5;
/** It told core parts as text, and fingerprints whole. */
const VERSION_BEFORE = 4;

export class StateVersionError extends Error {
  override readonly name = "StateVersionError";
}

export function encodeState(state: InstrumentState): string {
  settlePrints(state);
  // The envelope goes before the text, so that some sixty fields are not copied for two more.
  return `{"v":${STATE_VERSION},"from":${READABLE_FROM},${JSON.stringify(packState(state)).slice(1)}`;
}

interface Envelope {
  readonly v: number;
  /** Missing before version 2. */
  readonly from?: number;
}

/** @throws {StateVersionError} if the text was written by a version that this program does not read */
export function decodeState(text: string): InstrumentState {
  // What is packed stays in the envelope: a copy of some sixty fields would cost as much as reading them.
  const told = JSON.parse(text) as Envelope;
  const { v, from = v } = told;
  if (NAMED_VERSIONS.includes(v)) return decodeNamed(text);
  if (from > STATE_VERSION || v < VERSION_BEFORE) {
    const range = `${NAMED_VERSIONS[0]} to ${STATE_VERSION}`;
    throw new StateVersionError(`state version must be ${range}, was ${v}: rebuild it`);
  }
  return unpackState(v === VERSION_BEFORE ? withShortPrints(told) : told);
}

function withShortPrints(told: Envelope & Partial<PackedState>): object {
  const { recentPrints } = told;
  return recentPrints === undefined ? told : { ...told, recentPrints: shortenPrints(recentPrints) };
}
