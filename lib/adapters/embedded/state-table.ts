import type { EpochUs } from "../../core/units.ts";
import type {
  CommitResult,
  StateKey,
  StateSnapshot,
  StateStore,
  StateSummary,
} from "../../ports/state-store.ts";
import type { Connection } from "./connection.ts";
import type { SeriesTable } from "./series-table.ts";
import { fromStoredText, toStoredText } from "./stored-text.ts";

type Expected = Parameters<StateStore["commit"]>[1];

/** The synchronous half of the state store. */
export interface StateTable {
  load(key: StateKey): StateSnapshot | undefined;
  commit(key: StateKey, expected: Expected, next: StateSnapshot): CommitResult;
  keys(): readonly StateKey[];
  summaries(): readonly StateSummary[];
  owing(before: EpochUs, limit: number): readonly StateKey[];
}

const FROM = "FROM state JOIN series ON series.id = state.series";
const LOAD = `SELECT epoch, gen, dirty_since, summary, body ${FROM} WHERE account = ? AND instrument = ?`;
const FIRST = `
  INSERT INTO state (series, epoch, gen, dirty_since, summary, body) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`;
const REPLACE = `
  UPDATE state SET epoch = ?, gen = ?, dirty_since = ?, summary = ?, body = ?
  WHERE series = ? AND epoch = ? AND gen = ?`;
const KEYS = `SELECT account, instrument ${FROM} ORDER BY account, instrument`;
const SUMMARIES = `
  SELECT account, instrument, epoch, gen, summary ${FROM} ORDER BY account, instrument`;
const OWING = `
  SELECT account, instrument ${FROM} WHERE dirty_since < ?
  ORDER BY dirty_since, account, instrument LIMIT ?`;

export function stateTable(connection: Connection, series: SeriesTable): StateTable {
  function load(key: StateKey): StateSnapshot | undefined {
    const row = connection
      .statement(LOAD)
      .first<[number, number, number | null, string, string]>(
        toStoredText(key.account),
        toStoredText(key.instrument),
      );
    if (row === undefined) return undefined;
    const [epoch, gen, since, ...texts] = row;
    const [summary, body] = [fromStoredText(texts[0]), fromStoredText(texts[1])];
    const snapshot = { epoch, gen, body, summary };
    return since === null ? snapshot : { ...snapshot, dirtySince: since as EpochUs };
  }

  function put(id: number, expected: Expected, next: StateSnapshot): number {
    const [summary, body] = [toStoredText(next.summary), toStoredText(next.body)];
    const since = next.dirtySince ?? null;
    if (expected === undefined) {
      return connection.statement(FIRST).run(id, next.epoch, next.gen, since, summary, body);
    }
    return connection
      .statement(REPLACE)
      .run(next.epoch, next.gen, since, summary, body, id, expected.epoch, expected.gen);
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
      connection.attempt(() => connection.statement(KEYS).rows<[string, string]>().map(asKey)),
    summaries: () =>
      connection.attempt(() =>
        connection
          .statement(SUMMARIES)
          .rows<[string, string, number, number, string]>()
          .map(([account, instrument, epoch, gen, summary]) => ({
            ...asKey([account, instrument]),
            epoch,
            gen,
            summary: fromStoredText(summary),
          })),
      ),
    owing: (before, limit) =>
      connection.attempt(() =>
        connection.statement(OWING).rows<[string, string]>(before, limit).map(asKey),
      ),
  };
}

function asKey([account, instrument]: [string, string]): StateKey {
  return { account: fromStoredText(account), instrument: fromStoredText(instrument) };
}
