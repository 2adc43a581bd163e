/** Timestream as the model of its documentation answers: nothing else of it can be had on a developer's machine. */
import { timestreamMetricStore } from "../../lib/adapters/timestream/metric-store.ts";
import { TIMESTREAM_TABLES } from "../../lib/adapters/timestream/tables.ts";
import type { MetricStore } from "../../lib/ports/metric-store.ts";
import { metricStoreContract } from "../contract/metric-store.contract.ts";
import type { Opened } from "../contract/opened.ts";
import { type ModelOptions, timestreamModel } from "./timestream-model/model.ts";
import { modelledClients } from "./timestream-model/modelled-clients.ts";

const FOR_EVER = { memoryHours: 8_766, magneticDays: 73_000 };
/** Ten hours after the first bucket of the suite, and after its last. */
const NOW_US = 1_758_276_000_000_000;
const DATABASE = "brawler";

const opening = (options: Partial<ModelOptions>) => async (): Promise<Opened<MetricStore>> => {
  const model = timestreamModel({
    database: DATABASE,
    tables: TIMESTREAM_TABLES.map(({ name }) => ({ name, ...FOR_EVER })),
    now: () => NOW_US,
    ...options,
  });
  const open = () =>
    timestreamMetricStore({
      clients: modelledClients(model),
      database: DATABASE,
      wait: async () => {},
    });
  return {
    store: open(),
    settle: async () => model.settle(),
    reopen: async () => open(),
    close: async () => {},
  };
};

const capabilities = {
  refusedCall: "changes-nothing",
  reopening: "keeps-all",
  repeatedRow: "written",
  reusedTradeId: "stands-beside",
  deletion: "by-age",
  times: "up-to-now",
} as const;

metricStoreContract("Timestream, read eventually", opening({ reads: "eventual" }), capabilities);
metricStoreContract("Timestream in pages of 7", opening({ pageRows: 7 }), capabilities);
