import type { EmbeddedStore } from "../lib/adapters/embedded/open-embedded.ts";

const KEY = "position";

/** Where in the archive the fold stands; kept in the store's meta. */
export function archivePosition({ meta }: EmbeddedStore) {
  return {
    get: () => Number(meta.get(KEY) ?? 0),
    set: (position: number) => meta.set(KEY, String(position)),
  };
}
