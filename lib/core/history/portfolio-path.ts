/**
 * The path of a portfolio: net PnL and gross exposure of several instruments at instants that they share. What needs no
 * conversion is summed at once; the others stay apart, because what they had earned is worth another amount at each
 * instant, and how much that was depends on where a window begins.
 */
import { instrumentKey } from "../events/event.ts";
import { type ExactDecimal, pow10 } from "../ledger/exact.ts";
import { netToExact, priceToExact, type Scale } from "../ledger/scale.ts";
import type { CorePart } from "../rollup/core-part.ts";
import {
  conversionRate,
  exposureOf,
  type PortfolioPath,
  type Reporting,
} from "./portfolio-figures.ts";

/** An instrument as its portfolio sees it; `scale` is that of its parts. */
export interface Member {
  readonly account: string;
  readonly instrument: string;
  readonly currency: string;
  readonly scale: Scale;
}

/** What is held and what it is worth: lots and half-ticks. */
export type Level = Pick<CorePart, "position" | "mid">;

/** One bucket of one member. */
export interface PathPiece {
  readonly bucket: number;
  readonly part: Level & Pick<CorePart, "path">;
}

/** Values of one unit each: 10^-decimals. */
interface Column {
  readonly units: readonly bigint[];
  readonly decimals: number;
}

/** Members that are converted together; a value a sample. */
interface Group {
  /** What each sample adds to the net PnL, in settlement currency. */
  readonly net: Column;
  readonly exposure: Column;
  /** Undefined: none is needed. An element is undefined where no mid was known. */
  readonly rates: readonly (ExactDecimal | undefined)[] | undefined;
}

/** Consecutive samples. Stretches of the same members can be joined. */
export interface Stretch {
  readonly times: readonly number[];
  readonly groups: readonly Group[];
  /** Of each member, after the last sample. */
  readonly levels: readonly Level[];
}

/** What a stretch is made from: by member, its pieces in order of time and the level before them. */
export interface StretchInput {
  readonly times: readonly number[];
  readonly levels: readonly Level[];
  readonly pieces: readonly (readonly PathPiece[])[];
}

/** Samples at `times`, each from the pieces that begin before it. */
export function stretchOf(
  members: readonly Member[],
  reporting: Reporting,
  { times, levels, pieces }: StretchInput,
): Stretch {
  const walked = members.map((member, index) => {
    const start = levels[index] ?? { position: 0, mid: 0 };
    return walk(member, times, { start, pieces: pieces[index] ?? [] });
  });
  const isPlain = ({ currency }: Member) =>
    conversionRate(currency, reporting, () => undefined) !== undefined;
  const plain = walked.filter(({ member }) => isPlain(member));
  const others = walked.filter(({ member }) => !isPlain(member));
  const midsOf = new Map(
    walked.map(({ member, mids }) => [instrumentKey(member.account, member.instrument), mids]),
  );
  return {
    times,
    groups: [
      groupOf(plain, times.length, undefined),
      ...others.map((one) => {
        const rates = times.map((_, index) =>
          conversionRate(one.member.currency, reporting, (key) => midsOf.get(key)?.[index]),
        );
        return groupOf([one], times.length, rates);
      }),
    ],
    levels: walked.map(({ end }) => end),
  };
}

interface Walked {
  readonly member: Member;
  readonly net: readonly ExactDecimal[];
  readonly exposure: readonly ExactDecimal[];
  readonly mids: readonly (ExactDecimal | undefined)[];
  readonly end: Level;
}

function walk(
  member: Member,
  times: readonly number[],
  { start, pieces }: { readonly start: Level; readonly pieces: readonly PathPiece[] },
): Walked {
  const { scale } = member;
  const net: ExactDecimal[] = [];
  const exposure: ExactDecimal[] = [];
  const mids: (ExactDecimal | undefined)[] = [];
  let level = start;
  let [held, mid] = worthOf(member, level);
  let next = 0;
  for (const time of times) {
    const before = level;
    let earned = 0n;
    for (; next < pieces.length; next += 1) {
      const piece = pieces[next];
      if (piece === undefined || piece.bucket >= time) break;
      earned += piece.part.path.total;
      level = piece.part;
    }
    if (level !== before) [held, mid] = worthOf(member, level);
    net.push(netToExact(scale, earned));
    exposure.push(held);
    mids.push(mid);
  }
  const { position, mid: last } = level;
  return { member, net, exposure, mids, end: { position, mid: last } };
}

