import { deflateRawSync, inflateRawSync } from "node:zlib";

/** The first byte of a packed text: how the others are to be read. */
const FORMATS = [
  { encoding: "utf8", isDeflated: false },
  { encoding: "utf8", isDeflated: true },
  { encoding: "utf16le", isDeflated: false },
  { encoding: "utf16le", isDeflated: true },
] as const;
/** What is shorter gains nothing from being deflated. */
const DEFLATED_BYTES_MIN = 64;

/**
 * Text as the bytes of a binary attribute, deflated where that is shorter: capacity is paid by the kilobyte. Any text
 * comes back as it was; one with a lone surrogate, which has no UTF-8 form, is packed as UTF-16.
 */
export function packText(text: string): Uint8Array {
  const encoding = text.isWellFormed() ? "utf8" : "utf16le";
  const plain = Buffer.from(text, encoding);
  const deflated = plain.length < DEFLATED_BYTES_MIN ? plain : deflateRawSync(plain);
  const isDeflated = deflated.length < plain.length;
  const format = FORMATS.findIndex(
    (known) => known.encoding === encoding && known.isDeflated === isDeflated,
  );
  return Buffer.concat([Uint8Array.of(format), isDeflated ? deflated : plain]);
}

/**
 * The inverse of `packText`.
 *
 * @throws {RangeError} for bytes that it did not make
 */
export function unpackText(packed: Uint8Array): string {
  const format = FORMATS[packed[0] ?? FORMATS.length];
  if (format === undefined) {
    throw new RangeError(`packed text must begin with its format (0 to 3), was ${packed[0]}`);
  }
  const bytes = Buffer.from(packed.buffer, packed.byteOffset + 1, packed.length - 1);
  return (format.isDeflated ? inflated(bytes) : bytes).toString(format.encoding);
}

function inflated(bytes: Buffer): Buffer {
  try {
    return inflateRawSync(bytes);
  } catch (cause) {
    throw new RangeError("packed text must be whole, but cannot be inflated", { cause });
  }
}
