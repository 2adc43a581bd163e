import { Client } from "pg";
import { inject } from "vitest";
import type {
  PostgresLocation,
  PostgresStore,
} from "../../../lib/adapters/postgres/open-postgres.ts";
import type { Opened } from "../../contract/opened.ts";

let made = 0;

/** A name that no other test uses, on a server that may be shared. */
export function freshSchema(): string {
  made += 1;
  return `test_${process.pid}_${made}_${Math.random().toString(36).slice(2, 8)}`;
}

export async function dropSchema(schema: string): Promise<void> {
  const client = new Client({ connectionString: inject("postgresUrl") });
  await client.connect();
  // A server of several major versions reports what it drops: nobody reads it.
  await client.query(`SET client_min_messages = warning; DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await client.end();
}

/** Opens one store in a fresh schema, for a contract. */
export function opening<Store>(
  openStore: (location: PostgresLocation) => Promise<PostgresStore>,
  pick: (store: PostgresStore) => Store,
): () => Promise<Opened<Store>> {
  return async () => {
    const schema = freshSchema();
    const open = () => openStore({ url: inject("postgresUrl"), schema });
    let store = await open();
    return {
      store: pick(store),
      async reopen() {
        await store.close();
        store = await open();
        return pick(store);
      },
      async close() {
        await store.close();
        await dropSchema(schema);
      },
    };
  };
}
