import { join } from "node:path";
import { openEventLog } from "../../lib/adapters/local/event-log.ts";
import { openFileArchive } from "../../lib/adapters/local/file-archive.ts";
import type { EventStream } from "../../lib/ports/event-stream.ts";
import { eventStreamContract } from "../contract/event-stream.contract.ts";
import type { Opened } from "../contract/opened.ts";
import { scratchDirectory } from "./scratch-directory.ts";

const opening =
  (sizes: { readonly capacity?: number; readonly batchLines?: number }) =>
  async (): Promise<Opened<EventStream>> => {
    const directory = scratchDirectory();
    const openArchive = () => openFileArchive({ directory: join(directory.path, "archive") });
    let archive = await openArchive();
    let log = openEventLog(archive, sizes);
    const close = async () => {
      log.close();
      await archive.close();
    };
    return {
      store: log,
      async reopen() {
        await close();
        archive = await openArchive();
        log = openEventLog(archive, sizes);
        return log;
      },
      async close() {
        await close();
        directory.remove();
      },
    };
  };

eventStreamContract("The local log", opening({}), { reopening: "keeps-all" });
eventStreamContract("The local log with little memory", opening({ capacity: 4, batchLines: 3 }), {
  reopening: "keeps-all",
});
