import type { EpochUs } from "../../core/units.ts";
import { requireLimit } from "../../ports/require-count.ts";
import type {
  CommitResult,
  StateKey,
  StateSnapshot,
  StateStore,
  StateSummary,
} from "../../ports/state-store.ts";
import type { ConnectionPool, Session } from "./connection-pool.ts";
import type { NameIds } from "./name-ids.ts";
import { fromStoredText, toStoredText } from "./stored-text.ts";

export type Expected = Parameters<StateStore["commit"]>[1];

export interface StateTable extends StateStore {
  /** As `commit`, inside a transaction, for a series that is known. */
  commitIn(
    session: Session,
    id: number,
    expected: Expected,
    next: StateSnapshot,
  ): Promise<CommitResult>;
}

const FROM = "FROM state JOIN series ON series.id = state.series";
const LOAD = {
  name: "state-load",
  text: "SELECT epoch, gen, dirty_since, summary, body FROM state WHERE series = $1",
};
const FIRST = {
  name: "state-first",
  text: `
    INSERT INTO state (series, epoch, gen, dirty_since, summary, body)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
};
const REPLACE = {
  name: "state-replace",
  text: `
    UPDATE state SET epoch = $2, gen = $3, dirty_since = $4, summary = $5, body = $6
    WHERE series = $1 AND epoch = $7 AND gen = $8`,
};
const KEYS = {
  name: "state-keys",
  text: `SELECT account, instrument ${FROM} ORDER BY account, instrument`,
};
const SUMMARIES = {
  name: "state-summaries",
  text: `SELECT series.id, account, instrument, epoch, gen, summary ${FROM} ORDER BY account, instrument`,
};
const OWING = {
  name: "state-owing",
  text: `
    SELECT account, instrument ${FROM} WHERE dirty_since < $1
    ORDER BY dirty_since, account, instrument LIMIT $2`,
};

export function stateTable(pool: ConnectionPool, ids: NameIds): StateTable {
  async function commitIn(
    session: Session,
    id: number,
    expected: Expected,
    next: StateSnapshot,
  ): Promise<CommitResult> {
    const texts = [toStoredText(next.summary), toStoredText(next.body)];
    const values = [id, next.epoch, next.gen, next.dirtySince ?? null, ...texts];
    const changed =
      expected === undefined
        ? await session.run(FIRST, values)
        : await session.run(REPLACE, [...values, expected.epoch, expected.gen]);
    if (changed === 1) return { outcome: "committed" };
    return { outcome: "stale", current: await loadIn(session, id) };
  }

  return {
    commitIn,
    load: async (key) => {
      const id = await ids.findSeries(key);
      return id === undefined ? undefined : loadIn(pool, id);
    },
    commit: async (key, expected, next) => {
      const id = await ids.ensureSeries(key);
      return commitIn(pool, id, expected, next);
    },
    keys: async () => (await pool.rows<[string, string]>(KEYS, [])).map(asKey),
    summaries: async () => {
      const found = await pool.rows<[number, ...SummaryColumns]>(SUMMARIES, []);
      return found.map(([id, ...columns]) => {
        const summary = asSummary(columns);
        ids.learnSeries(summary, id);
        return summary;
      });
    },
    owing: async (before, limit) => {
      requireLimit(limit);
      return (await pool.rows<[string, string]>(OWING, [before, limit])).map(asKey);
    },
  };
}

async function loadIn(session: Session, id: number): Promise<StateSnapshot | undefined> {
  const [row] = await session.rows<[number, number, number | null, string, string]>(LOAD, [id]);
  if (row === undefined) return undefined;
  const [epoch, gen, since, ...texts] = row;
  const [summary, body] = [fromStoredText(texts[0]), fromStoredText(texts[1])];
  const snapshot = { epoch, gen, body, summary };
  return since === null ? snapshot : { ...snapshot, dirtySince: since as EpochUs };
}

type SummaryColumns = [string, string, number, number, string];

function asSummary([account, instrument, epoch, gen, summary]: SummaryColumns): StateSummary {
  return { ...asKey([account, instrument]), epoch, gen, summary: fromStoredText(summary) };
}

function asKey([account, instrument]: [string, string]): StateKey {
  return { account: fromStoredText(account), instrument: fromStoredText(instrument) };
}
