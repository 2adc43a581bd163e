import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MarketFileError, readMarket } from "../../../lib/adapters/market/read-market.ts";
import { quoteInto } from "../../../lib/core/simulator/recorded-maker.ts";
import { byInstrument, hash, ofType, parsed } from "../../core/simulator/run.ts";
import { sharedPath, sharedPresent, warnSharedAbsent } from "../../shared-data.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "market-"));
  const quotes = "ts_us,bid_px,bid_qty,ask_px,ask_qty\n10,1.5,1e-05,1.6,2\n20,1.5,3,,\n";
  const trades = "ts_us,px,qty,side,trade_id\n15,1.6,0.5,B,1\n15,1.6,0.5,B,1\n";
  await writeFile(join(folder, "usdm_ABCUSDT.quotes.csv"), quotes);
  await writeFile(join(folder, "usdm_ABCUSDT.trades.csv.gz"), gzipSync(trades));
  await writeFile(join(folder, "LONE.quotes.csv"), quotes);
  await writeFile(join(folder, "MARKED.quotes.csv"), `\uFEFF${quotes}`);
  await writeFile(join(folder, "MARKED.trades.csv"), trades);
  await writeFile(join(folder, "PLAIN.quotes.csv.gz"), quotes);
  await writeFile(join(folder, "PLAIN.trades.csv"), trades);
  await writeFile(join(folder, "odd.quotes.csv"), "time,price\n1,2\n");
  await writeFile(join(folder, "odd.trades.csv"), trades);
});

afterAll(() => rm(folder, { recursive: true }));

describe("readMarket", () => {
  it.each(["usdm_ABCUSDT.quotes.csv", "usdm_ABCUSDT.trades.csv.gz", "usdm_ABCUSDT"])(
    "finds both files from %s, gzipped or not",
    async (name) => {
      const { contract, books, prints, counts } = await readMarket(join(folder, name));
      expect(contract).toMatchObject({ name: "ABCUSDT", base: "ABC", quote: "USDT", kind: "perp" });
      expect(books.map(({ bid, ask }) => [bid, ask])).toEqual([
        [15, 16],
        [15, 0],
      ]);
      expect(books[0]?.bidLots).toBe(1);
      expect(prints.length).toBe(1);
      expect(counts.duplicatePrints).toBe(1);
    },
  );

  it("says which file it looked for, and which column it missed", async () => {
    await expect(readMarket(join(folder, "LONE"))).rejects.toThrow(MarketFileError);
    await expect(readMarket(join(folder, "LONE"))).rejects.toThrow(/LONE\.trades\.csv/);
    await expect(readMarket(join(folder, "odd"))).rejects.toThrow(/bid_px.*time, price/);
  });

  it("knows the first column behind a byte order mark", async () => {
    const { books } = await readMarket(join(folder, "MARKED"));
    expect(books.map(({ time }) => time)).toEqual([10, 20]);
  });

  it("says that a file is not what its name says", async () => {
    const refused = readMarket(join(folder, "PLAIN"));
    await expect(refused).rejects.toThrow(MarketFileError);
    await expect(refused).rejects.toThrow(/PLAIN\.quotes\.csv\.gz: expected a gzip file/);
  });

  const columns = "ts_us,bid_px,ask_px\n";
  const zipped = gzipSync(`${columns}${"10,1.5,1.6\n".repeat(50)}`);
  it.each([
    {
      name: "cut off",
      file: "CUT.quotes.csv.gz",
      bytes: zipped.subarray(0, zipped.length / 2),
      says: /CUT\.quotes\.csv\.gz: expected a gzip file, ends in the middle/,
    },
    {
      name: "no gzip",
      file: "TEXT.quotes.csv.gz",
      bytes: Buffer.from(columns),
      says: /TEXT\.quotes\.csv\.gz: expected a gzip file, is damaged or none/,
    },
    {
      name: "empty",
      file: "VOID.quotes.csv",
      bytes: Buffer.of(),
      says: /VOID\.quotes\.csv is empty/,
    },
    {
      name: "without any time",
      file: "TIMELESS.quotes.csv",
      bytes: Buffer.from("bid_px,ask_px\n1,2\n"),
      says: /expected a column ts_us or recv_us, there are bid_px, ask_px/,
    },
  ])("refuses a file that is $name, and says how to mend it", async ({ file, bytes, says }) => {
    const prefix = file.split(".")[0] ?? "";
    await writeFile(join(folder, file), bytes);
    await writeFile(join(folder, `${prefix}.trades.csv`), "ts_us,px,qty\n15,1.6,0.5\n");
    const refusal = await readMarket(join(folder, prefix)).catch((error: unknown) => error);
    if (!(refusal instanceof MarketFileError)) throw new Error(`was ${String(refusal)}`);
    expect(refusal.message).toMatch(says);
    expect(refusal.mend.length).toBeGreaterThan(10);
  });

  it("counts rows that are shorter or longer than the header as unreadable, and passes over a byte-order mark", async () => {
    const rows = ["10,1.5,1.6", "20,1.5", "30,1.5,1.6,7", "40,1.5,1.", "50,1.5,1.7"];
    await writeFile(join(folder, "TORN.quotes.csv"), `\uFEFF${columns}${rows.join("\n")}\n`);
    await writeFile(join(folder, "TORN.trades.csv"), "ts_us,px,qty\n15,1.6,0.5\n16,1.");
    const { books, prints, counts } = await readMarket(join(folder, "TORN"));
    expect(books.map(({ time }) => time)).toEqual([10, 50]);
    expect(prints.length).toBe(1);
    expect(counts.unreadable).toBe(4);
  });
});

