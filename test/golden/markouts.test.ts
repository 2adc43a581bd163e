/**
 * Goal: markouts on recorded markets are those that others computed, trade by trade.
 * Method: up to 1,000 prints of each of five recorded markets become our trades, as the maker on the other side of the
 * aggressor; quotes become references; everything goes through the pipeline. The reference figures divide by the
 * trade's price, ours by the pre-trade mid: they are compared after × price / mid, at the 6 decimals they were
 * written with. Their `0ms` takes the quote of the same instant; ours is the mid strictly before, their `mid_before`.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../lib/core/api/config.ts";
import type { TradeRow } from "../../lib/core/rollup/row.ts";
import { type Folded, folded, type Line } from "../fold.ts";
import { sharedPath, sharedPresent, warnSharedAbsent } from "../shared-data.ts";

const MARKETS = [
  { file: "binance_20240808__usdm_BTCUSDT", rows: 1000 },
  { file: "binance_20240808__usdm_ETHUSDT", rows: 1000 },
  { file: "hyperliquid_btc_sessions_202509__BTC", rows: 986 },
  { file: "hyperliquid_eth_20251210__ETH", rows: 995 },
  { file: "lobster_20120621__AMZN", rows: 1000 },
] as const;
/** Ours, and the column of theirs. */
const HORIZONS = [
  { label: "100ms", column: "100ms" },
  { label: "1s", column: "1000ms" },
  { label: "5s", column: "5000ms" },
  { label: "30s", column: "30000ms" },
  { label: "1m", column: "60000ms" },
] as const;
/** Recorders fell silent for minutes; the reference figures mind no age. */
const config = resolveConfig({
  horizons: ["0s", ...HORIZONS.map(({ label }) => label)],
  maxAge: "365d",
});
/** Half of the last decimal, and what floats lose on the way. */
const TOLERANCE = 5.1e-7;

type Row = Readonly<Record<string, string>>;

interface Horizon {
  readonly status: string;
  readonly mid: string | null;
  readonly bps: number | null;
}

interface StoredTrade {
  readonly preTradeMid: string | null;
  readonly markouts: Readonly<Record<string, Horizon>>;
}

function table(text: string): Row[] {
  const [header = "", ...lines] = text.trim().split("\n");
  const names = header.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ""]));
  });
}

function goldenRows(file: string): Row[] {
  return table(readFileSync(sharedPath("data", "golden_markouts", `${file}.csv`), "utf8"));
}

/** Quotes sorted by exchange time, stable; a trade stands after the quotes of its instant, which must not help it. */
function eventsOf(file: string, golden: readonly Row[]): Line[] {
  const [folder = "", instrument = ""] = file.split("__");
  const packed = readFileSync(sharedPath("data", "market", folder, `${instrument}.quotes.csv.gz`));
  const quotes = table(gunzipSync(packed).toString("utf8")).map((quote) => {
    const { bid_px: bid, ask_px: ask } = quote;
    return { type: "reference", time: Number(quote["ts_us"]), bid, ask };
  });
  const trades = golden.map((row, index) => ({
    type: "trade",
    time: Number(row["ts_us"]),
    tradeId: `row-${index}`,
    side: row["side"] === "B" ? "sell" : "buy",
    price: row["px"],
    // Small ones stand there with an exponent.
    quantity: Number(row["qty"]).toFixed(8),
    liquidity: "maker",
    fee: "0",
  }));
  const events = [...quotes, ...trades].sort((a, b) => a.time - b.time);
  return events.map((event, index) => ({ ...event, instrument: "X", sequence: index + 1 }));
}

async function tradeRows({ store }: Folded): Promise<ReadonlyMap<string, StoredTrade>> {
  const range = { account: "main", instrument: "X", from: 0, to: 2 ** 52, limit: 2000 };
  const { rows } = await store.metrics.readTrades(range);
  return new Map(rows.map((row: TradeRow) => [row.tradeId, JSON.parse(row.value)]));
}

interface Comparison {
  readonly compared: Record<string, number>;
  readonly differing: string[];
}

function compare(golden: readonly Row[], ours: ReadonlyMap<string, StoredTrade>): Comparison {
  const compared: Record<string, number> = {};
  const differing: string[] = [];
  golden.forEach((row, index) => {
    const trade = ours.get(`row-${index}`);
    const before = Number(row["mid_before"]);
    const price = Number(row["px"]);
    const side = row["side"] === "B" ? -1 : 1;
    const check = (label: string, theirMid: number, theirs: number) => {
      const mine = trade?.markouts[label];
      compared[label] = (compared[label] ?? 0) + 1;
      const rescaled = theirs * (price / before);
      const off = Math.abs((mine?.bps ?? Number.NaN) - rescaled);
      const offMid = Math.abs(Number(mine?.mid ?? Number.NaN) - theirMid);
      if (off <= TOLERANCE && offMid <= 1e-9 * theirMid && mine?.status === "ok") return;
      differing.push(`row ${index} ${label}: ${JSON.stringify(mine)}, not ${theirMid} ${theirs}`);
    };
    if (row["mid_before"] === "") return;
    check("0s", before, ((side * (before - price)) / price) * 1e4);
    for (const { label, column } of HORIZONS) {
      const theirs = row[`maker_markout_${column}_bps`] ?? "";
      if (theirs !== "") check(label, Number(row[`mid_${column}`]), Number(theirs));
    }
  });
  return { compared, differing };
}

if (!sharedPresent) warnSharedAbsent("the markouts of recorded markets");

describe.runIf(sharedPresent)("markouts of recorded prints", () => {
  it.each(MARKETS)("are those of $file, $rows rows", async ({ file, rows }) => {
    const golden = goldenRows(file);
    expect(golden.length).toBe(rows);
    const { compared, differing } = await folded(
      eventsOf(file, golden),
      async (fold) => compare(golden, await tradeRows(fold)),
      { config },
    );
    console.info(`${file}: compared ${JSON.stringify(compared)}`);
    expect(differing).toEqual([]);
    for (const { label } of [{ label: "0s" }, ...HORIZONS]) {
      expect(compared[label] ?? 0).toBeGreaterThan(rows / 2);
    }
  });
});
