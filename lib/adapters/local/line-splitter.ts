import { LINE_TOO_LONG, MAX_LINE_LENGTH, type Refusal } from "../../core/events/refusal.ts";

/** One line where it stands in memory, without its line end: the bytes [from, to) of `buffer`. */
export interface Line {
  readonly buffer: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** As an editor counts, from 1; empty lines have a number too, though they are not delivered. */
  readonly lineNumber: number;
  /** Set where the line is too long to be one: then the bytes are only its beginning. */
  readonly refusal: Refusal | undefined;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const TAB = 9;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

/** A batch is yielded after so many lines, so that a chunk of very short ones is no flood of objects. */
const BATCH_LINES = 8_192;
/** So much of a line that is too long is kept, to show which one it was. */
const SHOWN_BYTES = 256;

/**
 * Cuts chunks of bytes into lines. A line inside of one chunk is a view of it; only one that spans chunks is copied,
 * and of one that is too long its beginning. CRLF ends a line as LF does; lines of nothing but blanks are left out,
 * and so is a byte order mark before the first.
 */
export class LineSplitter {
  /** How many lines have been cut off so far. */
  lineNumber = 0;
  /** The beginning of a line whose end is not there yet. */
  #pieces: Uint8Array[] = [];
  #length = 0;

  /** Every line that ends in `chunk`; the bytes after the last of them are copied and kept. */
  *split(chunk: Uint8Array): Generator<readonly Line[], void, undefined> {
    let lines: Line[] = [];
    let from = 0;
    for (;;) {
      const to = chunk.indexOf(LINE_FEED, from);
      if (to === -1) break;
      const line = this.#cut(chunk, from, to);
      if (line !== undefined) lines.push(line);
      from = to + 1;
      if (lines.length === BATCH_LINES) {
        yield lines;
        lines = [];
      }
    }
    if (lines.length > 0) yield lines;
    this.#keep(chunk, from);
  }

  /** The last line, where no line feed follows it. */
  *end(): Generator<readonly Line[], void, undefined> {
    if (this.#length === 0) return;
    const line = this.#cut(new Uint8Array(0), 0, 0);
    if (line !== undefined) yield [line];
  }

  #cut(chunk: Uint8Array, from: number, to: number): Line | undefined {
    this.lineNumber++;
    if (this.#length === 0) return this.#line(chunk, from, to);
    this.#keep(chunk.subarray(from, to), 0);
    const whole = joined(this.#pieces);
    const isTooLong = this.#length > MAX_LINE_LENGTH;
    this.#pieces = [];
    this.#length = 0;
    return isTooLong ? this.#longLine(whole, 0) : this.#line(whole, 0, whole.length);
  }

  /** Keeps what a line has so far, or, once it is too long, its beginning and its length. */
  #keep(chunk: Uint8Array, from: number): void {
    if (from === chunk.length) return;
    this.#length += chunk.length - from;
    if (this.#length <= MAX_LINE_LENGTH) {
      this.#pieces.push(chunk.slice(from));
    } else if (this.#pieces.length !== 1 || this.#pieces[0]?.length !== SHOWN_BYTES) {
      const beginning = joined([...this.#pieces, chunk.subarray(from, from + SHOWN_BYTES)]);
      this.#pieces = [beginning.slice(0, SHOWN_BYTES)];
    }
  }

  #line(buffer: Uint8Array, start: number, end: number): Line | undefined {
    const from = this.lineNumber === 1 ? afterByteOrderMark(buffer, start) : start;
    const to = end > from && buffer[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    if (isBlank(buffer, from, to)) return undefined;
    if (to - from > MAX_LINE_LENGTH) return this.#longLine(buffer, from);
    return { buffer, from, to, lineNumber: this.lineNumber, refusal: undefined };
  }

  #longLine(buffer: Uint8Array, from: number): Line {
    const to = Math.min(from + SHOWN_BYTES, buffer.length);
    return { buffer, from, to, lineNumber: this.lineNumber, refusal: LINE_TOO_LONG };
  }
}

function isBlank(buffer: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = buffer[at];
    if (byte !== SPACE && byte !== TAB && byte !== CARRIAGE_RETURN) return false;
  }
  return true;
}

function afterByteOrderMark(buffer: Uint8Array, from: number): number {
  const isMarked = BYTE_ORDER_MARK.every((byte, index) => buffer[from + index] === byte);
  return isMarked ? from + BYTE_ORDER_MARK.length : from;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
