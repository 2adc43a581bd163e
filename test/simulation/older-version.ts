/**
 * The states that the program before this one writes, made from those of this one. Whoever raises the version of the state
 * says here what the version before looked like.
 */
import { STATE_VERSION } from "../../lib/core/pipeline/codec.ts";

/** What the newest version added, as it stands in a state that has never used it. */
const ADDED = ['"archived":0,'];

export function olderBody(body: string): string {
  const version = /^\{"v":\d+,/;
  if (!version.test(body)) throw new Error("expected a state that begins with its version");
  const older = body.replace(version, `{"v":${STATE_VERSION - 1},`);
  return ADDED.reduce((text, field) => text.replace(field, ""), older);
}
