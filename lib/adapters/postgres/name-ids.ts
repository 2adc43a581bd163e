import type { StateKey } from "../../ports/state-store.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import { fromStoredText, toStoredText } from "./stored-text.ts";

type Series = StateKey;

/** (account, instrument) and the names of parts as small integers. They are never deleted, so what is known stays true. */
export interface NameIds {
  /** Without asking the database. */
  knownSeries(series: Series): number | undefined;
  findSeries(series: Series): Promise<number | undefined>;
  /** An id that was read beside something else, and so need not be asked for. */
  learnSeries(series: Series, id: number): void;
  /** The id of a series, made on first use; by itself, outside any transaction. */
  ensureSeries(series: Series): Promise<number>;
  knownPart(name: string): number | undefined;
  findPart(name: string): Promise<number | undefined>;
  ensurePart(name: string): Promise<number>;
  /** Every series that matches; a field left out matches all. */
  seriesMatching(
    account: string | undefined,
    instrument: string | undefined,
  ): Promise<readonly SeriesName[]>;
}

export interface SeriesName {
  readonly id: number;
  readonly account: string;
  readonly instrument: string;
}

const SERIES = {
  find: {
    name: "series-find",
    text: "SELECT id FROM series WHERE account = $1 AND instrument = $2",
  },
  make: {
    name: "series-make",
    text: "INSERT INTO series (account, instrument) VALUES ($1, $2) ON CONFLICT DO NOTHING",
  },
};
const PART = {
  find: { name: "part-find", text: "SELECT id FROM part WHERE name = $1 AND $2 = ''" },
  make: {
    name: "part-make",
    text: "INSERT INTO part (name) SELECT $1 WHERE $2 = '' ON CONFLICT DO NOTHING",
  },
};
const MATCHING = {
  name: "series-matching",
  text: `
    SELECT id, account, instrument FROM series
    WHERE ($1::text IS NULL OR account = $1) AND ($2::text IS NULL OR instrument = $2)`,
};

export function nameIds(pool: ConnectionPool): NameIds {
  const series = idsOf(pool, SERIES);
  const parts = idsOf(pool, PART);
  return {
    knownSeries: ({ account, instrument }) => series.known.get(account)?.get(instrument),
    findSeries: ({ account, instrument }) => series.find(account, instrument),
    learnSeries: ({ account, instrument }, id) => series.learn(account, instrument, id),
    ensureSeries: ({ account, instrument }) => series.ensure(account, instrument),
    knownPart: (name) => parts.known.get(name)?.get(""),
    findPart: (name) => parts.find(name, ""),
    ensurePart: (name) => parts.ensure(name, ""),
    seriesMatching: async (account, instrument) => {
      const wanted = [account, instrument].map((name) =>
        name === undefined ? null : toStoredText(name),
      );
      const found = await pool.rows<[number, string, string]>(MATCHING, wanted);
      return found.map(([id, ...name]) => ({
        id,
        account: fromStoredText(name[0]),
        instrument: fromStoredText(name[1]),
      }));
    },
  };
}

/** Ids by two texts; a part has one, and "" for the other. */
function idsOf(pool: ConnectionPool, statements: typeof SERIES) {
  const known = new Map<string, Map<string, number>>();

  function learn(first: string, second: string, id: number): void {
    known.set(first, (known.get(first) ?? new Map<string, number>()).set(second, id));
  }

  async function find(first: string, second: string): Promise<number | undefined> {
    const found = known.get(first)?.get(second);
    if (found !== undefined) return found;
    const id = (await pool.rows<[number]>(statements.find, stored(first, second)))[0]?.[0];
    if (id !== undefined) learn(first, second, id);
    return id;
  }

  async function ensure(first: string, second: string): Promise<number> {
    const standing = await find(first, second);
    if (standing !== undefined) return standing;
    await pool.run(statements.make, stored(first, second));
    const made = await find(first, second);
    if (made === undefined) throw new Error("a name that was just inserted must be found");
    return made;
  }

  return { known, learn, find, ensure };
}

function stored(...texts: readonly string[]): string[] {
  return texts.map(toStoredText);
}
