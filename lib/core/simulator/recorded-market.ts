/**
 * A recorded market, made fit to quote into: rows as a recorder left them become books and prints in ticks
 * and lots, on one clock, in order, each print once and with an aggressor. Whatever had to be mended is counted.
 */
import { parseDecimal } from "../events/decimal.ts";
import type { InstrumentKind } from "../events/event.ts";
import type { Contract } from "./event-writer.ts";
import { clockShift, microseconds, type Stamped } from "./recorded-clock.ts";

/** One row of best bid and ask, as texts; an empty text is a value that the feed does not have. */
export interface RawBook extends Stamped {
  readonly bid: string;
  readonly bidQuantity: string;
  readonly ask: string;
  readonly askQuantity: string;
}

/** One row of a public trade, as texts. */
export interface RawPrint {
  readonly time: string;
  readonly received: string;
  readonly price: string;
  readonly quantity: string;
  /** `B` the aggressor bought, `S` it sold, anything else is unknown. */
  readonly side: string;
  readonly id: string;
}

/** What the recording is of. */
export interface RecordedInstrument {
  readonly name: string;
  readonly base: string;
  readonly quote: string;
  readonly kind: InstrumentKind;
}

/** The market's best bid and ask since `time`, in ticks; a side that is missing is 0, as is its quantity. */
export interface BookTop {
  readonly time: number;
  readonly bid: number;
  readonly ask: number;
  /** Undefined where the feed never tells quantities. */
  readonly bidLots: number | undefined;
  readonly askLots: number | undefined;
}

/** A public trade of the market. */
export interface MarketPrint {
  readonly time: number;
  /** In ticks of the book, which a print may be finer than. */
  readonly price: number;
  readonly lots: number;
  /** +1 the aggressor bought, −1 it sold, 0 nobody can tell. */
  readonly aggressor: number;
}

/** What was read and what had to be mended, for whoever wants to trust the result. */
export interface RecordingCounts {
  readonly books: number;
  readonly prints: number;
  /** Rows earlier than the row before them, put in order. */
  readonly unorderedBooks: number;
  readonly unorderedPrints: number;
  /** Books without an exchange time, put on the prints' clock by `clockShiftUs`. */
  readonly booksOnReceiptClock: number;
  readonly clockShiftUs: number;
  /** Prints whose id had been there before, dropped. */
  readonly duplicatePrints: number;
  /** Rows without a usable time, price or quantity, dropped. */
  readonly unreadable: number;
  /** Books that are locked, crossed or one-sided, passed on as they are. */
  readonly invalidBooks: number;
  /** Times without any book for longer than ten seconds: nothing is quoted meanwhile. */
  readonly silences: number;
  /** Prints whose side was missing or told nothing: classified by the book, or left unknown. */
  readonly classifiedPrints: number;
  readonly unknownSides: number;
}

export interface RecordedMarket {
  readonly contract: Contract;
  readonly books: readonly BookTop[];
  readonly prints: readonly MarketPrint[];
  readonly counts: RecordingCounts;
}

interface Timed {
  readonly time: number;
}

interface TextPrint extends Timed {
  readonly price: string;
  readonly quantity: string;
  readonly aggressor: number;
}

interface TextBook extends Timed {
  readonly row: RawBook;
}

/** A recording of at least this many prints, all of one side, tells nothing by it. */
const ONE_SIDED = 100;

