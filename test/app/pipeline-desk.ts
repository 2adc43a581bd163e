/** The live pipeline on a directory of its own, as `npm start` wires it, and `verify` over what it left. */
import { join } from "node:path";
import { type EmbeddedStore, openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { type FileArchive, openFileArchive } from "../../lib/adapters/local/file-archive.ts";
import {
  type FoldProgress,
  NOTHING_FOLDED,
  type ProgressStore,
} from "../../lib/app/fold-progress.ts";
import {
  createLivePipeline,
  type LiveOptions,
  type LivePipeline,
  type LivePorts,
} from "../../lib/app/live-pipeline.ts";
import type { RebuildPorts } from "../../lib/app/rebuild.ts";
import { type Verification, verify } from "../../lib/app/verify.ts";
import type { EpochUs } from "../../lib/core/units.ts";
import { DEFAULTS } from "../fold.ts";

const encode = (text: string): Uint8Array => Buffer.from(text);

export interface PipelineDesk {
  readonly store: EmbeddedStore;
  readonly archive: FileArchive;
  readonly pipeline: LivePipeline;
  readonly close: () => Promise<void>;
}

export interface DeskOptions extends Partial<LiveOptions> {
  /** What the pipeline is given instead of what the desk has. */
  readonly ports?: (ports: LivePorts) => LivePorts;
  readonly now?: () => number;
}

export const storePath = (directory: string): string => join(directory, "store.sqlite");
const archivePath = (directory: string): string => join(directory, "archive");

/** Opens the directory as a start does, up to date. */
export async function openDesk(
  directory: string,
  { ports = (own) => own, now = () => 2 ** 51, ...options }: DeskOptions = {},
): Promise<PipelineDesk> {
  const store = openEmbedded({ path: storePath(directory) });
  const progress = progressOf(store);
  const floor = progress.get().position;
  const archive = await openFileArchive({ directory: archivePath(directory), floor });
  const { state, metrics, atomic } = store;
  const pipeline = createLivePipeline(
    ports({
      state,
      metrics,
      atomic,
      archive,
      progress,
      replacing: store,
      openScratch: () => openEmbedded({ temporary: true }),
      clock: { now: () => now() as EpochUs },
      encode,
    }),
    { settings: DEFAULTS, retention: DEFAULTS.retention, ...options },
  );
  const close = async () => {
    await pipeline.close();
    await archive.close();
    store.close();
  };
  try {
    await pipeline.catchUp();
  } catch (error) {
    await close();
    throw error;
  }
  return { store, archive, pipeline, close };
}

/** What folding the desk's archive anew takes. */
export function rebuildPortsOf({ store, archive }: PipelineDesk): RebuildPorts {
  const { state, metrics } = store;
  const openScratch = () => openEmbedded({ temporary: true });
  return { state, metrics, replacing: store, archive, openScratch, encode };
}

export function progressOf({ meta }: EmbeddedStore): ProgressStore {
  return {
    get: () => JSON.parse(meta.get("progress") ?? JSON.stringify(NOTHING_FOLDED)) as FoldProgress,
    set: (progress) => meta.set("progress", JSON.stringify(progress)),
  };
}

/** What `verify` says about a directory, read as another process would read it. */
export async function verified(directory: string, { retention } = DEFAULTS): Promise<Verification> {
  const store = openEmbedded({ path: storePath(directory), access: "read" });
  const scratch = openEmbedded({ temporary: true });
  const { state, metrics } = store;
  try {
    return await verify(
      {
        state,
        metrics,
        reads: store,
        progress: progressOf(store).get,
        openArchive: () => openFileArchive({ directory: archivePath(directory), access: "read" }),
        scratch,
        encode,
      },
      { settings: DEFAULTS, retention },
    );
  } finally {
    scratch.close();
    store.close();
  }
}
