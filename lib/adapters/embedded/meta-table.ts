import type { Connection } from "./connection.ts";

/** Small facts beside the figures: what start-up needs to continue where it stopped. Keys are ours, not users'. */
export interface EmbeddedMeta {
  get(key: string): string | undefined;
  /** `undefined` removes the key. */
  set(key: string, value: string | undefined): void;
}

export function metaTable(connection: Connection): EmbeddedMeta {
  return {
    get: (key) =>
      connection.attempt(
        () =>
          connection.statement("SELECT value FROM meta WHERE key = ?").first<[string]>(key)?.[0],
      ),
    set: (key, value) =>
      connection.transaction(() => {
        if (value === undefined) connection.statement("DELETE FROM meta WHERE key = ?").run(key);
        else connection.statement("REPLACE INTO meta (key, value) VALUES (?, ?)").run(key, value);
      }),
  };
}
