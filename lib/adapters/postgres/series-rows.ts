/** All rows of one instrument, replaced as a whole. */
import { RESOLUTIONS } from "../../core/rollup/row.ts";
import type { StateKey } from "../../ports/state-store.ts";
import type { Session } from "./connection-pool.ts";
import { tableOf } from "./rollup-reads.ts";
import { fromStoredText } from "./stored-text.ts";

const DELETIONS = [...RESOLUTIONS.map(tableOf), "trade"].map((table) => ({
  name: `series-delete-${table}`,
  text: `DELETE FROM ${table} WHERE series = $1`,
}));
const ORPHANS = {
  name: "series-orphans",
  text: `
    SELECT account, instrument FROM series
    WHERE NOT EXISTS (SELECT FROM state WHERE state.series = series.id)
      AND (${RESOLUTIONS.map((resolution) => `EXISTS (SELECT FROM ${tableOf(resolution)} AS rung WHERE rung.series = series.id)`).join(" OR ")})
    ORDER BY account, instrument`,
};

/** Inside a transaction. */
export async function deleteSeriesRows(session: Session, series: number): Promise<void> {
  for (const deletion of DELETIONS) await session.run(deletion, [series]);
}

/** Instruments that have rows and no state. */
export async function orphansOf(session: Session): Promise<readonly StateKey[]> {
  const found = await session.rows<[string, string]>(ORPHANS, []);
  return found.map(([account, instrument]) => ({
    account: fromStoredText(account),
    instrument: fromStoredText(instrument),
  }));
}
