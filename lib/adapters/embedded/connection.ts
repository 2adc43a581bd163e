import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { EmbeddedStoreError, explainStoreError } from "./embedded-store-error.ts";

/** One SQLite connection: statements prepared once, transactions that join, errors that say what to do. */
export interface Connection {
  readonly path: string;
  /** Prepared on first use; rows come as arrays, in the order of the columns. */
  statement(sql: string): Statement;
  /** Runs `work` in one transaction; a call inside another joins it. Rolled back when `work` throws. */
  transaction<T>(work: () => T): T;
  /** Runs `work` outside any transaction of its own, with the same errors. */
  attempt<T>(work: () => T): T;
  /** `forget` is called when a transaction is undone: what was learnt inside it may not stand. */
  onRollback(forget: () => void): void;
}

/** A prepared statement whose rows are tuples. */
export interface Statement {
  run(...values: SQLInputValue[]): number;
  first<Row>(...values: SQLInputValue[]): Row | undefined;
  rows<Row>(...values: SQLInputValue[]): Row[];
}

export function connect(
  db: DatabaseSync,
  path: string,
  access: "write" | "read" = "write",
): Connection {
  const statements = new Map<string, Statement>();
  const forgetters: (() => void)[] = [];
  let depth = 0;
  let doomed: { readonly error: unknown } | undefined;

  function attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw explainStoreError(error, path);
    }
  }

  function undo(): void {
    for (const forget of forgetters) forget();
    if (db.isOpen && db.isTransaction) db.exec("ROLLBACK");
  }

  function joined<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      doomed = { error };
      throw error;
    }
  }

  function outermost<T>(work: () => T): T {
    if (access === "read") throw openedForReading(path);
    db.exec("BEGIN IMMEDIATE");
    depth = 1;
    doomed = undefined;
    try {
      const result = work();
      if (result instanceof Promise) throw new TypeError("a transaction must be synchronous");
      if (doomed !== undefined) throw (doomed as { readonly error: unknown }).error;
      db.exec("COMMIT");
      return result;
    } catch (error) {
      undo();
      throw error;
    } finally {
      depth = 0;
    }
  }

  return {
    path,
    attempt,
    transaction: (work) => attempt(() => (depth > 0 ? joined(work) : outermost(work))),
    onRollback: (forget) => void forgetters.push(forget),
    statement(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      const made = attempt(() => asStatement(db.prepare(sql)));
      statements.set(sql, made);
      return made;
    },
  };
}

function openedForReading(path: string): EmbeddedStoreError {
  return new EmbeddedStoreError("read-only", path, {
    message: `The store ${path} was opened for reading; open it for writing to change it`,
  });
}

function asStatement(prepared: StatementSync): Statement {
  prepared.setReturnArrays(true);
  return {
    run: (...values) => Number(prepared.run(...values).changes),
    first: <Row>(...values: SQLInputValue[]) => prepared.get(...values) as Row | undefined,
    rows: <Row>(...values: SQLInputValue[]) => prepared.all(...values) as unknown as Row[],
  };
}
