/** Files of events, and standard input, as the batches that the fold takes. */
import { type Line, linesOf, readLines } from "../lib/adapters/local/read-lines.ts";
import type { Delivery } from "../lib/app/fold-group.ts";
import type { InputBatch, RefusedLine } from "../lib/app/fold-input.ts";
import { isRefusal, type Refusal } from "../lib/core/events/refusal.ts";
import { scanEvent } from "../lib/core/events/scan.ts";
import type { Spool } from "./spool.ts";

/** A line with what became of it at reading; its text is at hand until the next batch is read. */
export interface ReadLine {
  /** Counted through all inputs. */
  readonly number: number;
  readonly refusal: Refusal | undefined;
  readonly text: () => string;
}

export interface LinePlace {
  readonly file: string;
  readonly line: number;
}

/** Who hears of lines when they are read, before the fold does. */
export interface Listeners {
  /** Every line, batch by batch; returns where the last one stands in the archive, when they were put there. */
  readonly onLines?: (lines: readonly ReadLine[]) => Promise<number | undefined>;
  readonly onRefused?: (line: ReadLine) => void;
}

export interface EventInput {
  /** Everything from the start; may be called again. */
  readonly batches: (listeners?: Listeners) => AsyncIterable<InputBatch>;
  /** Where a line stands that is counted through all inputs. */
  readonly locate: (number: number) => LinePlace;
}

/**
 * @param files paths, in the order in which they are read; `-` is standard input
 * @param spool keeps standard input for a second reading
 */
export function openEventInput(files: readonly string[], spool: Spool): EventInput {
  /** By file, the number of lines before it. */
  const before: number[] = [];
  return {
    batches: async function* (listeners = {}) {
      let passed = 0;
      for (const [index, file] of files.entries()) {
        before[index] = passed;
        let last = 0;
        for await (const lines of linesIn(file, spool)) {
          last = lines.at(-1)?.lineNumber ?? last;
          yield await batchOf(lines, passed, listeners);
        }
        passed += last;
      }
    },
    locate: (number) => {
      const index = Math.max(
        0,
        before.findLastIndex((count) => count < number),
      );
      return { file: files[index] ?? "-", line: number - (before[index] ?? 0) };
    },
  };
}

function linesIn(file: string, spool: Spool): AsyncIterable<readonly Line[]> {
  if (file !== "-") return readLines(file);
  const kept = spool.path();
  return kept === undefined
    ? linesOf(spool.keeping(process.stdin), "standard input")
    : readLines(kept);
}

async function batchOf(
  lines: readonly Line[],
  passed: number,
  { onLines, onRefused }: Listeners,
): Promise<InputBatch> {
  const read: ReadLine[] = [];
  const events: (Delivery & { readonly index: number })[] = [];
  const refused: RefusedLine[] = [];
  lines.forEach((line, index) => {
    const number = passed + line.lineNumber;
    const outcome = line.refusal ?? scanEvent(line.buffer, line.from, line.to);
    const refusal = isRefusal(outcome) ? outcome : undefined;
    const whole = new LineInMemory(line, number, refusal);
    if (onLines !== undefined) read.push(whole);
    if (!isRefusal(outcome)) {
      events.push({ event: outcome, line: number, index });
      return;
    }
    refused.push({ line: number, ...outcome });
    onRefused?.(whole);
  });
  const last = await onLines?.(read);
  if (last === undefined) return { deliveries: events, refused };
  const first = last - lines.length + 1;
  const deliveries = events.map(({ event, line, index }) => {
    return { event, line, position: first + index };
  });
  return { deliveries, refused };
}

/** A view of a line, good until the next batch is read. */
class LineInMemory implements ReadLine {
  readonly number: number;
  readonly refusal: Refusal | undefined;
  readonly #line: Line;

  constructor(line: Line, number: number, refusal: Refusal | undefined) {
    this.#line = line;
    this.number = number;
    this.refusal = refusal;
  }

  /** What is not UTF-8 shows as replacement characters. */
  text(): string {
    const { buffer, from, to } = this.#line;
    return Buffer.from(buffer.buffer, buffer.byteOffset + from, to - from).toString("utf8");
  }
}
