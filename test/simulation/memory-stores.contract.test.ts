import { alertStoreContract } from "../contract/alert-store.contract.ts";
import { metricStoreContract } from "../contract/metric-store.contract.ts";
import { stateStoreContract } from "../contract/state-store.contract.ts";
import { memoryAlertStore } from "./memory-alert-store.ts";
import { memoryMetricStore, memoryStateStore } from "./memory-stores.ts";

const opening =
  <Store>(open: () => Store) =>
  async () => ({
    store: open(),
    reopen: async () => open(),
    close: async () => {},
  });

stateStoreContract("The simulation's store", opening(memoryStateStore), {
  reopening: "starts-empty",
  bodyCharactersMax: 1_048_576,
});
metricStoreContract("The simulation's store", opening(memoryMetricStore), {
  refusedCall: "changes-nothing",
  reopening: "starts-empty",
  repeatedRow: "stale",
  reusedTradeId: "conflicting",
  deletion: "on-request",
  times: "any",
});
alertStoreContract(
  "The simulation's store",
  opening(() => memoryAlertStore()),
  { reopening: "starts-empty" },
);