function worthOf(
  member: Member,
  { position, mid }: Level,
): [ExactDecimal, ExactDecimal | undefined] {
  const price = mid > 0 ? priceToExact(member.scale, mid) : undefined;
  return [exposureOf(member, position, mid), price];
}

function groupOf(walked: readonly Walked[], samples: number, rates: Group["rates"]): Group {
  const net = columnOf(
    walked.map((one) => one.net),
    samples,
  );
  return {
    net,
    exposure: columnOf(
      walked.map((one) => one.exposure),
      samples,
    ),
    rates,
  };
}

/** The sum of lists, sample by sample. */
function columnOf(lists: readonly (readonly ExactDecimal[])[], samples: number): Column {
  let decimals = 0;
  for (const list of lists) for (const one of list) decimals = Math.max(decimals, one.decimals);
  const units = new Array<bigint>(samples).fill(0n);
  for (const list of lists) {
    for (const [index, one] of list.entries()) {
      if (one.units === 0n) continue;
      units[index] = (units[index] ?? 0n) + one.units * pow10(decimals - one.decimals);
    }
  }
  return { units, decimals };
}

interface Decimals {
  readonly net: number;
  readonly exposure: number;
  readonly rate: number;
}

/**
 * One path of stretches that follow each other; net PnL counts from the start of the first.
 *
 * @returns undefined where something that was earned or held has no rate: a sum is whole or absent
 */
export function joinStretches(stretches: readonly Stretch[]): PortfolioPath | undefined {
  const decimals = finestOf(stretches);
  const path = { times: [] as number[], net: [] as bigint[], exposure: [] as bigint[] };
  const earned: bigint[] = [];
  for (const stretch of stretches) {
    const sums = stretch.times.map(() => ({ net: 0n, exposure: 0n }));
    for (const [index, group] of stretch.groups.entries()) {
      const total = addGroup(sums, group, { before: earned[index] ?? 0n, decimals });
      if (total === undefined) return undefined;
      earned[index] = total;
    }
    for (const time of stretch.times) path.times.push(time);
    for (const { net, exposure } of sums) {
      path.net.push(net);
      path.exposure.push(exposure);
    }
  }
  return {
    ...path,
    netDecimals: decimals.net + decimals.rate,
    exposureDecimals: decimals.exposure + decimals.rate,
  };
}

function finestOf(stretches: readonly Stretch[]): Decimals {
  let [net, exposure, rate] = [0, 0, 0];
  for (const { groups } of stretches) {
    for (const group of groups) {
      net = Math.max(net, group.net.decimals);
      exposure = Math.max(exposure, group.exposure.decimals);
      for (const known of group.rates ?? []) rate = Math.max(rate, known?.decimals ?? 0);
    }
  }
  return { net, exposure, rate };
}

/**
 * Adds a group's converted values to the sums of its samples.
 *
 * @returns what it has earned by the last sample, unconverted; undefined without a rate for something
 */
function addGroup(
  sums: { net: bigint; exposure: bigint }[],
  { net, exposure, rates }: Group,
  { before, decimals }: { readonly before: bigint; readonly decimals: Decimals },
): bigint | undefined {
  const netFactor = pow10(decimals.net - net.decimals);
  const exposureFactor = pow10(decimals.exposure - exposure.decimals);
  const one = { units: 1n, decimals: 0 };
  let total = before;
  for (const [at, sum] of sums.entries()) {
    total += (net.units[at] ?? 0n) * netFactor;
    const held = exposure.units[at] ?? 0n;
    if (total === 0n && held === 0n) continue;
    const rate = rates === undefined ? one : rates[at];
    if (rate === undefined) return undefined;
    const factor = rate.units * pow10(decimals.rate - rate.decimals);
    sum.net += total * factor;
    sum.exposure += held * exposureFactor * factor;
  }
  return total;
}
