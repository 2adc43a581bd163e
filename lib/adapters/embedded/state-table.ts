import type { CommitResult, StateKey, StateSnapshot, StateStore } from "../../ports/state-store.ts";
import type { Connection } from "./connection.ts";
import type { SeriesTable } from "./series-table.ts";
import { fromStoredText, toStoredText } from "./stored-text.ts";

type Expected = Parameters<StateStore["commit"]>[1];

/** The synchronous half of the state store. */
export interface StateTable {
  load(key: StateKey): StateSnapshot | undefined;
  commit(key: StateKey, expected: Expected, next: StateSnapshot): CommitResult;
  keys(): readonly StateKey[];
}

export function stateTable(connection: Connection, series: SeriesTable): StateTable {
  function load(key: StateKey): StateSnapshot | undefined {
    const row = connection
      .statement(
        "SELECT epoch, gen, body FROM state JOIN series ON series.id = state.series WHERE account = ? AND instrument = ?",
      )
      .first<[number, number, string]>(toStoredText(key.account), toStoredText(key.instrument));
    if (row === undefined) return undefined;
    const [epoch, gen, body] = row;
    return { epoch, gen, body: fromStoredText(body) };
  }

  function put(id: number, expected: Expected, next: StateSnapshot): number {
    const body = toStoredText(next.body);
    if (expected === undefined) {
      return connection
        .statement(
          "INSERT INTO state (series, epoch, gen, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .run(id, next.epoch, next.gen, body);
    }
    return connection
      .statement(
        "UPDATE state SET epoch = ?, gen = ?, body = ? WHERE series = ? AND epoch = ? AND gen = ?",
      )
      .run(next.epoch, next.gen, body, id, expected.epoch, expected.gen);
  }

  return {
    load: (key) => connection.attempt(() => load(key)),
    commit: (key, expected, next) =>
      connection.transaction(() => {
        const id = series.ensure(key.account, key.instrument);
        if (put(id, expected, next) === 1) return { outcome: "committed" };
        return { outcome: "stale", current: load(key) };
      }),
    keys: () =>
      connection.attempt(() =>
        connection
          .statement(
            "SELECT account, instrument FROM state JOIN series ON series.id = state.series ORDER BY account, instrument",
          )
          .rows<[string, string]>()
          .map(([account, instrument]) => ({
            account: fromStoredText(account),
            instrument: fromStoredText(instrument),
          })),
      ),
  };
}