const RECORDINGS = [
  {
    file: "binance_20240808/usdm_ETHUSDT",
    name: "ETHUSDT",
    when: "every book and print of a perp",
  },
  { file: "binance_20240808/spot_BTCUSDT", name: "BTCUSDT", when: "books without exchange time" },
  { file: "hyperliquid_btc_sessions_202509/BTC", name: "BTC", when: "old prints told again" },
  { file: "lobster_20120621/AMZN", name: "AMZN", when: "a share with hidden prints" },
  { file: "standx_btc_20260105_07/BTC-USD_2026-01-05", name: "BTC-USD", when: "locked books" },
] as const;

if (!sharedPresent) warnSharedAbsent("quoting into recorded markets");

describe.runIf(sharedPresent)("quoteInto a recording", () => {
  it.each(RECORDINGS)("trades in $file: $when", async ({ file, name }) => {
    const market = await readMarket(sharedPath("data", "market", `${file}.quotes.csv.gz`));
    const lines = [...quoteInto(market, 42)];
    expect(hash(quoteInto(market, 42))).toBe(hash(lines));
    const events = parsed(lines);
    expect([...byInstrument(events).keys()]).toEqual([name]);
    expect(events.every(({ sequence }, i) => sequence === i + 1)).toBe(true);
    expect(events.every(({ time }, i) => time >= (events[i - 1]?.time ?? 0))).toBe(true);
    expect(ofType(events, "trade").length).toBeGreaterThan(100);
  });

  it("mends and counts what the recorders are known for", async () => {
    const read = (file: string) => readMarket(sharedPath("data", "market", file));
    const spot = await read("binance_20240808/spot_BTCUSDT");
    expect(spot.counts.booksOnReceiptClock).toBe(spot.counts.books);
    expect(spot.counts.clockShiftUs).toBeGreaterThan(1_200_000);
    const sessions = await read("hyperliquid_btc_sessions_202509/BTC");
    expect(sessions.counts).toMatchObject({ duplicatePrints: 10, unreadable: 0 });
    expect(sessions.counts.unorderedPrints).toBeGreaterThan(0);
    const locked = await read("standx_btc_20260105_07/BTC-USD_2026-01-05");
    expect(locked.counts.invalidBooks).toBeGreaterThan(0.4 * locked.counts.books);
    expect(locked.counts.classifiedPrints).toBe(locked.counts.prints);
  });
});
