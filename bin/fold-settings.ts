import type { Configuration } from "../lib/core/api/config.ts";
import type { FoldSettings } from "../lib/core/pipeline/state.ts";

/** What the fold keeps in its state, and no more. */
export function foldSettings({ horizons, maxAgeUs }: Configuration): FoldSettings {
  return { horizons, maxAgeUs };
}
