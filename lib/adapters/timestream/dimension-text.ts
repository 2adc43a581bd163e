import { createHash } from "node:crypto";

/** Names of dimensions and their values share 2 KB with the rest of a record: longer ones are not kept in it. */
const NAME_BYTES_MAX = 192;
const HASHED = "~";

/**
 * A name as a dimension can hold it: the name itself, or, where it is empty, long, or not plain text, a hash of it. The
 * name itself then stands in the row's packed value.
 */
export function dimensionText(name: string): string {
  return isPlain(name)
    ? name
    : `${HASHED}${createHash("sha256").update(utf16(name)).digest("hex")}`;
}

export function isHashed(dimension: string): boolean {
  return dimension.startsWith(HASHED);
}

/** Whether `dimensionText` gives this text for some name. */
export function isDimension(text: string): boolean {
  return isPlain(text) || /^~[0-9a-f]{64}$/.test(text);
}

function isPlain(name: string): boolean {
  return (
    name !== "" &&
    !isHashed(name) &&
    name.trim() === name &&
    name.isWellFormed() &&
    !/\p{Cc}/u.test(name) &&
    Buffer.byteLength(name) <= NAME_BYTES_MAX
  );
}

/** Every unit counts, halves of characters too, which UTF-8 would make one. */
function utf16(name: string): Buffer {
  return Buffer.from(name, "utf16le");
}
