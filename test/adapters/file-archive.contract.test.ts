import { join } from "node:path";
import { type FileArchiveOptions, openFileArchive } from "../../lib/adapters/local/file-archive.ts";
import type { RawArchive } from "../../lib/ports/raw-archive.ts";
import type { Opened } from "../contract/opened.ts";
import { rawArchiveContract } from "../contract/raw-archive.contract.ts";
import { scratchDirectory } from "./scratch-directory.ts";

const opening = (options: Partial<FileArchiveOptions>) => async (): Promise<Opened<RawArchive>> => {
  const scratch = scratchDirectory();
  const open = () => openFileArchive({ ...options, directory: join(scratch.path, "archive") });
  let archive = await open();
  return {
    store: archive,
    async reopen() {
      await archive.close();
      archive = await open();
      return archive;
    },
    async close() {
      await archive.close();
      scratch.remove();
    },
  };
};

const kept = { reopening: "keeps-all" } as const;

rawArchiveContract("The archive in files", opening({}), kept);
rawArchiveContract("The archive synced to disk", opening({ durability: "disk" }), kept);
rawArchiveContract("The archive in many small zstd segments", opening({ segmentBytes: 300 }), kept);
rawArchiveContract(
  "The archive in many small gzip segments",
  opening({ segmentBytes: 300, compression: "gzip" }),
  kept,
);
rawArchiveContract(
  "The archive in many small plain segments",
  opening({ segmentBytes: 300, compression: "none" }),
  kept,
);
