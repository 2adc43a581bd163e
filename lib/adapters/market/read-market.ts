/** Reads a recorded market from a pair of CSV files: best bid and ask, and prints, gzipped or not. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  type RawBook,
  type RawPrint,
  type RecordedInstrument,
  type RecordedMarket,
  recordMarket,
} from "../../core/simulator/recorded-market.ts";

/** The two files cannot be found or read; the message says what was looked for, `mend` what to do about it. */
export class MarketFileError extends Error {
  override readonly name = "MarketFileError";
  readonly mend: string;

  constructor(message: string, mend: string, options?: ErrorOptions) {
    super(message, options);
    this.mend = mend;
  }
}

const SUFFIX = /\.(quotes|trades)\.csv(\.gz)?$/;
const QUOTE_CURRENCIES = ["USDT", "USDC", "FDUSD", "USD", "EUR", "BTC"];
const NAME = /^[A-Z0-9][A-Z0-9._:-]{0,31}$/;

/**
 * @param file either of the two files, or what their names have in common: `…/BTCUSDT`, for
 *   `…/BTCUSDT.quotes.csv.gz` and `…/BTCUSDT.trades.csv.gz`
 * @throws {MarketFileError} when a file is missing, empty, cut off or damaged, or lacks a column that is needed
 * @throws {RangeError} when no row of it can be used, or books and prints are of different days
 */
export async function readMarket(file: string): Promise<RecordedMarket> {
  const prefix = file.replace(SUFFIX, "");
  const books = await readTable(find(prefix, "quotes"));
  const prints = await readTable(find(prefix, "trades"));
  require(books, ["bid_px", "ask_px"]);
  require(prints, ["px", "qty"]);
  for (const table of [books, prints]) requireOneOf(table, ["ts_us", "recv_us"]);
  return recordMarket(
    instrumentOf(basename(prefix), prints.header),
    books.rows.map((row) => rawBook(books.header, row)),
    prints.rows.map((row) => rawPrint(prints.header, row)),
  );
}

interface Table {
  readonly path: string;
  readonly header: ReadonlyMap<string, number>;
  readonly rows: readonly (readonly string[])[];
}

function find(prefix: string, kind: "quotes" | "trades"): string {
  const candidates = [`${prefix}.${kind}.csv.gz`, `${prefix}.${kind}.csv`];
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) {
    throw new MarketFileError(
      `expected ${candidates.join(" or ")}, found neither`,
      "name PREFIX.quotes.csv or PREFIX.trades.csv (.gz too), with both beside each other",
    );
  }
  return found;
}

async function readTable(path: string): Promise<Table> {
  const text = plainText(path, await bytesOf(path));
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  const [first, ...rest] = lines.map((line) => line.split(","));
  if (first === undefined) {
    throw new MarketFileError(`${path} is empty`, "record it again, or copy it again");
  }
  // A row that was cut off, or is of another table, holds nothing that can be trusted.
  const rows = rest.map((row) => (row.length === first.length ? row : []));
  return { path, header: new Map(first.map((name, i) => [name.trim(), i])), rows };
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new MarketFileError(`cannot read ${path}`, "see that it is a file you may read", {
      cause,
    });
  }
}

/** Without the byte order mark that spreadsheets put before the first column's name. */
function plainText(path: string, bytes: Buffer): string {
  try {
    const plain = path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
    return plain.toString("utf8").replace(/^\uFEFF/, "");
  } catch (cause) {
    const isCutOff = cause instanceof Error && "code" in cause && cause.code === "Z_BUF_ERROR";
    const what = isCutOff ? "ends in the middle" : "is damaged or none";
    const mend = "copy it again, whole; gzip -t says whether it is";
    throw new MarketFileError(`${path}: expected a gzip file, ${what}`, mend, { cause });
  }
}

function require(table: Table, columns: readonly string[]): void {
  const missing = columns.filter((column) => !table.header.has(column));
  if (missing.length > 0) throw columnError(table, missing.join(", "));
}

function requireOneOf(table: Table, columns: readonly string[]): void {
  if (!columns.some((column) => table.header.has(column))) {
    throw columnError(table, columns.join(" or "));
  }
}

function columnError({ path, header }: Table, expected: string): MarketFileError {
  return new MarketFileError(
    `${path}: expected a column ${expected}, there are ${[...header.keys()].join(", ")}`,
    "name the columns in the first line as docs/how-to/quote-into-a-recorded-market.md does",
  );
}

type Header = ReadonlyMap<string, number>;

const EXPONENT = /^(\d+)(?:\.(\d+))?e([+-]?\d{1,2})$/i;

/** `1e-05`, as table tools write small numbers, is `0.00001`; other texts are as they are. */
function plainDecimal(text: string): string {
  const match = EXPONENT.exec(text);
  if (match === null) return text;
  const [, whole = "", fraction = "", exponent = "0"] = match;
  const point = whole.length + Number(exponent);
  const digits = whole + fraction;
  if (point <= 0) return `0.${"0".repeat(-point)}${digits}`;
  const padded = digits.padEnd(point, "0");
  const rest = padded.slice(point);
  return rest === "" ? padded : `${padded.slice(0, point)}.${rest}`;
}

/** A number in a column, as a plain decimal. */
function amount(header: Header, row: readonly string[], column: string): string {
  return plainDecimal(cell(header, row, column));
}

/** The text in a column; empty where the file does not have it. */
function cell(header: Header, row: readonly string[], column: string): string {
  const index = header.get(column);
  return index === undefined ? "" : (row[index] ?? "");
}

function rawBook(header: Header, row: readonly string[]): RawBook {
  return {
    time: cell(header, row, "ts_us"),
    received: cell(header, row, "recv_us"),
    bid: amount(header, row, "bid_px"),
    bidQuantity: amount(header, row, "bid_qty"),
    ask: amount(header, row, "ask_px"),
    askQuantity: amount(header, row, "ask_qty"),
  };
}

function rawPrint(header: Header, row: readonly string[]): RawPrint {
  return {
    time: cell(header, row, "ts_us"),
    received: cell(header, row, "recv_us"),
    price: amount(header, row, "px"),
    quantity: amount(header, row, "qty"),
    side: cell(header, row, "side"),
    id: cell(header, row, "trade_id"),
  };
}

/** `usdm_BTCUSDT` is the perpetual BTCUSDT, `spot_ETHUSDT` is spot, `IBM_20131007` is the share IBM. */
function instrumentOf(fileName: string, prints: Header): RecordedInstrument {
  const isSpot = fileName.startsWith("spot_") || prints.has("cond") || prints.has("hidden");
  const name = fileName
    .replace(/^[a-z]+_/, "")
    .replace(/_\d{4}-?\d{2}-?\d{2}$/, "")
    .toUpperCase();
  if (!NAME.test(name)) {
    throw new MarketFileError(
      `expected a file named after an instrument, was ${fileName}`,
      "call it BTCUSDT.quotes.csv, say: letters, digits and . _ : - , at most 32",
    );
  }
  const bare = name.replace(/[-:._]/g, "");
  const quote = QUOTE_CURRENCIES.find((each) => bare.endsWith(each) && bare !== each) ?? "USD";
  const base = bare.endsWith(quote) ? bare.slice(0, -quote.length) : bare;
  return { name, base, quote, kind: isSpot ? "spot" : "perp" };
}
