import type { StateKey } from "../../ports/state-store.ts";
import type { Connection } from "./connection.ts";
import { fromStoredText, toStoredText } from "./stored-text.ts";

/** (account, instrument) as one small integer, so that rows are short and keys compare fast. */
export interface SeriesTable {
  /** The id of a series, made on first use; inside a transaction only. */
  ensure(account: string, instrument: string): number;
  find(account: string, instrument: string): number | undefined;
  /** Every series that matches; a field left out matches all. */
  matching(
    account: string | undefined,
    instrument: string | undefined,
  ): readonly (StateKey & { readonly id: number })[];
}

export function seriesTable(connection: Connection): SeriesTable {
  const select = connection.statement("SELECT id FROM series WHERE account = ? AND instrument = ?");
  const selectAll = connection.statement("SELECT id, account, instrument FROM series");
  const idByInstrumentByAccount = new Map<string, Map<string, number>>();
  connection.onRollback(() => idByInstrumentByAccount.clear());

  function find(account: string, instrument: string): number | undefined {
    return select.first<[number]>(toStoredText(account), toStoredText(instrument))?.[0];
  }

  function create(account: string, instrument: string): number {
    const insert = connection.statement("INSERT INTO series (account, instrument) VALUES (?, ?)");
    insert.run(toStoredText(account), toStoredText(instrument));
    const id = find(account, instrument);
    if (id === undefined) throw new Error("a series that was just inserted must be found");
    return id;
  }

  return {
    find,
    ensure(account, instrument) {
      const idByInstrument = idByInstrumentByAccount.get(account) ?? new Map<string, number>();
      const known = idByInstrument.get(instrument);
      if (known !== undefined) return known;
      const id = find(account, instrument) ?? create(account, instrument);
      idByInstrumentByAccount.set(account, idByInstrument.set(instrument, id));
      return id;
    },
    matching: (account, instrument) =>
      selectAll
        .rows<[number, string, string]>()
        .map(([id, ...name]) => ({
          id,
          account: fromStoredText(name[0]),
          instrument: fromStoredText(name[1]),
        }))
        .filter(
          (series) =>
            (account === undefined || series.account === account) &&
            (instrument === undefined || series.instrument === instrument),
        ),
  };
}
