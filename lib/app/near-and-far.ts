/**
 * Two metric stores as one: `near` answers at once and keeps fine rollups for a while, `far` keeps them longer and is
 * dear or slow to ask. Both are written; what a page or an alarm looks at every minute is read from `near` alone.
 */
import type { Retention } from "../core/rollup/ladder.ts";
import type { Resolution, RollupRow } from "../core/rollup/row.ts";
import type { Clock } from "../ports/clock.ts";
import type {
  MetricStore,
  MetricWriter,
  RefusedRow,
  RollupRange,
  UpsertOutcome,
} from "../ports/metric-store.ts";

export interface NearAndFar {
  /** Keeps every trade, and rollups whose bucket starts less than `nearKept` ago. */
  readonly near: MetricStore;
  readonly far: MetricStore;
  readonly clock: Clock;
  /** In µs; infinite where rollups of the resolution are never deleted. */
  readonly nearKept: Retention;
}

export interface NearAndFarWriters {
  readonly near: MetricWriter;
  /** Trades are looked up in `near`, which keeps every one. */
  readonly far: Omit<MetricWriter, "findTrade">;
}

/**
 * Writes to both. A row counts as stored when both have it: a call that one of them failed is sent again, and versions
 * make the repetition harmless to the other.
 */
export function nearAndFarWriter({ near, far }: NearAndFarWriters): MetricWriter {
  return {
    async upsertBatch(batch) {
      const [ofNear, ofFar] = await Promise.all([near.upsertBatch(batch), far.upsertBatch(batch)]);
      return {
        rollups: ofBoth(ofNear.rollups, ofFar.rollups),
        trades: ofBoth(ofNear.trades, ofFar.trades),
      };
    },
    findTrade: (account, instrument, tradeId) => near.findTrade(account, instrument, tradeId),
    async deleteRollupsBefore(key, before) {
      const counts = [near, far].map((store) => store.deleteRollupsBefore(key, before));
      return Math.max(...(await Promise.all(counts)));
    },
  };
}

/** Written as by `nearAndFarWriter`, each range read from one of the two. */
export function nearAndFar({ near, far, clock, nearKept }: NearAndFar): MetricStore {
  const writer = nearAndFarWriter({ near, far });
  const nearFrom = (resolution: Resolution) => clock.now() - nearKept[resolution];
  const isNear = ({ resolution, from }: RollupRange) => from >= nearFrom(resolution);

  return {
    ...writer,
    upsertRollups: async (rows) =>
      (await writer.upsertBatch({ rollups: rows, trades: [] })).rollups,
    upsertTrades: async (rows) => (await writer.upsertBatch({ rollups: [], trades: rows })).trades,
    readRollups: (range) => (isNear(range) ? near : far).readRollups(range),
    readRollupRanges: (ranges) =>
      split(ranges, isNear, {
        near: (asked) => near.readRollupRanges(asked),
        far: (asked) => far.readRollupRanges(asked),
      }),
    lastRollupBefore: async (of, before) => (await lastRollupsBefore([{ of, before }]))[0],
    lastRollupsBefore,
    readTrades: (range) => near.readTrades(range),
  };

  /** Where `near` has one that it would not have forgotten, it has the newest. */
  async function lastRollupsBefore(
    asked: Parameters<MetricStore["lastRollupsBefore"]>[0],
  ): Promise<readonly (RollupRow | undefined)[]> {
    const limits = asked.map(({ of }) => nearFrom(of.resolution));
    const mayBeNear = asked.filter(({ before }, at) => before > (limits[at] ?? 0));
    const found = new Map(
      (await near.lastRollupsBefore(mayBeNear)).map((row, at) => [mayBeNear[at], row]),
    );
    const isKnown = (each: (typeof asked)[number]) => {
      const row = found.get(each);
      return row !== undefined && row.bucket >= nearFrom(each.of.resolution);
    };
    return split(asked, isKnown, {
      near: async (known) => known.map((each) => found.get(each)),
      far: (unknown) => far.lastRollupsBefore(unknown),
    });
  }
}

/** A row that either refused, or found at odds, is told once; one that either wrote is written. */
function ofBoth(near: UpsertOutcome, far: UpsertOutcome): UpsertOutcome {
  const conflicting = [...new Set([...near.conflicting, ...far.conflicting])];
  const refused = new Map<string, RefusedRow>();
  for (const each of [...(near.refused ?? []), ...(far.refused ?? [])]) refused.set(each.row, each);
  const rows = near.written + near.stale + near.conflicting.length + (near.refused?.length ?? 0);
  const written = Math.min(Math.max(near.written, far.written), rows - conflicting.length);
  return {
    written,
    stale: Math.max(0, rows - written - conflicting.length - refused.size),
    conflicting,
    ...(refused.size === 0 ? {} : { refused: [...refused.values()] }),
  };
}

interface Shares<Question, Answer> {
  near(asked: readonly Question[]): Promise<readonly Answer[]>;
  far(asked: readonly Question[]): Promise<readonly Answer[]>;
}

/** Asks each store its share at the same time, neither without need, and answers in the order asked. */
async function split<Question, Answer>(
  asked: readonly Question[],
  isNear: (question: Question) => boolean,
  shares: Shares<Question, Answer>,
): Promise<readonly Answer[]> {
  const ofNear = new Set(asked.filter(isNear));
  const answers = new Map<Question, Answer>();
  const take = async (share: readonly Question[], ask: typeof shares.near) => {
    if (share.length === 0) return;
    for (const [at, answer] of (await ask(share)).entries())
      answers.set(share[at] as Question, answer);
  };
  await Promise.all([
    take([...ofNear], shares.near),
    take(
      asked.filter((question) => !ofNear.has(question)),
      shares.far,
    ),
  ]);
  return asked.map((question) => answers.get(question) as Answer);
}
