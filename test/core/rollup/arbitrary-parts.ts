/** Rollup parts as the fold could have made them, for the laws of merging. */
import fc from "fast-check";
import { DISTANCE_SLOTS } from "../../../lib/core/metrics/quoting.ts";
import { type CorePart, emptyCore, emptyHits } from "../../../lib/core/rollup/core-part.ts";
import {
  addMarkout,
  emptyMarkoutPart,
  type MarkoutPart,
} from "../../../lib/core/rollup/markout-part.ts";
import { EMPTY_PATH, mergePaths, stepPath } from "../../../lib/core/rollup/pnl-path.ts";

const START = 1_758_300_000_000_000;
const big = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
const count = fc.nat({ max: 9 });
const slots = fc.array(count, { minLength: DISTANCE_SLOTS, maxLength: DISTANCE_SLOTS });

const hits = fc.tuple(count, count, big, big).map(([closed, filled, quoted, money]) => ({
  ...emptyHits(),
  closed,
  filled,
  quotedLots: quoted,
  filledMoney: money,
}));

/** What one bucket adds and where it ends; its span is set when it takes its place. */
const content = fc.record({
  applied: count,
  trades: count,
  late: count,
  gross: big,
  spread: big,
  inventory: big,
  realized: big,
  fees: big,
  notional: big,
  absoluteTime: fc.bigInt({ min: 0n, max: 10n ** 20n }),
  maximumLots: fc.nat({ max: 10_000 }),
  position: fc.integer({ min: -5000, max: 5000 }),
  cost: big,
  mid: fc.nat({ max: 1_000_000 }),
  openChains: count,
  chain: hits,
  version: hits,
  fills: slots,
  risk: slots,
  live: slots,
  feesUnconverted: fc.dictionary(fc.constantFrom("BNB", "OKB"), big, { maxKeys: 2 }),
  realizedVariance: fc.double({ min: 0, max: 1e-4, noNaN: true }),
});

const steps = fc.array(fc.tuple(fc.bigInt({ min: -9n, max: 9n }), fc.nat({ max: 900 })), {
  maxLength: 6,
});

/** Parts of adjoining spans, with silence between them, and now and then one of late flows, which has no span. */
export const coreParts: fc.Arbitrary<CorePart[]> = fc
  .array(fc.tuple(content, fc.nat({ max: 3000 }), fc.nat({ max: 3000 }), steps), { maxLength: 6 })
  .map((all) => {
    let time = START;
    return all.map(([fields, gap, length, moves], index): CorePart => {
      const part = Object.assign(emptyCore(), fields);
      const from = time + gap;
      part.path = moves.reduce((path, [delta, at]) => {
        return delta === 0n ? path : mergePaths(path, stepPath(delta, from + at));
      }, EMPTY_PATH);
      if (index % 4 === 3) return withoutLevels(part);
      time = from + length;
      return Object.assign(part, { from, to: time, midTime: from });
    });
  });

function withoutLevels(part: CorePart): CorePart {
  const { position, cost, mid, midTime, live, openChains, risk, from, to } = emptyCore();
  return Object.assign(part, { position, cost, mid, midTime, live, openChains, risk, from, to });
}

const bps = fc.double({ min: -50, max: 50, noNaN: true });

export const markoutPart: fc.Arbitrary<MarkoutPart> = fc
  .record({
    sums: fc.tuple(big, big, big, big, big),
    counts: fc.tuple(count, count, count, count),
    samples: fc.array(fc.tuple(bps, bps, fc.double({ min: 0.01, max: 1e6, noNaN: true })), {
      maxLength: 8,
    }),
  })
  .map(({ sums, counts, samples }) => {
    const part = emptyMarkoutPart();
    [part.adverse, part.pendingLots, part.pendingMoney, part.lostLots, part.lostMoney] = sums;
    const { maker, taker } = part;
    [maker.pending, maker.stale, taker.missing, taker.invalid] = counts;
    samples.forEach(([gross, net, weight], index) => {
      addMarkout(index % 2 === 0 ? maker : taker, gross, index % 3 === 0 ? undefined : net, weight);
    });
    return part;
  });
