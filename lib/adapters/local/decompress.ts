/** Compressed bytes → bytes, in order, up to the very place where they are damaged. */
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from "node:zlib";

export type Compression = "gzip" | "zstd";

const GZIP_MAGIC = [0x1f, 0x8b];
const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** A frame that holds no data, after a first byte of 0x50 to 0x5f; parallel compressors begin with one. */
const ZSTD_SKIPPABLE = [0x2a, 0x4d, 0x18];

/** So many bytes tell a compression from plain text. */
export const MAGIC_LENGTH = 4;

/** What the first bytes say, whatever the file is called; `undefined` is plain text. */
export function compressionOf(start: Uint8Array): Compression | undefined {
  if (hasAt(start, 0, GZIP_MAGIC)) return "gzip";
  const isSkippable = ((start[0] ?? 0) & 0xf0) === 0x50 && hasAt(start, 1, ZSTD_SKIPPABLE);
  return isSkippable || hasAt(start, 0, ZSTD_MAGIC) ? "zstd" : undefined;
}

function hasAt(bytes: Uint8Array, at: number, expected: readonly number[]): boolean {
  return expected.every((byte, index) => bytes[at + index] === byte);
}

type Decoder = Gunzip | ZstdDecompress;

/** Output is cut off no later than here, and the decoder waits until it is taken. */
const OUTPUT_BYTES = 256 * 1024;

function newDecoder(compression: Compression): Decoder {
  // A high-water mark of one byte: what was decoded is taken before more is, so that a fault loses none of it.
  const options = { chunkSize: OUTPUT_BYTES, readableHighWaterMark: 1 };
  if (compression === "gzip") return createGunzip(options);
  return createZstdDecompress(options);
}

const SMALLEST_PIECE = 64;
const LARGEST_PIECE = 16 * 1024;

/**
 * Decoding loses the output of the piece in which it fails: pieces are a sixteenth of what came before them, so that a
 * short file loses little, and a long one costs few steps.
 */
async function* piecesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let position = 0;
  for await (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      const size = Math.min(LARGEST_PIECE, Math.max(SMALLEST_PIECE, position >> 4));
      const piece = chunk.subarray(at, at + size);
      yield piece;
      at += piece.length;
      position += piece.length;
    }
  }
}

/**
 * Decodes a stream of one or more frames (members of gzip, frames of zstd), as `cat a.gz b.gz` makes them.
 *
 * @param chunks compressed bytes; a chunk must stay as it is until the next one is asked for
 * @throws the decoder's error, after everything that could be decoded
 */
export async function* decompress(
  chunks: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncGenerator<Uint8Array> {
  const pieces = piecesOf(chunks);
  let next = await nextPiece(pieces);
  try {
    while (next !== undefined) {
      const frame: Frame = { decoder: newDecoder(compression), fed: 0, last: next };
      yield* decodeFrame(frame, pieces);
      const left = frame.fed - frame.decoder.bytesWritten;
      next = left > 0 ? frame.last.subarray(frame.last.length - left) : await nextPiece(pieces);
    }
  } finally {
    await pieces.return(undefined);
  }
}

async function nextPiece(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  const { done, value } = await pieces.next();
  return done === true ? undefined : value;
}

interface Frame {
  readonly decoder: Decoder;
  /** How many bytes the decoder was given; it may have stopped before the last of them. */
  fed: number;
  /** The piece it was given last; at first, the one it is to begin with. */
  last: Uint8Array;
}

async function* decodeFrame(
  frame: Frame,
  pieces: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const feeding = feed(frame, pieces);
  try {
    yield* frame.decoder as AsyncIterable<Uint8Array>;
  } finally {
    frame.decoder.destroy();
    await feeding;
  }
}

/** Feeds the decoder; a fault in reading is the decoder's fault then, so that whoever reads from it learns of it. */
async function feed(frame: Frame, pieces: AsyncIterator<Uint8Array>): Promise<void> {
  try {
    await feedPieces(frame, pieces);
  } catch (cause) {
    frame.decoder.destroy(cause as Error);
  }
}

/** Gives the decoder piece after piece, until there are none or it has seen the end of its frame. */
async function feedPieces(frame: Frame, pieces: AsyncIterator<Uint8Array>): Promise<void> {
  const { decoder } = frame;
  const stopped = new Promise<void>((resolve) => {
    decoder.once("end", resolve).once("close", resolve);
  });
  let piece: Uint8Array | undefined = frame.last;
  while (piece !== undefined) {
    frame.last = piece;
    frame.fed += piece.length;
    const given: Uint8Array = piece;
    const written = new Promise<void>((resolve) => decoder.write(given, () => resolve()));
    await Promise.race([written, stopped]);
    const isFrameOver = decoder.bytesWritten < frame.fed;
    if (isFrameOver || decoder.readableEnded || decoder.destroyed) return;
    piece = await nextPiece(pieces);
  }
  decoder.end();
}
