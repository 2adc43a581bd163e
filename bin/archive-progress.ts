/** How far the archive is folded, kept in the store's meta: one write, so that its parts never contradict each other. */
import { type FoldProgress, NOTHING_FOLDED, type ProgressStore } from "../lib/app/fold-progress.ts";
import type { StrayCounts } from "../lib/app/report.ts";
import type { DeskStore } from "./desk-store.ts";

const KEY = "progress";

type Kept = Pick<DeskStore, "meta"> & Partial<Pick<DeskStore, "identity">>;

/** Each store of figures has its own: one that is new is given all of the archive. */
export function archiveProgress({ meta, identity }: Kept): ProgressStore {
  const key = identity === undefined ? KEY : `${KEY} ${identity}`;
  return {
    get: () => {
      const kept = meta.get(key);
      return kept === undefined ? NOTHING_FOLDED : (JSON.parse(kept) as FoldProgress);
    },
    set: (progress) => meta.set(key, JSON.stringify(progress)),
  };
}

/** Lines that were refused before they reached an instrument: no state counts them. */
export function strayCounts(store: Kept): StrayCounts {
  const { stray } = archiveProgress(store).get();
  return { events: stray, quarantined: stray };
}
