/** The mids an instrument has had lately, and which of them stood strictly before an instant. */
import type { InstrumentState } from "./state.ts";

/** Earlier mids kept for trades that arrive after newer references; trimmed at twice this. */
const KEPT = 64;

/** Takes the mid of a reference at `time` ≥ `midTime`. Several of one instant: the last stands. */
export function takeMid(state: InstrumentState, mid: number, time: number): void {
  if (state.mid > 0 && time > state.midTime) {
    state.priorMid = state.mid;
    state.pastMids.push(state.mid);
    state.pastTimes.push(state.midTime);
    if (state.pastMids.length >= 2 * KEPT) {
      state.pastMids.splice(0, KEPT);
      state.pastTimes.splice(0, KEPT);
    }
  }
  state.mid = mid;
  state.midTime = time;
}

/** The last mid strictly before `time`, in half-ticks; 0 if there is none, or none that is still known. */
export function midBefore(state: InstrumentState, time: number): number {
  if (state.mid === 0 || time > state.midTime) return state.mid;
  if (time === state.midTime) return state.priorMid;
  for (let index = state.pastTimes.length - 1; index >= 0; index -= 1) {
    if ((state.pastTimes[index] ?? 0) < time) return state.pastMids[index] ?? 0;
  }
  return 0;
}

/** The newest known reference at or before `time`, which lies before the watermark; 0 if none is known. */
export function lastKnownBy(state: InstrumentState, time: number): number {
  if (state.midTime <= time) return state.midTime;
  for (let index = state.pastTimes.length - 1; index >= 0; index -= 1) {
    const past = state.pastTimes[index] ?? 0;
    if (past <= time) return past;
  }
  return 0;
}
