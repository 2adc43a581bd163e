import { createHash } from "node:crypto";

/** Names that stand in a key as they are: short, and without what joins keys here or means something elsewhere. */
const PLAIN = /^[A-Za-z0-9._:/+-]{1,120}$/;
const HASHED = "~";
const JOINED = "#";

/**
 * Names as one key attribute. A name that is not plain (empty, long, of other characters) stands there as its hash:
 * DynamoDB takes no empty key, at most 1 KB of sort key, and no text that is not Unicode. The item holds the names
 * themselves, so nothing ever has to be read out of a key.
 */
export function keyText(...names: readonly string[]): string {
  return names.map((name) => (PLAIN.test(name) ? name : HASHED + hashOf(name))).join(JOINED);
}

/** UTF-16 tells every two JavaScript texts apart; UTF-8 would make all lone surrogates one. */
function hashOf(name: string): string {
  return createHash("sha256").update(name, "utf16le").digest("base64url");
}