/** @throws {RangeError} when nothing usable is left of the books or the prints, or they are of different times */
export function recordMarket(
  instrument: RecordedInstrument,
  rawBooks: readonly RawBook[],
  rawPrints: readonly RawPrint[],
): RecordedMarket {
  const clockShiftUs = clockShift(rawPrints);
  const unique = withoutRepeats(rawPrints);
  const prints = readable(unique.map(timedPrint));
  const books = readable(rawBooks.map((row) => timedBook(row, clockShiftUs)));
  if (books.length === 0 || prints.length === 0) {
    const were = `${books.length} of ${rawBooks.length} and ${prints.length} of ${rawPrints.length}`;
    throw new RangeError(
      `${instrument.name}: expected books and prints that can be read, times in integer microseconds, were ${were}`,
    );
  }
  const [bookRows, printRows] = [inOrder(books), inOrder(prints)];
  requireOneTime(instrument, bookRows, printRows);
  const tick = finest(books.flatMap(({ row }) => [row.bid, row.ask]));
  const quantities = books.flatMap(({ row }) => [row.bidQuantity, row.askQuantity]);
  const lot = finest([...quantities, ...prints.map(({ quantity }) => quantity)]);
  const sortedBooks = bookRows.map((book) => bookTop(book, tick, lot));
  const sides = assignSides(printRows, sortedBooks, tick);
  return {
    contract: contractOf(instrument, tick, lot),
    books: sortedBooks,
    prints: printRows.map((print, i) => marketPrint(print, sides.signs[i] ?? 0, tick, lot)),
    counts: {
      books: rawBooks.length,
      prints: rawPrints.length,
      unorderedBooks: backwardSteps(books),
      unorderedPrints: backwardSteps(prints),
      booksOnReceiptClock: books.filter(({ row }) => row.time === "").length,
      clockShiftUs,
      duplicatePrints: rawPrints.length - unique.length,
      unreadable: rawBooks.length - books.length + unique.length - prints.length,
      invalidBooks: sortedBooks.filter(({ bid, ask }) => bid <= 0 || ask <= bid).length,
      silences: silencesOf(sortedBooks),
      classifiedPrints: sides.classified,
      unknownSides: sides.signs.filter((sign) => sign === 0).length,
    },
  };
}

/** Without a book for this long a recorded market counts as silent, in µs. */
export const SILENCE_US = 10_000_000;

/** Prints that no quote can have met are of another day, or in another unit. */
function requireOneTime(
  { name }: RecordedInstrument,
  books: readonly Timed[],
  prints: readonly Timed[],
): void {
  const [told, traded] = [spanOf(books), spanOf(prints)];
  if (told.from - traded.to <= SILENCE_US && traded.from - told.to <= SILENCE_US) return;
  const were = `books from ${told.from} to ${told.to} and prints from ${traded.from} to ${traded.to}`;
  throw new RangeError(
    `${name}: expected books and prints of one time, in microseconds, were ${were}`,
  );
}

function spanOf(rows: readonly Timed[]): { readonly from: number; readonly to: number } {
  return { from: rows[0]?.time ?? 0, to: rows.at(-1)?.time ?? 0 };
}

function silencesOf(books: readonly BookTop[]): number {
  return books.filter(({ time }, i) => time - (books[i - 1]?.time ?? time) > SILENCE_US).length;
}

function contractOf(instrument: RecordedInstrument, tick: number, lot: number): Contract {
  return {
    ...instrument,
    settle: instrument.quote,
    contract: "linear",
    multiplier: { mantissa: 1, decimals: 0 },
    tick: { mantissa: 1, decimals: tick },
    lot: { mantissa: 1, decimals: lot },
  };
}

function isPositive(text: string): boolean {
  const decimal = parseDecimal(text);
  return typeof decimal !== "string" && decimal.mantissa > 0;
}

