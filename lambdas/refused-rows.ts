/** What a store of metrics refused of a function that writes rows: told, and counted by the names that the alarms know. */
import type { CommitPorts } from "../lib/app/commit-and-flush.ts";
import { count, observers } from "./observed.ts";

export const refusedRows: Required<Pick<CommitPorts, "onRefusedTrades" | "onRefusedRows">> = {
  onRefusedTrades: (trades) => {
    count({ ConflictingRows: trades.length });
    observers.logger.error("trades stand under another sequence", { trades });
  },
  onRefusedRows: (rows) => {
    count({ RefusedRows: rows.length });
    observers.logger.error("the store will never take these rows", { rows });
  },
};
