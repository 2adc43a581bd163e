/** The columns of a series that add up: exactly within a step, as numbers once it is whole. */
import { type ExactDecimal, exactToNumber } from "../core/ledger/exact.ts";
import { cashToExact, moneyToExact, netToExact, type Scale } from "../core/ledger/scale.ts";
import type { CorePart } from "../core/rollup/core-part.ts";

/** A column: a count is a number, an amount an integer of the scale until it is told. */
export interface Flow {
  readonly name: string;
  readonly of: (part: CorePart) => bigint | number;
  readonly amount: (scale: Scale, units: bigint) => ExactDecimal;
}

const cash = (_: Scale, units: bigint) => cashToExact(units);

export const FLOWS: Readonly<Record<"pnl" | "hit-rate" | "activity", readonly Flow[]>> = {
  pnl: [
    { name: "net", of: ({ path }) => path.total, amount: netToExact },
    { name: "spread", of: ({ spread }) => spread, amount: moneyToExact },
    { name: "inventory", of: ({ inventory }) => inventory, amount: moneyToExact },
    { name: "fees", of: ({ fees }) => fees, amount: cash },
    { name: "funding", of: ({ funding }) => funding, amount: cash },
  ],
  "hit-rate": [
    { name: "closed", of: ({ chain }) => chain.closed, amount: cash },
    { name: "filled", of: ({ chain }) => chain.filled, amount: cash },
  ],
  activity: [
    { name: "trades", of: ({ trades }) => trades, amount: cash },
    { name: "notional", of: ({ notional }) => notional, amount: moneyToExact },
  ],
};

/** What a step has come to, by flow: of an amount the one, of a count the other. */
export interface Step {
  readonly amounts: bigint[];
  readonly counts: number[];
}

export function newStep(flows: readonly Flow[]): Step {
  return { amounts: flows.map(() => 0n), counts: flows.map(() => 0) };
}

export function addToStep({ amounts, counts }: Step, flows: readonly Flow[], part: CorePart): void {
  for (let k = 0; k < flows.length; k += 1) {
    const flow = flows[k]?.of(part) ?? 0;
    if (typeof flow === "number") counts[k] = (counts[k] ?? 0) + flow;
    else if (flow !== 0n) amounts[k] = (amounts[k] ?? 0n) + flow;
  }
}

/** @param rate of the settlement currency; counts have none */
export function stepValues(
  { amounts, counts }: Step,
  flows: readonly Flow[],
  scale: Scale,
  rate: number,
): Readonly<Record<string, number>> {
  const values: Record<string, number> = {};
  for (const [k, { name, amount }] of flows.entries()) {
    const units = amounts[k] ?? 0n;
    const value = units === 0n ? 0 : exactToNumber(amount(scale, units)) * rate;
    values[name] = value + (counts[k] ?? 0);
  }
  return values;
}
