/** Where a desk keeps what it knows: all in its data directory, or the figures in PostgreSQL. */
import { type EmbeddedStore, openEmbedded } from "../lib/adapters/embedded/open-embedded.ts";
import type { PostgresStore } from "../lib/adapters/postgres/open-postgres.ts";
import { DEFAULT_RETENTION, type Retention } from "../lib/core/rollup/ladder.ts";
import { type DataPaths, openStore, openStoreForReading } from "./data-directory.ts";

type Figures = Pick<
  EmbeddedStore,
  "state" | "metrics" | "analyses" | "atomic" | "replace" | "orphans" | "consistently"
>;

/** Figures, and the small facts that stay in the data directory: where the archive was read to, which world is told. */
export interface DeskStore extends Figures {
  readonly meta: EmbeddedStore["meta"];
  /** Tells this store of figures from every other, also from one that was made anew at the same place. */
  readonly identity: string | undefined;
  close(): Promise<void>;
}

export interface DeskStoreOptions {
  /** Without a data directory the small facts are forgotten at the end. */
  readonly paths: DataPaths | undefined;
  /** The address of a PostgreSQL database; in the data directory when left out. */
  readonly url: string | undefined;
  readonly access: "write" | "read";
  readonly retention?: Retention;
}

/**
 * Opens the data directory's store, and the database where one is named.
 *
 * @throws {CliError} environment, if another process writes to the directory, or its file cannot be used
 * @throws {PostgresStoreError} if the database cannot be used
 */
export async function openDeskStore(options: DeskStoreOptions): Promise<DeskStore> {
  const local = openLocal(options);
  if (options.url === undefined) {
    return { ...local, identity: undefined, close: async () => local.close() };
  }
  try {
    const database = await openDatabase(options.url, options);
    const close = async () => {
      await database.close();
      local.close();
    };
    return { ...database, meta: local.meta, close };
  } catch (error) {
    local.close();
    throw error;
  }
}

function openLocal({ paths, access }: DeskStoreOptions): EmbeddedStore {
  if (paths === undefined) return openEmbedded({ temporary: true });
  return access === "write" ? openStore(paths) : openStoreForReading(paths);
}

/** The driver is loaded where it is needed only. `?schema=NAME` is ours: the server knows nothing of it. */
async function openDatabase(
  address: string,
  { access, retention = DEFAULT_RETENTION }: DeskStoreOptions,
): Promise<PostgresStore> {
  const { openPostgres } = await import("../lib/adapters/postgres/open-postgres.ts");
  const url = new URL(address);
  const schema = url.searchParams.get("schema") ?? undefined;
  url.searchParams.delete("schema");
  const named = schema === undefined ? {} : { schema };
  return openPostgres({ url: url.href, ...named, access, retention });
}
