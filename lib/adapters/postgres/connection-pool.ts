import { AsyncLocalStorage } from "node:async_hooks";
import { Pool, type PoolClient, types } from "pg";
import { explainStoreError, type Phase, PostgresStoreError } from "./postgres-store-error.ts";

/** Prepared once a connection, under its name; rows come as arrays, in the order of the columns. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export type Value = string | number | null;

/** Runs statements: one after another inside a transaction, each by itself outside of it. */
export interface Session {
  rows<Row>(statement: Statement, values: readonly Value[]): Promise<Row[]>;
  /** @returns how many rows it changed */
  run(statement: Statement, values: readonly Value[]): Promise<number>;
}

export interface ConnectionPool extends Session {
  /** Host, port, database and schema, for messages. */
  readonly where: string;
  /** All that `work` writes, or nothing when it throws; begun again when the server undid it in favour of another. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** As `transaction`, but never begun again; with a way to run SQL of several statements, for migrations. */
  once<T>(work: (session: Session, run: (sql: string) => Promise<void>) => Promise<T>): Promise<T>;
  /** All that `read` reads through this pool is what stood when it read first; it writes nothing. */
  consistently<T>(read: () => Promise<T>): Promise<T>;
  /** Idempotent; waits for calls in flight. */
  close(): Promise<void>;
}

export interface PoolLocation {
  readonly url: string;
  /** The namespace in the database that holds our tables. */
  readonly schema: string;
  /** Connections at most. */
  readonly connections: number;
  /** How long a call waits for a connection, and a connection for the server. */
  readonly waitMs: number;
  /** How long one statement may take. */
  readonly statementMs: number;
}

/** A transaction that lost against another is begun again this often. */
const ATTEMPTS = 5;
const INT8_OID = 20;
const ONE_INSTANT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/** What the pool says when none of its connections became free; a server that is silent is told otherwise. */
const WAITED_IN_VAIN = "timeout exceeded when trying to connect";

export function connectionPool(location: PoolLocation): ConnectionPool {
  const where = placeOf(location);
  const pool = new Pool({
    connectionString: withSettings(location.url, location.schema),
    application_name: "brawler",
    max: location.connections,
    connectionTimeoutMillis: location.waitMs,
    statement_timeout: location.statementMs,
    // The server answers its own time-out; where it is silent, we give up soon after.
    query_timeout: location.statementMs + location.waitMs,
    keepAlive: true,
    allowExitOnIdle: true,
    types: { getTypeParser: typeParser as typeof types.getTypeParser },
  });
  // A connection that dies while nobody uses it is replaced by the next call; unheard, the event would end the process.
  pool.on("error", () => {});
  pool.on("connect", (client) => void client.on("error", () => {}));
  const asked = { pool, where, location };
  /** Where the calls of a consistent reading go. */
  const reading = new AsyncLocalStorage<Session>();
  let closing: Promise<void> | undefined;

  return {
    where,
    rows: (statement, values) =>
      reading.getStore()?.rows(statement, values) ??
      withClient(asked, (client) => sessionOf(client, where, "work").rows(statement, values)),
    run: (statement, values) =>
      again(() =>
        withClient(asked, (client) => sessionOf(client, where, "write").run(statement, values)),
      ),
    transaction: (work) =>
      again(() => withClient(asked, (client) => inTransaction(client, where, work))),
    once: (work) =>
      withClient(asked, (client) =>
        inTransaction(client, where, (session) =>
          work(session, async (sql) => {
            await explained(client.query(sql), where, "work");
          }),
        ),
      ),
    consistently: (read) =>
      withClient(asked, async (client) => {
        await explained(client.query(ONE_INSTANT), where, "work");
        try {
          return await reading.run(sessionOf(client, where, "work"), read);
        } finally {
          await rollBack(client);
        }
      }),
    close() {
      closing ??= pool.end();
      return closing;
    },
  };
}

interface Asked {
  readonly pool: Pool;
  readonly where: string;
  readonly location: PoolLocation;
}

async function withClient<T>(asked: Asked, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await connect(asked);
  try {
    const result = await work(client);
    client.release();
    return result;
  } catch (error) {
    // A connection whose state is in doubt is not used again.
    client.release(error instanceof PostgresStoreError && error.kind !== "contention");
    throw error;
  }
}

async function connect({ pool, where, location }: Asked): Promise<PoolClient> {
  if (pool.ending) {
    throw new PostgresStoreError(
      "closed",
      `The store at ${where} has been closed; open it again before reading or writing`,
    );
  }
  try {
    return await pool.connect();
  } catch (cause) {
    if (String(cause).includes(WAITED_IN_VAIN)) {
      throw new PostgresStoreError(
        "busy",
        `All ${location.connections} connections to PostgreSQL at ${where} were in use for ${location.waitMs} ms; nothing of this call was written. Allow more connections, or ask for less at once`,
        { cause },
      );
    }
    throw explainStoreError(cause, where, "connect");
  }
}

async function inTransaction<T>(
  client: PoolClient,
  where: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  await explained(client.query("BEGIN"), where, "work");
  try {
    const result = await work(sessionOf(client, where, "work"));
    await explained(client.query("COMMIT"), where, "write");
    return result;
  } catch (error) {
    await rollBack(client);
    throw error;
  }
}

/** Of no use where the connection is gone: then the server has rolled back. */
async function rollBack(client: PoolClient): Promise<void> {
  try {
    await client.query("ROLLBACK");
  } catch {
    // The first error says more than this one.
  }
}

function sessionOf(client: PoolClient, where: string, phase: Phase): Session {
  const query = (statement: Statement, values: readonly Value[], how: Phase) =>
    explained(client.query({ ...statement, values: [...values], rowMode: "array" }), where, how);
  return {
    rows: async <Row>(statement: Statement, values: readonly Value[]) =>
      (await query(statement, values, "work")).rows as Row[],
    run: async (statement, values) => (await query(statement, values, phase)).rowCount ?? 0,
  };
}

async function explained<T>(answer: Promise<T>, where: string, phase: Phase): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw explainStoreError(error, where, phase);
  }
}

async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const hasLost = error instanceof PostgresStoreError && error.kind === "contention";
      if (!hasLost || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Our counts are safe integers, so they need no text. */
function typeParser(oid: number, format?: "text" | "binary"): unknown {
  if (oid === INT8_OID) return Number;
  return format === "binary"
    ? types.getTypeParser(oid, "binary")
    : types.getTypeParser(oid, "text");
}

/**
 * Every statement is planned once a connection: all are lookups by index whatever their values, and planning over the
 * partitions anew costs more than most of them do.
 */
const PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan";

/** Names are looked for in our schema, and extensions in `public`; what the address already asks of the server is kept. */
function withSettings(address: string, schema: string): string {
  const url = new URL(address);
  const asked = url.searchParams.get("options");
  const options = [PLANNED_ONCE, asked, `-c search_path=${schema},public`];
  url.searchParams.set("options", options.filter((option) => option !== null).join(" "));
  return url.href;
}

function placeOf({ url, schema }: PoolLocation): string {
  const { hostname, port, pathname, searchParams } = new URL(url);
  const host = searchParams.get("host") ?? (hostname || "localhost");
  return `${host}:${port || "5432"}${pathname}, schema ${schema}`;
}
