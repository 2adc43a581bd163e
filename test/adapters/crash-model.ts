/** What the killed process writes, so that the test can tell it from anything else. */
import type { EpochUs } from "../../lib/core/units.ts";
import type { RowBatch } from "../../lib/ports/metric-store.ts";
import type { ArrivedLine } from "../../lib/ports/raw-archive.ts";

export const KEY = { account: "main", instrument: "BTC-PERP" };
/** Buckets that every commit writes again. */
export const HOT_BUCKETS = 5;

export function archivedLine(position: number): ArrivedLine {
  const isRefused = position % 5 === 0;
  return {
    receivedTime: (position * 1_000_000) as EpochUs,
    verdict: isRefused ? "refused" : "accepted",
    reason: isRefused ? `reason ${position}` : undefined,
    line: `{"sequence":${position},"text":"${"é🚀x".repeat(position % 40)}"}`,
  };
}

/** Some rows again, at a higher version, and one new one. */
export function rowsOf(gen: number): RowBatch {
  const row = (bucket: number) => ({
    ...KEY,
    resolution: "5s" as const,
    bucket: bucket as EpochUs,
    part: "core",
    version: gen,
    value: JSON.stringify({ bucket, gen, filler: "x".repeat(400) }),
  });
  const hot = Array.from({ length: HOT_BUCKETS }, (_, bucket) => row(bucket));
  const trade = {
    ...KEY,
    time: gen as EpochUs,
    sequence: gen,
    tradeId: `T${gen}`,
    version: gen,
    value: `{"gen":${gen}}`,
  };
  return { rollups: [...hot, row(HOT_BUCKETS + gen)], trades: [trade] };
}
