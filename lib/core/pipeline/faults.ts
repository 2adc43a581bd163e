/** Events that the fold itself failed on: a mistake of ours, so they are tried again, a bounded number of times. */
import type { InstrumentState } from "./state.ts";

/** Sequences whose failures are counted; the oldest are forgotten. */
const FAULTS = 64;

/** Counts one more failure of the event with this sequence; returns how many there were. */
export function countFault(state: InstrumentState, sequence: number): number {
  const count = (state.faults.get(sequence) ?? 0) + 1;
  state.faults.delete(sequence);
  state.faults.set(sequence, count);
  const oldest = state.faults.keys().next();
  if (state.faults.size > FAULTS && oldest.done !== true) state.faults.delete(oldest.value);
  return count;
}
