/** The facts that Brawler's own log shows: markouts, inventory, quotes, fees. */
import { openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { replay } from "../../lib/app/replay.ts";
import { buildReport } from "../../lib/app/report.ts";
import { resolveConfig } from "../../lib/core/api/config.ts";
import type { BrawlerEvent } from "../../lib/core/events/event.ts";
import { parseEvent } from "../../lib/core/events/parse.ts";
import type { PerformanceMetrics } from "../../lib/core/metrics/performance-metrics.ts";
import { instrumentProfile } from "../../lib/core/simulator/instrument-profile.ts";
import { HISTORY_GRID_US, simulate } from "../../lib/core/simulator/simulation.ts";
import type {
  InstrumentTruth,
  SimulationTruth,
} from "../../lib/core/simulator/simulation-truth.ts";
import { median, quantile, sorted } from "../../lib/core/stats/quantile.ts";
import { straightLine } from "../../lib/core/stats/straight-line.ts";
import { Z95 } from "../../lib/core/stats/z95.ts";
import { DAY_US, type DurationUs } from "../../lib/core/units.ts";
import { START } from "./simulated.ts";

/** One run of Brawler, folded by the product. */
export interface Lived {
  readonly events: readonly BrawlerEvent[];
  readonly truth: SimulationTruth;
  readonly figures: Readonly<Record<string, PerformanceMetrics>>;
}

export interface LivedRun {
  readonly seed: number;
  readonly days: number;
  readonly scenario?: string;
  readonly instruments?: readonly string[];
  /** As coarse as history unless given. */
  readonly gridUs?: DurationUs;
}

export async function live(run: LivedRun): Promise<Lived> {
  const { days, gridUs = HISTORY_GRID_US, ...rest } = run;
  const durationUs = (days * DAY_US) as DurationUs;
  const simulation = simulate({ ...rest, from: START, durationUs, gridUs });
  const events = Array.from(simulation, ({ line }) => parsed(line));
  return { events, truth: simulation.truth(), figures: await folded(events) };
}

/** The log alone, event by event. */
export function* logOf({
  days,
  gridUs = HISTORY_GRID_US,
  ...rest
}: LivedRun): Generator<BrawlerEvent> {
  const durationUs = (days * DAY_US) as DurationUs;
  for (const { line } of simulate({ ...rest, from: START, durationUs, gridUs })) yield parsed(line);
}

function parsed(line: string): BrawlerEvent {
  const event = parseEvent(line);
  if ("type" in event) return event;
  throw new Error(`${event.detail}: ${line}`);
}

/** The figures of everything, by the product. */
export async function folded(events: readonly BrawlerEvent[]): Promise<Lived["figures"]> {
  const config = resolveConfig({});
  const store = openEmbedded({ temporary: true });
  const deliveries = events.map((event, i) => ({ event, line: i + 1 }));
  async function* input() {
    for (let from = 0; from < deliveries.length; from += 20_000) {
      yield { deliveries: deliveries.slice(from, from + 20_000), refused: [] };
    }
  }
  try {
    await replay({
      state: store.state,
      metrics: store.metrics,
      settings: config,
      retention: config.retention,
      futureLimit: 2 ** 52,
      durable: false,
      input,
      onSetAside: ({ detail }) => {
        throw new Error(`a simulated event was set aside: ${detail}`);
      },
    });
    const report = await buildReport(store, config, { span: { kind: "all" } });
    return report?.instruments ?? {};
  } finally {
    store.close();
  }
}

const LABELS: Readonly<Record<number, string>> = {
  1: "1s",
  5: "5s",
  10: "10s",
  30: "30s",
  60: "1m",
  300: "5m",
};

/** How far each maker markout lies from edge + bound move, in its standard errors. */
export function markoutZ({ truth, figures }: Lived): readonly number[] {
  return truth.instruments.flatMap(({ instrument, maker }: InstrumentTruth) => {
    const markouts = figures[instrument]?.markouts.maker ?? {};
    const edge = markouts["0s"]?.value ?? Number.NaN;
    return maker.moves.map(({ horizonUs, bps }) => {
      const { value = null, interval = null } = markouts[LABELS[horizonUs / 1e6] ?? ""] ?? {};
      if (value === null || interval === null) return Number.NaN;
      return (value - edge - bps) / ((interval[1] - interval[0]) / 2 / Z95);
    });
  });
}

function markout(figures: PerformanceMetrics | undefined, liquidity: "maker" | "taker", h: string) {
  return figures?.markouts[liquidity][h]?.value ?? Number.NaN;
}

/** What one number says about Brawler on one instrument; NaN where it cannot be told. */
export interface BrawlerStatistic {
  readonly fact: number;
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly measure: (own: Own) => number;
}

/** What one instrument lived through. */
export interface Own {
  readonly name: string;
  readonly events: readonly BrawlerEvent[];
  readonly figures: PerformanceMetrics;
}

export const BRAWLER_FACTS: readonly BrawlerStatistic[] = [
  {
    fact: 9,
    name: "maker markout at 0 s, bps (earns the half-spread)",
    low: 0.1,
    high: Infinity,
    measure: ({ figures }) => markout(figures, "maker", "0s"),
  },
  {
    fact: 9,
    name: "maker markout, 30 s − 0 s, bps (and gives most of it back)",
    low: -Infinity,
    high: -0.1,
    measure: ({ figures }) => markout(figures, "maker", "30s") - markout(figures, "maker", "0s"),
  },
  {
    fact: 9,
    name: "taker markout at 0 s, bps (pays the half-spread)",
    low: -Infinity,
    high: 0,
    measure: ({ figures }) => markout(figures, "taker", "0s"),
  },
  {
    fact: 11,
    name: "t of the change of inventory on inventory",
    low: -Infinity,
    high: -5,
    measure: (own) => reversion(inventories(own)).t,
  },
  {
    fact: 11,
    name: "largest |inventory| ÷ limit",
    low: 0.05,
    high: 1,
    measure: ({ name, events }) => {
      const limit = instrumentProfile(name).quoting.positionLimitLots;
      return Math.max(...positions(events).map(({ lots }) => Math.abs(lots))) / limit;
    },
  },
  {
    fact: 11,
    name: "half-life of inventory, hours",
    low: 0.1,
    high: 24,
    measure: (own) => (-Math.LN2 / Math.log(1 + reversion(inventories(own)).slope)) * STEP_HOURS,
  },
  {
    fact: 12,
    name: "hit rate by version",
    low: 0.01,
    high: 0.1,
    measure: ({ figures }) => figures.hitRate.byVersion.value ?? Number.NaN,
  },
  {
    fact: 12,
    name: "median life of a quote, s",
    low: 1,
    high: 120,
    measure: ({ events }) => median(sorted(lives(events))) ?? Number.NaN,
  },
  {
    fact: 12,
    name: "life of a quote, p95 ÷ median",
    low: 3,
    high: Infinity,
    measure: ({ events }) => {
      const all = sorted(lives(events));
      return (quantile(all, 0.95) ?? Number.NaN) / (median(all) ?? Number.NaN);
    },
  },
  {
    fact: 14,
    name: "share of fees that are tier × notional, to 10⁻¹²",
    low: 1,
    high: 1,
    measure: exactFees,
  },
];

interface Position {
  readonly time: number;
  readonly lots: number;
}

function positions(events: readonly BrawlerEvent[]): readonly Position[] {
  let lots = 0;
  const all: Position[] = [{ time: START, lots: 0 }];
  for (const event of events) {
    if (event.type !== "trade") continue;
    const { lot } = instrumentProfile(event.instrument);
    const { mantissa, decimals } = event.quantity;
    lots += (event.side === "buy" ? 1 : -1) * mantissa * 10 ** (lot.decimals - decimals);
    all.push({ time: event.time, lots });
  }
  return all;
}

const STEP_HOURS = 0.5;

/** Every half hour. */
function inventories({ events }: Own): readonly number[] {
  const all = positions(events);
  const end = events.at(-1)?.time ?? START;
  const values: number[] = [];
  let next = 0;
  for (let time: number = START; time < end; time += STEP_HOURS * 3_600e6) {
    while ((all[next]?.time ?? Infinity) <= time) next += 1;
    values.push(all[next - 1]?.lots ?? 0);
  }
  return values;
}

function reversion(values: readonly number[]): { readonly slope: number; readonly t: number } {
  const before = values.slice(0, -1);
  const line = straightLine(
    before,
    before.map((value, i) => (values[i + 1] ?? 0) - value),
  );
  if (line?.slopeError === undefined) return { slope: Number.NaN, t: Number.NaN };
  return { slope: line.slope, t: line.slope / line.slopeError };
}

const ENDS: readonly string[] = ["cancelled", "expired"];

/** Seconds from placed to cancelled or expired. */
function lives(events: readonly BrawlerEvent[]): readonly number[] {
  const placed = new Map<string, number>();
  const found: number[] = [];
  for (const event of events) {
    if (event.type !== "quote") continue;
    const since = placed.get(event.quoteId);
    if (event.action === "placed") placed.set(event.quoteId, event.time);
    else if (ENDS.includes(event.action) && since !== undefined)
      found.push((event.time - since) / 1e6);
  }
  return found;
}

function exactFees({ name, events }: Own): number {
  const { tiers, tier, contract, multiplier } = instrumentProfile(name);
  const trades = events.filter((event) => event.type === "trade");
  const exact = trades.filter(({ price, quantity, fee, liquidity }) => {
    const rate =
      (liquidity === "maker" ? tiers[tier]?.makerE6 : tiers[tier]?.takerE6) ?? Number.NaN;
    const worth = (quantity.mantissa / 10 ** quantity.decimals) * multiplier.mantissa;
    const at = price.mantissa / 10 ** price.decimals;
    const notional = contract === "inverse" ? worth / at : worth * at;
    const expected = (notional * rate) / 1e6;
    return (
      Math.abs(fee.mantissa / 10 ** fee.decimals - expected) <= 1e-12 + 1e-12 * Math.abs(expected)
    );
  });
  return exact.length / trades.length;
}
