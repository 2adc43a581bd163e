/** How far the archive is folded, kept in the store's meta: one write, so that its parts never contradict each other. */
import type { EmbeddedMeta } from "../lib/adapters/embedded/meta-table.ts";
import { type FoldProgress, NOTHING_FOLDED, type ProgressStore } from "../lib/app/fold-progress.ts";
import type { StrayCounts } from "../lib/app/report.ts";

const KEY = "progress";

export function archiveProgress(meta: EmbeddedMeta): ProgressStore {
  return {
    get: () => {
      const kept = meta.get(KEY);
      return kept === undefined ? NOTHING_FOLDED : (JSON.parse(kept) as FoldProgress);
    },
    set: (progress) => meta.set(KEY, JSON.stringify(progress)),
  };
}

/** Lines that were refused before they reached an instrument: no state counts them. */
export function strayCounts(meta: EmbeddedMeta): StrayCounts {
  const { stray } = archiveProgress(meta).get();
  return { events: stray, quarantined: stray };
}
