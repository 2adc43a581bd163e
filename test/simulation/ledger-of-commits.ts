/**
 * Everything that was ever committed, kept to check what is stored against it; and the violations found on the way.
 */

import { stateName } from "../../lib/app/instrument-processor.ts";
import { EPOCH_STEP, versionOf } from "../../lib/core/pipeline/version.ts";
import type { RowBatch } from "../../lib/ports/metric-store.ts";
import type { StateKey, StateSnapshot } from "../../lib/ports/state-store.ts";
import { nameOf } from "./memory-stores.ts";

export interface Violation {
  /** I1 to I12, as docs/explanation/exactly-once.md lists them. */
  readonly invariant: string;
  readonly detail: string;
}

export interface CommitLog {
  readonly violations: Violation[];
  /** By instrument, then by version; of one commit in eight the state, because reading one costs as much as a few steps. */
  readonly commits: ReadonlyMap<string, ReadonlyMap<number, string | undefined>>;
  violated(invariant: string, detail: string): void;
  committed(key: StateKey, next: StateSnapshot): void;
  /** Its state has gone, or cannot be read: what begins anew has versions that there have been. */
  lost(key: StateKey): void;
  /** @param instrument as `account/instrument` */
  wasLost(instrument: string | undefined): boolean;
  /** Before they are written. */
  flushing(rows: RowBatch): void;
}

const KEPT_BODIES = 8;
/** A state of this simulation is small; growth without bound shows. */
const BODY_CHARACTERS_MAX = 256 * 1024;

export function createCommitLog(): CommitLog {
  const commits = new Map<string, Map<number, string | undefined>>();
  const newest = new Map<string, number>();
  const lost = new Set<string>();
  const violations: Violation[] = [];
  const violated = (invariant: string, detail: string) => {
    if (violations.length < 20) violations.push({ invariant, detail });
  };
  return {
    violations,
    commits,
    violated,
    committed: (key, next) => {
      const name = nameOf(key);
      const version = versionOf(next.epoch, next.gen);
      const last = newest.get(name) ?? 0;
      if (version <= last) violated("I5", `${name} was committed as ${version} after ${last}`);
      newest.set(name, version);
      const all = commits.get(name) ?? new Map<number, string | undefined>();
      commits.set(name, all);
      all.set(version, version % KEPT_BODIES === 0 ? next.body : undefined);
      if (next.body.length > BODY_CHARACTERS_MAX) {
        violated("I11", `the state of ${name} has ${next.body.length} characters`);
      }
    },
    lost: (key) => {
      newest.delete(nameOf(key));
      lost.add(stateName(key));
    },
    wasLost: (instrument) => instrument !== undefined && lost.has(instrument),
    flushing: ({ rollups, trades }) => {
      for (const rows of [rollups, trades]) {
        const stray = rows.find((row) => {
          return !isOfNewEpoch(row) && commits.get(nameOf(row))?.has(row.version) !== true;
        });
        if (stray === undefined) continue;
        violated("I3", `a row of ${nameOf(stray)} says version ${stray.version}, never committed`);
        return;
      }
    },
  };
}

/** Rows of a past that was folded anew: its state, committed before them, holds the rest. */
export function isOfNewEpoch({ version }: { readonly version: number }): boolean {
  return version > EPOCH_STEP * 2 && version % EPOCH_STEP === 1;
}
