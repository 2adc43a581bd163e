/** Statistics of several markets and seeds against their bands. */
import { median, sorted } from "../../lib/core/stats/quantile.ts";
import { CROSS_FACTS } from "./cross-facts.ts";
import { MARKET_FACTS, type Statistic } from "./market-facts.ts";
import type { MarketSample } from "./sample.ts";

/** What one statistic came to. */
export interface Verdict {
  readonly fact: number;
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** One per seed: the median over its markets. */
  readonly perSeed: readonly number[];
  /** One per seed: the least and the most of its markets. */
  readonly ranges: readonly (readonly [number, number])[];
  /** How many single markets were measured, and how many of them lie in the band. */
  readonly markets: number;
  readonly inside: number;
}

const ONE_TICK: readonly string[] = ["BTC-PERP", "ETH-PERP", "BTC-INV"];
const WIDE: readonly string[] = ["XRP-PERP", "DOGE-PERP", "LINK-PERP", "ETH-SPOT"];

function isAbout({ about }: Statistic, name: string): boolean {
  if (about === undefined) return true;
  return (about === "one-tick" ? ONE_TICK : WIDE).includes(name);
}

/** @param bySeed the markets of each world, the leader first */
export function judge(bySeed: readonly (readonly MarketSample[])[]): readonly Verdict[] {
  const single = MARKET_FACTS.map((fact) =>
    verdictOf(
      fact,
      bySeed.map((samples) =>
        samples.filter(({ name }) => isAbout(fact, name)).map((sample) => fact.measure(sample)),
      ),
    ),
  );
  const cross = CROSS_FACTS.map((fact) =>
    verdictOf(
      fact,
      bySeed.map(([leader, ...others]) =>
        leader === undefined ? [] : others.map((other) => fact.measure(leader, other)),
      ),
    ),
  );
  return [...single, ...cross].sort((a, b) => a.fact - b.fact);
}

/** @param values by seed, then by market */
export function verdictOf(
  { fact, name, low, high }: Pick<Statistic, "fact" | "name" | "low" | "high">,
  values: readonly (readonly (number | undefined)[])[],
): Verdict {
  const known = values.map((own) => own.filter((each) => each !== undefined));
  const all = known.flat();
  return {
    fact,
    name,
    low,
    high,
    perSeed: known.map((own) => median(sorted(own)) ?? Number.NaN),
    ranges: known.map((own) => [Math.min(...own), Math.max(...own)]),
    markets: all.length,
    inside: all.filter((value) => value >= low && value <= high).length,
  };
}

/** Every seed's median lies in the band. */
export function holds({ perSeed, low, high }: Verdict): boolean {
  return perSeed.length > 0 && perSeed.every((value) => value >= low && value <= high);
}
