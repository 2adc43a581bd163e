import { MarketFileError, readMarket } from "../lib/adapters/market/read-market.ts";
import type { SimulatedLine } from "../lib/core/simulator/event-writer.ts";
import { quoteInto } from "../lib/core/simulator/recorded-maker.ts";
import type { RecordedMarket } from "../lib/core/simulator/recorded-market.ts";
import { CliError, environmentError } from "./cli-error.ts";
import { formatCount } from "./format-figures.ts";
import { formatDuration, formatInstant } from "./instant.ts";

/** A simulated Brawler that quotes into a recorded market. */
export interface MarketSource {
  readonly lines: Iterable<SimulatedLine>;
  /** The first and the last instant of the recording, µs. */
  readonly from: number;
  readonly to: number;
  /** What was read and what had to be mended. */
  readonly remark: string;
}

/** @throws {CliError} environment, if the files cannot be read; refused, if there is no market in them */
export async function openMarket(file: string, seed: number): Promise<MarketSource> {
  const market = await read(file);
  return {
    lines: quoteInto(market, seed),
    from: market.books[0]?.time ?? 0,
    to: market.books.at(-1)?.time ?? 0,
    remark: describeCounts(market),
  };
}

async function read(file: string): Promise<RecordedMarket> {
  try {
    return await readMarket(file);
  } catch (cause) {
    const what = "cannot quote into this market";
    if (cause instanceof MarketFileError) {
      throw environmentError({ what, where: file, why: cause.message, mend: cause.mend }, cause);
    }
    if (cause instanceof RangeError) {
      const mend = "times are integer microseconds, prices and quantities plain decimals above 0";
      throw new CliError(1, { what, where: file, why: cause.message, mend }, { cause });
    }
    throw cause;
  }
}

function describeCounts({ books, counts }: RecordedMarket): string {
  const shift = `${formatDuration(Math.abs(counts.clockShiftUs))} ${counts.clockShiftUs < 0 ? "earlier" : "later"}`;
  const mended: readonly (readonly [number, string])[] = [
    [counts.unorderedBooks, "books out of order"],
    [counts.unorderedPrints, "prints out of order"],
    [counts.booksOnReceiptClock, `books without exchange time, told ${shift}`],
    [counts.duplicatePrints, "prints twice"],
    [counts.unreadable, "rows unreadable"],
    [counts.invalidBooks, "books locked, crossed or one-sided"],
    [counts.silences, "silences of more than 10 s"],
    [counts.classifiedPrints, "prints classified"],
    [counts.unknownSides, "prints of unknown side"],
  ];
  const told = mended
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${formatCount(count)} ${what}`);
  const read = `${formatCount(counts.books)} books and ${formatCount(counts.prints)} prints read`;
  const span = [books[0], books.at(-1)].map((book) => formatInstant(book?.time ?? 0)).join(" to ");
  return [`${read} of ${span}`, ...told].join(", ");
}
