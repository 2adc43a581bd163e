/**
 * The states that the program before this one writes, made from those of this one. Whoever raises the version of the state
 * says here what the version before looked like.
 */
import { decodeState } from "../../lib/core/pipeline/codec.ts";
import { encodeNamed } from "../../lib/core/pipeline/codec-named.ts";

export function olderBody(body: string): string {
  return encodeNamed(decodeState(body));
}
