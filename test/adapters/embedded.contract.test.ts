import { join } from "node:path";
import { type EmbeddedStore, openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { alertStoreContract } from "../contract/alert-store.contract.ts";
import { analysisStoreContract } from "../contract/analysis-store.contract.ts";
import { atomicStoreContract } from "../contract/atomic-store.contract.ts";
import { consistentReadsContract } from "../contract/consistent-reads.contract.ts";
import { metricStoreContract } from "../contract/metric-store.contract.ts";
import type { Opened } from "../contract/opened.ts";
import { replacingStoreContract } from "../contract/replacing-store.contract.ts";
import { stateStoreContract } from "../contract/state-store.contract.ts";
import { scratchDirectory } from "./scratch-directory.ts";

const opening =
  <Store>(open: (directory: string) => EmbeddedStore, pick: (store: EmbeddedStore) => Store) =>
  async (): Promise<Opened<Store>> => {
    const directory = scratchDirectory();
    let embedded = open(directory.path);
    return {
      store: pick(embedded),
      async reopen() {
        embedded.close();
        embedded = open(directory.path);
        return pick(embedded);
      },
      async close() {
        embedded.close();
        directory.remove();
      },
    };
  };

const onFile = (directory: string) => openEmbedded({ path: join(directory, "store.db") });
const temporary = () => openEmbedded({ temporary: true });

const EMBEDDED_METRICS = {
  refusedCall: "changes-nothing",
  repeatedRow: "stale",
  reusedTradeId: "conflicting",
  deletion: "on-request",
  times: "any",
} as const;

metricStoreContract(
  "The embedded file",
  opening(onFile, ({ metrics }) => metrics),
  {
    ...EMBEDDED_METRICS,
    reopening: "keeps-all",
  },
);
metricStoreContract(
  "The temporary store",
  opening(temporary, ({ metrics }) => metrics),
  {
    ...EMBEDDED_METRICS,
    reopening: "starts-empty",
  },
);
stateStoreContract(
  "The embedded file",
  opening(onFile, ({ state }) => state),
  {
    reopening: "keeps-all",
    bodyCharactersMax: 320_000,
  },
);
stateStoreContract(
  "The temporary store",
  opening(temporary, ({ state }) => state),
  {
    reopening: "starts-empty",
    bodyCharactersMax: 320_000,
  },
);
atomicStoreContract(
  "The embedded file",
  opening(onFile, (stores) => stores),
  { reopening: "keeps-all" },
);
atomicStoreContract(
  "The temporary store",
  opening(temporary, (stores) => stores),
  { reopening: "starts-empty" },
);
analysisStoreContract(
  "The embedded file",
  opening(onFile, ({ analyses }) => analyses),
  { refusedCall: "changes-nothing", reopening: "keeps-all" },
);
analysisStoreContract(
  "The temporary store",
  opening(temporary, ({ analyses }) => analyses),
  { refusedCall: "changes-nothing", reopening: "starts-empty" },
);
alertStoreContract(
  "The embedded file",
  opening(onFile, ({ alerts }) => alerts),
  { reopening: "keeps-all" },
);
alertStoreContract(
  "The temporary store",
  opening(temporary, ({ alerts }) => alerts),
  { reopening: "starts-empty" },
);
replacingStoreContract(
  "The embedded file",
  opening(onFile, (store) => store),
  { rowsOf: "some-at-a-time" },
);
replacingStoreContract(
  "The temporary store",
  opening(temporary, (store) => store),
  { rowsOf: "some-at-a-time" },
);
consistentReadsContract("The embedded file", () => {
  const directory = scratchDirectory();
  const writer = onFile(directory.path);
  const reader = openEmbedded({ path: join(directory.path, "store.db"), access: "read" });
  return {
    reads: reader,
    read: reader.state,
    write: writer.state,
    close() {
      reader.close();
      writer.close();
      directory.remove();
    },
  };
});
