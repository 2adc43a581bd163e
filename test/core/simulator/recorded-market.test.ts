import { describe, expect, it } from "vitest";
import {
  type RawBook,
  type RawPrint,
  type RecordedInstrument,
  recordMarket,
} from "../../../lib/core/simulator/recorded-market.ts";

const PERP: RecordedInstrument = { name: "X", base: "X", quote: "USD", kind: "perp" };

function book(time: string, bid: string, ask: string, received = ""): RawBook {
  return { time, received, bid, bidQuantity: "2", ask, askQuantity: "3.5" };
}

function print(time: string, price: string, side = "B", more: Partial<RawPrint> = {}): RawPrint {
  return { time, received: "", price, quantity: "0.25", side, id: "", ...more };
}

describe("recordMarket", () => {
  it("infers tick and lot from the finest decimals, and a print may be finer than the tick", () => {
    const books = [book("10", "100.0", "100.5"), book("20", "100.1", "100.40")];
    const market = recordMarket(PERP, books, [print("15", "100.25")]);
    expect(market.contract.tick).toEqual({ mantissa: 1, decimals: 1 });
    expect(market.contract.lot).toEqual({ mantissa: 1, decimals: 2 });
    expect(market.books[1]).toEqual({ time: 20, bid: 1001, ask: 1004, bidLots: 200, askLots: 350 });
    expect(market.prints[0]).toEqual({ time: 15, price: 1002.5, lots: 25, aggressor: 1 });
  });

  it("puts rows in order of time, those of one instant as they came, and counts the steps back", () => {
    const books = [book("30", "3", "4"), book("10", "1", "2"), book("10", "1", "3")];
    const prints = [print("12", "1", "B", { id: "a" }), print("11", "2", "B", { id: "b" })];
    const { books: sorted, prints: told, counts } = recordMarket(PERP, books, prints);
    expect(sorted.map(({ time, ask }) => [time, ask])).toEqual([
      [10, 2],
      [10, 3],
      [30, 4],
    ]);
    expect(told.map(({ time }) => time)).toEqual([11, 12]);
    expect(counts).toMatchObject({ unorderedBooks: 1, unorderedPrints: 1 });
  });

  it("drops a print whose id was there before, but not equal prints without ids", () => {
    const same = print("11", "1", "B", { id: "7" });
    const withIds = recordMarket(PERP, [book("10", "1", "2")], [same, same]);
    expect(withIds.prints.length).toBe(1);
    expect(withIds.counts.duplicatePrints).toBe(1);
    const bare = print("11", "1");
    const without = recordMarket(PERP, [book("10", "1", "2")], [bare, bare]);
    expect(without.prints.length).toBe(2);
  });

  it("puts books without an exchange time on the prints' clock, by the median shift", () => {
    const prints = [
      print("1100", "1", "B", { received: "100" }),
      print("2100", "1", "B", { received: "1000" }),
      print("3100", "1", "B", { received: "2100" }),
    ];
    const { books, counts } = recordMarket(PERP, [book("", "1", "2", "500")], prints);
    expect(books[0]?.time).toBe(1_500);
    expect(counts).toMatchObject({ booksOnReceiptClock: 1, clockShiftUs: 1_000 });
  });

  it("takes no shift from the history that a feed tells when it is joined", () => {
    const history = Array.from({ length: 6 }, (_, i) =>
      print(String(1_000_000_000 + i * 20_000_000), "1", "B", { received: "1200000000" }),
    );
    const live = Array.from({ length: 4 }, (_, i) => {
      const time = 1_201_000_000 + i * 1_000_000;
      return print(String(time), "1", "B", { received: String(time + 100_000 + i) });
    });
    const rows = [book("", "1", "2", "1200500000")];
    const { books, counts } = recordMarket(PERP, rows, [...history, ...live]);
    expect(counts.clockShiftUs).toBe(-100_001);
    expect(books[0]?.time).toBe(1_200_399_999);
  });

  it.each([
    { books: ["10", "20"], prints: ["10000021", "10000022"], when: "ten seconds too early" },
    { books: ["10000022", "10000023"], prints: ["20", "21"], when: "ten seconds too late" },
  ])("refuses books that are $when for every print", ({ books, prints }) => {
    const told = books.map((time) => book(time, "1", "2"));
    const apart = prints.map((time) => print(time, "1"));
    const touching = [...apart, print("10000020", "1")];
    expect(() => recordMarket(PERP, told, apart)).toThrow(/of one time, in microseconds, were/);
    expect(recordMarket(PERP, told, touching).prints.length).toBe(3);
  });

  it("drops a book with a text that is no decimal, and counts it: blank alone is missing", () => {
    const noisy = [
      book("10", "0.30000000000000004", "0.4"),
      { ...book("20", "0.3", "0.4"), bidQuantity: "2924000000.12345678" },
      { ...book("30", "0.3", "0.4"), bidQuantity: "" },
    ];
    const market = recordMarket(PERP, noisy, [print("15", "0.3")]);
    expect(market.books.map(({ time }) => time)).toEqual([30]);
    expect(market.counts).toMatchObject({ books: 3, unreadable: 2, invalidBooks: 0 });
  });

  it("passes locked, crossed and one-sided books on and counts them", () => {
    const books = [
      book("1", "10", "10"),
      book("2", "11", "10"),
      { ...book("3", "10", ""), askQuantity: "" },
      book("4", "9", "10"),
    ];
    const market = recordMarket(PERP, books, [print("5", "9")]);
    expect(market.counts.invalidBooks).toBe(3);
    expect(market.books[2]).toMatchObject({ bid: 10, ask: 0, askLots: 0 });
  });

  it("counts the silences in which nothing can be quoted", () => {
    const times = [0, 9, 19, 29.5, 60, 61];
    const books = times.map((seconds) => book(String(seconds * 1e6 + 1), "9", "10"));
    expect(recordMarket(PERP, books, [print("5", "9")]).counts.silences).toBe(2);
  });

  it("classifies prints without a side by the book before them, then by the last change", () => {
    const books = [book("10", "100", "102"), book("20", "90", "92")];
    const prints = [
      print("15", "102", ""),
      print("16", "101", ""),
      print("17", "100", ""),
      print("18", "101", ""),
      print("20", "100", ""),
    ];
    const { prints: told, counts } = recordMarket(PERP, books, prints);
    expect(told.map(({ aggressor }) => aggressor)).toEqual([1, -1, -1, 1, -1]);
    expect(counts).toMatchObject({ classifiedPrints: 5, unknownSides: 0 });
  });

  it("leaves a side unknown where neither book nor price tells it", () => {
    const market = recordMarket(PERP, [book("10", "1", "2")], [print("5", "1", "")]);
    expect(market.prints[0]?.aggressor).toBe(0);
    expect(market.counts.unknownSides).toBe(1);
  });

  it("does not believe a side that is always the same", () => {
    const prints = Array.from({ length: 150 }, (_, i) => print(String(20 + i), "102", "S"));
    const { prints: told, counts } = recordMarket(PERP, [book("10", "100", "102")], prints);
    expect(told.every(({ aggressor }) => aggressor === 1)).toBe(true);
    expect(counts.classifiedPrints).toBe(150);
  });

  it("drops rows it cannot read, counts them, and refuses a recording of nothing else", () => {
    const prints = [print("x", "1"), print("5", "-1"), print("5", "abc"), print("6", "1")];
    expect(recordMarket(PERP, [book("1", "1", "2")], prints).counts.unreadable).toBe(3);
    expect(() => recordMarket(PERP, [], prints)).toThrow(/microseconds, were 0 of 0 and 1 of 4/);
  });

  it("drops a book with a price or quantity below 0, and keeps one whose side is 0: it is not there", () => {
    const books = [
      book("1", "1", "2"),
      book("2", "-1", "2"),
      { ...book("3", "1", "2"), askQuantity: "-5" },
      book("4", "1", "0"),
    ];
    const { books: kept, counts } = recordMarket(PERP, books, [print("6", "1")]);
    expect(kept.map(({ time }) => time)).toEqual([1, 4]);
    expect(counts).toMatchObject({ books: 4, unreadable: 2, invalidBooks: 1 });
  });
});
