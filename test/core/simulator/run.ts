/** Runs of the simulated Brawler, read back the way the product reads them. */
import { createHash } from "node:crypto";
import type { BrawlerEvent } from "../../../lib/core/events/event.ts";
import { parseEvent } from "../../../lib/core/events/parse.ts";
import type { SimulatedLine } from "../../../lib/core/simulator/event-writer.ts";
import { type SimulationOptions, simulate } from "../../../lib/core/simulator/simulation.ts";
import { type DurationUs, epochUs } from "../../../lib/core/units.ts";

export const HOUR = 3_600_000_000;
export const DAY = 24 * HOUR;
/** 2026-01-01T00:00:00Z. */
export const START = epochUs(1_767_225_600_000_000);

export function hours(count: number): DurationUs {
  return (count * HOUR) as DurationUs;
}

/** Seed 42 from the start of 2026, an hour long, unless said otherwise. */
export function linesOf(options: Partial<SimulationOptions> = {}): readonly SimulatedLine[] {
  return [...simulate({ seed: 42, from: START, durationUs: hours(1), ...options })];
}

function text(lines: Iterable<SimulatedLine>): string {
  let all = "";
  for (const { line } of lines) all += `${line}\n`;
  return all;
}

export function hash(lines: Iterable<SimulatedLine>): string {
  return createHash("sha256").update(text(lines)).digest("hex").slice(0, 16);
}

/** @throws with the line, when the product's parser refuses it */
export function parsed(lines: Iterable<{ readonly line: string }>): readonly BrawlerEvent[] {
  return Array.from(lines, ({ line }) => {
    const event = parseEvent(line);
    if ("reason" in event && "detail" in event) throw new Error(`${event.detail}: ${line}`);
    return event;
  });
}

export type EventOf<Kind extends BrawlerEvent["type"]> = Extract<BrawlerEvent, { type: Kind }>;

export function ofType<Kind extends BrawlerEvent["type"]>(
  events: readonly BrawlerEvent[],
  type: Kind,
): readonly EventOf<Kind>[] {
  return events.filter((event): event is EventOf<Kind> => event.type === type);
}

export function byInstrument(
  events: readonly BrawlerEvent[],
): ReadonlyMap<string, readonly BrawlerEvent[]> {
  const groups = new Map<string, BrawlerEvent[]>();
  for (const event of events) {
    const group = groups.get(event.instrument);
    if (group === undefined) groups.set(event.instrument, [event]);
    else group.push(event);
  }
  return groups;
}

export function value(decimal: { readonly mantissa: number; readonly decimals: number }): number {
  return decimal.mantissa / 10 ** decimal.decimals;
}

/** Signed quantity in lots of the last decimal used: exact. */
export function lots(
  quantity: { readonly mantissa: number; readonly decimals: number },
  decimals: number,
): number {
  return quantity.mantissa * 10 ** (decimals - quantity.decimals);
}

/** Where two logs first differ, with both lines there; undefined when they are the same. */
export function firstDifference(
  a: readonly (string | undefined)[],
  b: readonly (string | undefined)[],
): string | undefined {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return `line ${i + 1}: ${a[i]} / ${b[i]}`;
  }
  return undefined;
}
