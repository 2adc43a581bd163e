import type { EpochUs } from "../../core/units.ts";
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
  owing(before: EpochUs, limit: number): readonly StateKey[];
}

export function stateTable(connection: Connection, series: SeriesTable): StateTable {
  function load(key: StateKey): StateSnapshot | undefined {
    const row = connection
      .statement(
        "SELECT epoch, gen, body, dirty_since FROM state JOIN series ON series.id = state.series WHERE account = ? AND instrument = ?",
      )
      .first<[number, number, string, number | null]>(
        toStoredText(key.account),
        toStoredText(key.instrument),
      );
    if (row === undefined) return undefined;
    const [epoch, gen, stored, since] = row;
    const body = fromStoredText(stored);
    return since === null
      ? { epoch, gen, body }
      : { epoch, gen, body, dirtySince: since as EpochUs };
  }

  function put(id: number, expected: Expected, next: StateSnapshot): number {
    const body = toStoredText(next.body);
    const since = next.dirtySince ?? null;
    if (expected === undefined) {
      return connection
        .statement(
          "INSERT INTO state (series, epoch, gen, body, dirty_since) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .run(id, next.epoch, next.gen, body, since);
    }
    return connection
      .statement(
        "UPDATE state SET epoch = ?, gen = ?, body = ?, dirty_since = ? WHERE series = ? AND epoch = ? AND gen = ?",
      )
      .run(next.epoch, next.gen, body, since, id, expected.epoch, expected.gen);
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
          .map(asKey),
      ),
    owing: (before, limit) =>
      connection.attempt(() =>
        connection
          .statement(
            "SELECT account, instrument FROM state JOIN series ON series.id = state.series WHERE dirty_since < ? ORDER BY dirty_since, account, instrument LIMIT ?",
          )
          .rows<[string, string]>(before, limit)
          .map(asKey),
      ),
  };
}

function asKey([account, instrument]: [string, string]): StateKey {
  return { account: fromStoredText(account), instrument: fromStoredText(instrument) };
}