/** Venues number prints; a recorder that reconnects is told old ones again. */
function withoutRepeats(prints: readonly RawPrint[]): readonly RawPrint[] {
  const seen = new Set<string>();
  return prints.filter(({ id }) => {
    if (id === "") return true;
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

/** What is there must be readable: a side that is not read would be told as missing, and a queue as empty. */
function isBlankOrAmount(text: string): boolean {
  if (text === "") return true;
  const decimal = parseDecimal(text);
  return typeof decimal !== "string" && decimal.mantissa >= 0;
}

function timedPrint(row: RawPrint): TextPrint | undefined {
  const time = microseconds(row.time) ?? microseconds(row.received);
  if (time === undefined || !isPositive(row.price) || !isPositive(row.quantity)) return undefined;
  const aggressor = row.side === "B" ? 1 : row.side === "S" ? -1 : 0;
  return { time, price: row.price, quantity: row.quantity, aggressor };
}

function timedBook(row: RawBook, shiftUs: number): TextBook | undefined {
  const received = microseconds(row.received);
  const time = microseconds(row.time) ?? (received === undefined ? undefined : received + shiftUs);
  if (time === undefined || (!isPositive(row.bid) && !isPositive(row.ask))) return undefined;
  const texts = [row.bid, row.bidQuantity, row.ask, row.askQuantity];
  return texts.every(isBlankOrAmount) ? { time, row } : undefined;
}

function readable<T>(rows: readonly (T | undefined)[]): readonly T[] {
  return rows.filter((row) => row !== undefined);
}

/** By time; rows of one instant keep the order of the file. */
function inOrder<T extends Timed>(rows: readonly T[]): readonly T[] {
  return [...rows].sort((a, b) => a.time - b.time);
}

function backwardSteps(rows: readonly Timed[]): number {
  return rows.filter(({ time }, i) => time < (rows[i - 1]?.time ?? 0)).length;
}

/** The most decimals that any of the texts has. */
function finest(texts: readonly string[]): number {
  let most = 0;
  for (const text of texts) {
    const decimal = parseDecimal(text);
    if (typeof decimal !== "string") most = Math.max(most, decimal.decimals);
  }
  return most;
}

/** In units of 10^-decimals; a fraction where the text is finer, 0 where there is none. */
function scaled(text: string, decimals: number): number {
  const decimal = parseDecimal(text);
  if (typeof decimal === "string") return 0;
  const places = decimals - decimal.decimals;
  return places >= 0 ? decimal.mantissa * 10 ** places : decimal.mantissa / 10 ** -places;
}

function bookTop({ time, row }: TextBook, tick: number, lot: number): BookTop {
  const hasQuantities = row.bidQuantity !== "" || row.askQuantity !== "";
  return {
    time,
    bid: scaled(row.bid, tick),
    ask: scaled(row.ask, tick),
    bidLots: hasQuantities ? scaled(row.bidQuantity, lot) : undefined,
    askLots: hasQuantities ? scaled(row.askQuantity, lot) : undefined,
  };
}

function marketPrint(print: TextPrint, aggressor: number, tick: number, lot: number): MarketPrint {
  const { time, price, quantity } = print;
  return { time, price: scaled(price, tick), lots: scaled(quantity, lot), aggressor };
}

/** The recorded sides, unless all are the same; the rest by where the print stood in the book before it. */
function assignSides(
  prints: readonly TextPrint[],
  books: readonly BookTop[],
  tick: number,
): { readonly signs: readonly number[]; readonly classified: number } {
  const first = prints[0]?.aggressor;
  const isUseless = prints.length >= ONE_SIDED && prints.every((each) => each.aggressor === first);
  let classified = 0;
  let next = 0;
  let before: BookTop | undefined;
  let previous = { price: 0, sign: 0 };
  const signs = prints.map((print) => {
    for (; (books[next]?.time ?? Infinity) < print.time; next++) before = books[next];
    const price = scaled(print.price, tick);
    const told = isUseless ? 0 : print.aggressor;
    const sign = told === 0 ? classify(price, before, previous) : told;
    if (told === 0 && sign !== 0) classified++;
    previous = { price, sign };
    return sign;
  });
  return { signs, classified };
}

/** Above the mid the aggressor bought, below it sold; at the mid, as the last change of price says. */
function classify(
  price: number,
  book: BookTop | undefined,
  previous: { readonly price: number; readonly sign: number },
): number {
  const isValid = book !== undefined && book.bid > 0 && book.ask > book.bid;
  const fromMid = isValid ? Math.sign(price - (book.bid + book.ask) / 2) : 0;
  if (fromMid !== 0) return fromMid;
  if (previous.price === 0) return 0;
  return Math.sign(price - previous.price) || previous.sign;
}
