/** A simulated market in which a trade was busted and another corrected, long after they were told. */
import { simulate } from "../../lib/core/simulator/simulation.ts";
import { type DurationUs, type EpochUs, MINUTE_US } from "../../lib/core/units.ts";

export interface MarketLine {
  readonly instrument: string;
  readonly line: string;
}

interface Told {
  readonly type: string;
  readonly time: number;
  readonly sequence: number;
  readonly tradeId?: string;
}

export function marketLines(from: EpochUs, instruments: readonly string[]): MarketLine[] {
  const durationUs = (30 * MINUTE_US) as DurationUs;
  return [...simulate({ seed: 7, from, durationUs, instruments })].map((one) => ({
    instrument: one.instrument,
    line: one.line,
  }));
}

/**
 * The bust of an instrument's first trade, and a correction of its second one, as its next two events after these lines.
 *
 * @throws {Error} where it has not traded twice
 */
export function amendments(lines: readonly MarketLine[], instrument: string): MarketLine[] {
  const own = lines.filter((one) => one.instrument === instrument);
  const told = own.map(({ line }) => JSON.parse(line) as Told);
  const [first, second] = told.filter(({ type }) => type === "trade");
  const last = told.at(-1);
  if (first === undefined || second === undefined || last === undefined) {
    throw new Error(`${instrument} has not traded twice`);
  }
  return [
    { type: "bust", tradeId: first.tradeId },
    { type: "correction", tradeId: second.tradeId, quantity: "3", fee: "0.25" },
  ].map((fields, at) => {
    const place = { instrument, time: last.time, sequence: last.sequence + 1 + at };
    return { instrument, line: JSON.stringify({ ...fields, ...place }) };
  });
}

/** What follows, told after two more events of the instrument than it was. */
export function laterBy(
  lines: readonly MarketLine[],
  instrument: string,
  more: number,
): MarketLine[] {
  return lines.map((one) => {
    if (one.instrument !== instrument) return one;
    const told = JSON.parse(one.line) as Told;
    return { instrument, line: JSON.stringify({ ...told, sequence: told.sequence + more }) };
  });
}
