import type { EmbeddedMeta } from "../lib/adapters/embedded/meta-table.ts";
import type { StrayCounts } from "../lib/app/report.ts";

/** Lines that were refused before they reached an instrument: kept beside the store, because no state counts them. */
const KEY = "stray";

export function readStray(meta: EmbeddedMeta): StrayCounts {
  const kept = meta.get(KEY);
  return kept === undefined ? { events: 0, quarantined: 0 } : (JSON.parse(kept) as StrayCounts);
}

export function addStray(meta: EmbeddedMeta, more: StrayCounts): void {
  const { events, quarantined } = readStray(meta);
  const sum = { events: events + more.events, quarantined: quarantined + more.quarantined };
  meta.set(KEY, JSON.stringify(sum));
}
