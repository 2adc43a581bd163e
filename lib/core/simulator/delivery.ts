/** How lines reach whoever listens: in order of time, unless a scenario makes the delivery faulty. */
import type { EpochUs } from "../units.ts";
import type { SimulatedLine } from "./event-writer.ts";
import { type RngState, stream, uniform } from "./rng.ts";
import type { DeliveryFaults } from "./scenario.ts";
import { type Plan, plannedFaults } from "./scenario-plan.ts";

/** Lines of one instrument on their way, ascending by time of arrival, as JSON. */
export interface DeliveryState {
  held: SimulatedLine[];
  readonly rng: RngState;
}

const MILLISECOND = 1_000;
const SECOND = 1_000_000;

export function initialDelivery(seed: number, name: string): DeliveryState {
  return { held: [], rng: stream(seed, name, "delivery") };
}

function between(rng: RngState, from: number, to: number): number {
  return Math.floor(from + (to - from) * uniform(rng));
}

function later(line: SimulatedLine, byUs: number): SimulatedLine {
  return { ...line, time: (line.time + byUs) as EpochUs };
}

/** One line's fate: delivered, delivered later, delivered twice, or never. */
function send(line: SimulatedLine, faults: DeliveryFaults | undefined, state: DeliveryState): void {
  const { held, rng } = state;
  if (faults === undefined || line.line.startsWith('{"type":"instrument"')) {
    held.push(line);
    return;
  }
  const u = uniform(rng);
  const reorder = faults.gaps + faults.reorders;
  if (u < faults.gaps) return;
  if (u < reorder) held.push(later(line, between(rng, MILLISECOND, 3 * SECOND)));
  else if (u < reorder + faults.late) {
    held.push(later(line, between(rng, 40 * SECOND, 600 * SECOND)));
  } else held.push(line);
  if (uniform(rng) >= faults.duplicates) return;
  held.push(later(line, between(rng, MILLISECOND, 60 * SECOND)));
}

/**
 * Takes what one instrument wrote, in order of time, and gives back what arrives before `until`, in order of
 * arrival. The first line, which says what the instrument is, always arrives first and once.
 */
export function deliver(
  written: readonly SimulatedLine[],
  until: number,
  plan: Plan,
  state: DeliveryState,
): readonly SimulatedLine[] {
  const isOrdered = !plan.isFaulty && isAfter(written[0], state.held.at(-1));
  if (!plan.isFaulty) state.held.push(...written);
  else for (const line of written) send(line, plannedFaults(plan, line.time), state);
  if (!isOrdered) state.held.sort((a, b) => a.time - b.time);
  const split = firstFrom(state.held, until);
  const due = state.held.slice(0, split);
  state.held = state.held.slice(split);
  return due;
}

function isAfter(line: SimulatedLine | undefined, last: SimulatedLine | undefined): boolean {
  return line === undefined || last === undefined || line.time >= last.time;
}

/** Index of the first line at or after `time`: near the end, where it is looked for. */
function firstFrom(lines: readonly SimulatedLine[], time: number): number {
  let index = lines.length;
  while (index > 0 && (lines[index - 1]?.time ?? 0) >= time) index--;
  return index;
}
