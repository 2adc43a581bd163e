/** Frames as docs/reference/events.md describes them, by node:zlib. */
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type {
  DecodedFrame,
  EncodedFrame,
  FrameCodec,
  FrameRefusal,
  FrameRefusalReason,
} from "../../ports/frame-codec.ts";

/** What a frame may hold once it is plain. Decoding stops there, whatever follows. */
export const FRAME_PLAIN_BYTES_MAX = 2 * 1024 * 1024;
/** What a frame may weigh as it travels: a record of Kinesis, its partition key included, is at most 1 MiB. */
export const FRAME_BYTES_MAX = 1024 * 1024 - 256;

export interface FrameCodecOptions {
  /** How `encode` compresses; `decode` reads either. */
  readonly compression?: "zstd" | "gzip";
}

/** A codec without state: one serves everybody. */
export function zlibFrameCodec({ compression = "zstd" }: FrameCodecOptions = {}): FrameCodec {
  return {
    decode,
    decodeBase64(text) {
      const data = Buffer.from(text, "base64");
      if (data.toString("base64") === text) return decode(data);
      return refused("not-base64", "expected base64 as RFC 4648 writes it, with its padding");
    },
    encode: (ndjson) => encode(ndjson, COMPRESS[compression]),
  };
}

const COMPRESS: Readonly<
  Record<NonNullable<FrameCodecOptions["compression"]>, (plain: Uint8Array) => Uint8Array>
