/**
 * The text of a row in records of 2 KB. Nearly every text fits into one and stands there as it is, for anyone's SQL to
 * read. One that does not is packed: deflated, in base64, cut into as many records as it takes, and its row's names
 * with it, so that a name that is no dimension is not lost.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";

/** What the packed form carries beside the value, in this order. */
export type Names = readonly [account: string, instrument: string, id: string];

export interface Piece {
  readonly piece: number;
  /** 0 where `value` is the text itself, else how many pieces its packed form has. */
  readonly pieces: number;
  readonly value: string;
}

export interface Unpacked {
  readonly value: string;
  /** As they were; `undefined` where the dimensions say it all. */
  readonly names: Names | undefined;
}

/**
 * @param room bytes of text that a record can hold
 * @param isNamed whether the dimensions hold every name as it is
 */
export function toPieces(
  value: string,
  names: Names,
  { room, isNamed }: { readonly room: number; readonly isNamed: boolean },
): readonly Piece[] {
  if (isNamed && canStandAsItIs(value) && Buffer.byteLength(value) <= room) {
    return [{ piece: 0, pieces: 0, value }];
  }
  const packed = deflateRawSync(JSON.stringify([value, ...names])).toString("base64");
  const pieces = Math.ceil(packed.length / room);
  return Array.from({ length: pieces }, (_, piece) => ({
    piece,
    pieces,
    value: packed.slice(piece * room, (piece + 1) * room),
  }));
}

/** @param pieces all of them, in order */
export function fromPieces(pieces: readonly Piece[]): Unpacked {
  const [first] = pieces;
  if (first?.pieces === 0) return { value: first.value, names: undefined };
  const packed = Buffer.from(pieces.map(({ value }) => value).join(""), "base64");
  const [value = "", account = "", instrument = "", id = ""] = JSON.parse(
    inflateRawSync(packed).toString("utf8"),
  ) as readonly string[];
  return { value, names: [account, instrument, id] };
}

/** A half of a character has no UTF-8 form, and the service takes neither an empty text nor every control character. */
function canStandAsItIs(value: string): boolean {
  return value !== "" && value.isWellFormed() && !/\p{Cc}/u.test(value);
}
