/** What folding the archive of a data directory anew takes: its store, its archive, and a place beside them. */
import { type EmbeddedStore, openEmbedded } from "../lib/adapters/embedded/open-embedded.ts";
import { type FileArchive, openFileArchive } from "../lib/adapters/local/file-archive.ts";
import type { RebuildPorts } from "../lib/app/rebuild.ts";
import { archiveProgress } from "./archive-progress.ts";
import type { DataPaths } from "./data-directory.ts";
import type { DeskStore } from "./desk-store.ts";

/** For writing; positions that the store has folded are not given again, whatever the files have lost. */
export function openArchive({ archive }: DataPaths, store: DeskStore): Promise<FileArchive> {
  return openFileArchive({
    directory: archive,
    floor: archiveProgress(store).get().position,
  });
}

export function rebuildPorts(store: DeskStore, archive: FileArchive): RebuildPorts {
  const { state, metrics } = store;
  return { state, metrics, replacing: store, archive, openScratch, encode };
}

/** A file without a name in the system's temporary directory (`SQLITE_TMPDIR` names another). */
export function openScratch(): EmbeddedStore {
  return openEmbedded({ temporary: true });
}

export function encode(text: string): Uint8Array {
  return Buffer.from(text);
}