> = {
  gzip: (plain) => gzipSync(plain),
  // With a checksum, as gzip has: a frame that was damaged on its way is known for it.
  zstd: (plain) => zstdCompressSync(plain, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
};

function encode(ndjson: Uint8Array, compress: (plain: Uint8Array) => Uint8Array): EncodedFrame {
  if (ndjson.length > FRAME_PLAIN_BYTES_MAX) return tooLarge(ndjson.length, FRAME_PLAIN_BYTES_MAX);
  const refusal = refusalOf(ndjson);
  if (refusal !== undefined) return refusal;
  const packed = compress(ndjson);
  const data = packed.length < ndjson.length ? packed : ndjson;
  if (data.length > FRAME_BYTES_MAX) return tooLarge(data.length, FRAME_BYTES_MAX);
  return { outcome: "encoded", data };
}

function decode(data: Uint8Array): DecodedFrame {
  const decompress = decompressorFor(data);
  const ndjson = decompress === undefined ? data : inflate(data, decompress);
  if ("outcome" in ndjson) return ndjson;
  if (ndjson.length > FRAME_PLAIN_BYTES_MAX) return tooLarge(ndjson.length, FRAME_PLAIN_BYTES_MAX);
  return refusalOf(ndjson) ?? { outcome: "decoded", ndjson };
}

/** Decodes from the start of `data` and says how much of it that took. */
type Decompress = (data: Uint8Array, room: number) => { plain: Uint8Array; consumed: number };

const GZIP_MAGIC = [0x1f, 0x8b];
const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** A zstd frame without data, after a first byte of 0x50 to 0x5f; parallel compressors begin with one. */
const ZSTD_SKIPPABLE = [0x2a, 0x4d, 0x18];
const AGGREGATED_MAGIC = [0xf3, 0x89, 0x9a, 0xc2];

function decompressorFor(data: Uint8Array): Decompress | undefined {
  if (hasAt(data, 0, GZIP_MAGIC)) return gunzip;
  const isSkippable = ((data[0] ?? 0) & 0xf0) === 0x50 && hasAt(data, 1, ZSTD_SKIPPABLE);
  return isSkippable || hasAt(data, 0, ZSTD_MAGIC) ? unzstd : undefined;
}

function hasAt(data: Uint8Array, at: number, expected: readonly number[]): boolean {
  return expected.every((byte, index) => data[at + index] === byte);
}

/** What `info: true` gives, which the types do not know. */
interface Inflated {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

/** Takes all members of gzip at once. */
const gunzip: Decompress = (data, room) =>
  inflated(gunzipSync(data, { info: true, maxOutputLength: room }));

/** The window that every decoder of zstd must have; more would let a frame of bytes claim memory without end. */
const ZSTD_WINDOW_LOG_MAX = 23;

/** As many as a parallel compressor makes of a megabyte, and more; each costs a decoder. */
const ZSTD_FRAMES_MAX = 64;

/** Takes one frame of zstd. */
const unzstd: Decompress = (data, room) => {
  const params = { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX };
  return inflated(zstdDecompressSync(data, { info: true, maxOutputLength: room, params }));
};

function inflated(result: unknown): ReturnType<Decompress> {
  const { buffer, engine } = result as Inflated;
  return { plain: buffer, consumed: engine.bytesWritten };
}

function inflate(data: Uint8Array, decompress: Decompress): Uint8Array | FrameRefusal {
  const plain: Uint8Array[] = [];
  let length = 0;
  let rest: Uint8Array = data;
  try {
    while (rest.length > 0) {
      if (plain.length === ZSTD_FRAMES_MAX) {
        return refused("damaged", `expected at most ${ZSTD_FRAMES_MAX} zstd frames in one of ours`);
      }
      const piece = decompress(rest, FRAME_PLAIN_BYTES_MAX - length);
      plain.push(piece.plain);
      length += piece.plain.length;
      rest = rest.subarray(piece.consumed);
    }
  } catch (error) {
    return refusalOfError(error);
  }
  return Buffer.concat(plain, length);
}

function refusalOfError(error: unknown): FrameRefusal {
  const { code } = error as { readonly code?: unknown };
  if (code === "ERR_BUFFER_TOO_LARGE" || code === "ZSTD_error_frameParameter_windowTooLarge") {
    return refused(
      "too-large",
      `expected at most ${FRAME_PLAIN_BYTES_MAX} bytes of plain lines, was more: send smaller frames`,
    );
  }
  if (code === "Z_BUF_ERROR") {
    return refused("truncated", "expected the end of the compressed data: send the frame again");
  }
  const message = error instanceof Error ? error.message : String(error);
  return refused("damaged", `expected sound compressed data, was not (${message}): send it again`);
}

const LINE_FEED = 0x0a;
const BRACE = 0x7b;
/** Blanks, ends of lines, and the byte order mark. */
const LEADING = new Set([0x20, 0x09, 0x0d, 0x0a, 0xef, 0xbb, 0xbf]);

/** Refuses bytes in which no line begins as an object does; anything else is judged line by line. */
function refusalOf(plain: Uint8Array): FrameRefusal | undefined {
  let isEmpty = true;
  for (let at = 0; at < plain.length; ) {
    const byte = plain[at] ?? 0;
    if (byte === BRACE) return undefined;
    if (LEADING.has(byte)) {
      at += 1;
      continue;
    }
    isEmpty = false;
    const lineEnd = plain.indexOf(LINE_FEED, at);
    at = lineEnd === -1 ? plain.length : lineEnd + 1;
  }
  if (isEmpty) return refused("empty", "expected at least one event, was nothing but blanks");
  if (hasAt(plain, 0, AGGREGATED_MAGIC)) {
    return refused(
      "aggregated",
      "expected one frame, was an aggregate of the Kinesis Producer Library: turn its aggregation off",
    );
  }
  return refused(
    "unrecognised",
    "expected NDJSON, plain or as gzip or zstd, was something else: send one JSON object a line",
  );
}

function tooLarge(bytes: number, limit: number): FrameRefusal {
  return refused(
    "too-large",
    `expected at most ${limit} bytes, was ${bytes}: send fewer events in a frame`,
  );
}

function refused(reason: FrameRefusalReason, detail: string): FrameRefusal {
  return { outcome: "refused", reason, detail };
}
