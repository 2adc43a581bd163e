import { readFile } from "node:fs/promises";
import type { ConnectionPool, Session } from "./connection-pool.ts";
import { PostgresStoreError } from "./postgres-store-error.ts";

/** How rollups lie in the database: decided when the schema is made, and never changed under it. */
export type Layout = "partitions" | "hypertables";

/**
 * The schema's history: entry n turns version n into n + 1. Entries are only ever added; a file says what it does.
 */
const MIGRATIONS: readonly ((layout: Layout) => string)[] = [
  () => "0001-tables.sql",
  (layout) => `0002-rollups-as-${layout}.sql`,
  () => "0003-views.sql",
];

/** The version this program reads and writes. */
const SCHEMA_VERSION = MIGRATIONS.length;

const LOCK = {
  name: "schema-lock",
  text: "SELECT pg_advisory_xact_lock(hashtext('brawler'), hashtext($1))",
};
const ENCODING = { name: "schema-encoding", text: "SELECT current_setting('server_encoding')" };
const EXISTS = { name: "schema-exists", text: "SELECT 1 FROM pg_namespace WHERE nspname = $1" };
const TABLES = {
  name: "schema-tables",
  text: "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = $1 AND relkind IN ('r', 'p')",
};
const FILES = { name: "schema-files", text: "SELECT file FROM migration ORDER BY number" };
const RECORD = {
  name: "schema-record",
  text: "INSERT INTO migration (number, file) VALUES ($1, $2)",
};
/** The community edition: compression and policies are no part of the Apache one. */
const TIMESCALE = {
  name: "schema-timescale",
  text: "SELECT 1 FROM pg_extension WHERE extname = 'timescaledb' AND current_setting('timescaledb.license', true) = 'timescale'",
};

/**
 * Brings the schema to this program's version, making it when there is none: one opener at a time, all or nothing.
 *
 * @throws {PostgresStoreError} `foreign`, `schema`, `encoding`, `not-permitted`
 */
export async function migrate(pool: ConnectionPool, schema: string): Promise<Layout> {
  return pool.once(async (session, run) => {
    await session.rows(LOCK, [schema]);
    const found = await filesOf(session, pool.where, schema);
    if (found === undefined) await createSchema(session, run, { schema, where: pool.where });
    const layout = await layoutOf(session, found ?? []);
    for (const [at, fileFor] of MIGRATIONS.entries()) {
      if (at < (found?.length ?? 0)) continue;
      const file = fileFor(layout);
      await run(await readFile(new URL(`migrations/${file}`, import.meta.url), "utf8"));
      await session.run(RECORD, [at + 1, file]);
    }
    return layout;
  });
}

/**
 * For a store that is only read, and so is not brought forward.
 *
 * @throws {PostgresStoreError} `schema` where it is missing or of an earlier version
 */
export async function requireCurrentSchema(pool: ConnectionPool, schema: string): Promise<Layout> {
  return pool.once(async (session) => {
    const found = (await filesOf(session, pool.where, schema)) ?? [];
    if (found.length < SCHEMA_VERSION) {
      throw new PostgresStoreError(
        "schema",
        `The store at ${pool.where} has version ${found.length} of its tables, this program reads ${SCHEMA_VERSION}; open it once for writing (start the product on it), which brings it forward`,
      );
    }
    return layoutOf(session, found);
  });
}

/** The migrations that stand; `undefined` where nothing of the schema does. */
async function filesOf(
  session: Session,
  where: string,
  schema: string,
): Promise<readonly string[] | undefined> {
  const tables = (await session.rows<[string]>(TABLES, [schema])).map(([name]) => name);
  if (tables.length === 0) return undefined;
  if (!tables.includes("migration") || !tables.includes("ladder")) {
    throw new PostgresStoreError(
      "foreign",
      `The tables at ${where} are those of another program; they are left as they are: name another schema`,
    );
  }
  const files = (await session.rows<[string]>(FILES, [])).map(([file]) => file);
  if (files.length > SCHEMA_VERSION) {
    throw new PostgresStoreError(
      "schema",
      `The store at ${where} has version ${files.length} of its tables, this program knows up to ${SCHEMA_VERSION}: a newer version wrote it; use that version, or name another schema and fill it from the raw archive`,
    );
  }
  return files;
}

async function layoutOf(session: Session, found: readonly string[]): Promise<Layout> {
  if (found.length > 1) {
    return found.some((file) => file.includes("hypertables")) ? "hypertables" : "partitions";
  }
  const hasTimescale = (await session.rows(TIMESCALE, [])).length > 0;
  return hasTimescale ? "hypertables" : "partitions";
}

async function createSchema(
  session: Session,
  run: (sql: string) => Promise<void>,
  { schema, where }: { readonly schema: string; readonly where: string },
): Promise<void> {
  const [encoding] = (await session.rows<[string]>(ENCODING, [])).flat();
  if (encoding !== "UTF8") {
    throw new PostgresStoreError(
      "encoding",
      `The database at ${where} has encoding ${encoding}, which cannot hold every name; make one with encoding UTF8 (createdb -E UTF8 -T template0)`,
    );
  }
  // Asked first: where it exists, the right to make one is not needed.
  const exists = (await session.rows(EXISTS, [schema])).length > 0;
  if (!exists) await run(`CREATE SCHEMA ${schema}`);
}
