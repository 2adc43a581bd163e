/**
 * PnL attribution: what we earned, and why.
 *
 *     spread    = Σ x_f (m_f − p_f)                 edge earned or paid at the trade
 *     inventory = Q0 (m_T − m_0) + Σ x_f (m_T − m_f)  accumulated as Σ Q·Δm
 *     gross     = spread + inventory                computed apart, by difference of cash + Q·m
 *     net       = gross + funding − fees
 *
 * and inside inventory, per horizon: adverse(h) = Σ x_f (m_{f+h} − m_f), beyond = inventory − adverse − unattributed.
 * Positive is good for us, except fees, which are what we paid.
 *
 * @see docs/reference/metrics.md#attribution
 */
import {
  addExact,
  divideHalfEven,
  type ExactDecimal,
  formatExact,
  formatUnits,
  negateExact,
  pow10,
} from "../ledger/exact.ts";
import type { PnlFigures } from "./performance-metrics.ts";

/** Inventory PnL of one horizon, split by whether the mid at the horizon is known. */
export interface HorizonAttribution<Amount = ExactDecimal> {
  readonly label: string;
  readonly adverse: Amount;
  readonly beyond: Amount;
  readonly unattributed: Amount;
}

/** Exact amounts in one currency; undefined where they cannot be given in it. */
export interface Attribution<Amount = ExactDecimal> {
  readonly spread: Amount;
  readonly inventory: Amount;
  readonly gross: Amount;
  readonly realized: Amount;
  readonly unrealized: Amount;
  readonly fees: Amount;
  readonly funding: Amount;
  readonly net: Amount;
  readonly residual: Amount;
  readonly horizons: readonly HorizonAttribution<Amount>[];
}

/** What is measured; the rest of an `Attribution` follows from it. */
export type MeasuredAttribution = Omit<
  Attribution,
  "unrealized" | "net" | "residual" | "horizons"
> & {
  readonly horizons: readonly Omit<HorizonAttribution, "beyond">[];
};

export function attribution(measured: MeasuredAttribution): Attribution {
  const { spread, inventory, gross, realized, fees, funding } = measured;
  return {
    ...measured,
    unrealized: subtract(gross, realized),
    net: subtract(addExact(gross, funding), fees),
    residual: subtract(gross, addExact(spread, inventory)),
    horizons: measured.horizons.map((horizon) => ({
      ...horizon,
      beyond: subtract(subtract(inventory, horizon.adverse), horizon.unattributed),
    })),
  };
}

/** What stands in the way of a figure. */
export interface AttributionGaps {
  /** Fees in currencies without a rate, by currency; zero ones left out. */
  readonly feesUnconverted: Readonly<Record<string, ExactDecimal>>;
  /** False while a position is held and no mid has ever been seen. */
  readonly hasMid: boolean;
  /** Fundings that could not be valued for want of a mark. */
  readonly fundingsWithoutMark: number;
}

/** The figures; null with `no-reference` where a mid, a rate or a mark is missing, never a made-up zero. */
export function pnlFigures(
  amounts: Attribution<ExactDecimal | undefined>,
  gaps: AttributionGaps,
): PnlFigures {
  const { hasMid } = gaps;
  const valued = (value: ExactDecimal | undefined) => (hasMid ? plain(value) : null);
  const complete = Object.keys(gaps.feesUnconverted).length === 0 && gaps.fundingsWithoutMark === 0;
  const byHorizon = (name: "adverse" | "beyond" | "unattributed") =>
    Object.fromEntries(amounts.horizons.map((horizon) => [horizon.label, valued(horizon[name])]));
  const net = complete ? valued(amounts.net) : null;
  return {
    spread: plain(amounts.spread),
    inventory: valued(amounts.inventory),
    adverseSelection: byHorizon("adverse"),
    beyond: byHorizon("beyond"),
    unattributed: byHorizon("unattributed"),
    gross: valued(amounts.gross),
    funding: gaps.fundingsWithoutMark === 0 ? plain(amounts.funding) : null,
    fees: plain(amounts.fees),
    feesUnconverted: mapValues(gaps.feesUnconverted, formatExact),
    net,
    realized: plain(amounts.realized),
    unrealized: valued(amounts.unrealized),
    residual: valued(amounts.residual),
    status: net === null ? "no-reference" : "ok",
  };
}

function plain(value: ExactDecimal | undefined): string | null {
  return value === undefined ? null : formatExact(value);
}

function subtract(a: ExactDecimal, b: ExactDecimal): ExactDecimal {
  return addExact(a, negateExact(b));
}

function mapValues<A, B>(values: Readonly<Record<string, A>>, map: (value: A) => B) {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}

/** Decimals of an average cost, which is a quotient. */
const COST_DECIMALS = 12;

/** total ÷ quantity to 12 decimals, half to even; both exact and of one sign; undefined when the quantity is 0. */
export function averagePrice(total: ExactDecimal, quantity: ExactDecimal): string | undefined {
  if (quantity.units === 0n) return undefined;
  const sign = quantity.units < 0n ? -1n : 1n;
  const numerator = sign * total.units * pow10(COST_DECIMALS + quantity.decimals);
  const denominator = sign * quantity.units * pow10(total.decimals);
  return formatUnits(divideHalfEven(numerator, denominator), COST_DECIMALS);
}
