/** States as versions 1 to 3 wrote them: JSON with every name, in which big integers, maps and sets are tagged. */
import { settlePrints, shortPrint } from "./recent-prints.ts";
import { type InstrumentState, newInstrumentState } from "./state.ts";

export const NAMED_VERSIONS: readonly number[] = [1, 2, 3];

/** As the last of them wrote it, in a few hundred KB: for whoever wants the names, to compare states or to read them. */
export function encodeNamed(state: InstrumentState): string {
  settlePrints(state);
  const named = { ...state, dirtyMarkouts: new Set(state.dirtyMarkouts.keys()) };
  return JSON.stringify({ v: NAMED_VERSIONS.at(-1), from: NAMED_VERSIONS[0], state: named }, tag);
}

type NamedState = Omit<InstrumentState, "dirtyMarkouts"> & { readonly dirtyMarkouts: Set<string> };

export function decodeNamed(text: string): InstrumentState {
  const { state } = JSON.parse(text, untag) as { state: NamedState };
  const { account, instrument, settings } = state;
  const { horizons, maxAgeUs } = settings;
  // What came later begins as in a new state.
  const fresh = newInstrumentState(account, instrument, { horizons, maxAgeUs });
  const every = 2 ** horizons.length - 1;
  const dirtyMarkouts = new Map([...state.dirtyMarkouts].map((key) => [key, every]));
  const recentPrints = state.recentPrints.map(shortPrint);
  const own = { settings: fresh.settings, recentPrints, recentEvents: [], dirtyMarkouts };
  const whole = { ...fresh, ...state, ...own };
  // One object per trade: what is pending and what is dirty must stay the same trade.
  for (const trade of whole.pending) {
    if (whole.dirtyTrades.has(trade.tradeId)) whole.dirtyTrades.set(trade.tradeId, trade);
  }
  return whole;
}

function tag(key: string, value: unknown): unknown {
  // It follows from the rest, and is there or not by how a state came about.
  if (key === "packed") return undefined;
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
