import { existsSync } from "node:fs";
import { join } from "node:path";
import { instrumentKey } from "../../lib/core/events/event.ts";
import { decodeState } from "../../lib/core/pipeline/codec.ts";
import type { Counters } from "../../lib/core/pipeline/state.ts";
import { archiveProgress } from "../archive-progress.ts";
import { defineCommand, jsonOption } from "../command.ts";
import {
  type DataPaths,
  describeProcess,
  type RunningProcess,
  requireDirectory,
  runningProcess,
  STORE_FILES,
} from "../data-directory.ts";
import { dataOption } from "../data-option.ts";
import { openDeskStore } from "../desk-store.ts";
import { type DirectorySize, sizeOf } from "../directory-size.ts";
import { formatBytes, formatCount, NO_FIGURE } from "../format-figures.ts";
import { formatInstant } from "../instant.ts";
import { storeOption } from "../store-option.ts";
import { type Column, drawTable } from "../table.ts";

interface InstrumentStatus {
  readonly name: string;
  /** µs; the newest event time seen. */
  readonly newest: number;
  readonly counters: Counters;
  readonly buffered: number;
  /** A bust or a correction is being folded into its past. */
  readonly restating: boolean;
}

interface Status {
  readonly schema: "brawler.status/1";
  readonly data: string;
  readonly running: RunningProcess | null;
  readonly sizes: Readonly<Record<"store" | "archive" | "quarantine", DirectorySize>>;
  /** Archived lines whose figures are committed. */
  readonly folded: number;
  readonly instruments: readonly InstrumentStatus[];
}

export const status = defineCommand({
  name: "status",
  summary: "Show what a data directory holds, how fresh it is, and who writes to it",
  options: { data: dataOption, store: storeOption, json: jsonOption },
  examples: ["status", "status --data /var/lib/desk-a --json"],
  run: async ({ options, terminal }) => {
    const paths = requireDirectory(options.data);
    const found: Status = {
      schema: "brawler.status/1",
      data: paths.root,
      running: runningProcess(paths) ?? null,
      sizes: sizesOf(paths),
      ...(await committedIn(paths, options.store)),
    };
    await terminal.print(
      options.json ? JSON.stringify(found, null, 2) : statusText(found, terminal.colour),
    );
    return 0;
  },
});

function sizesOf(paths: DataPaths): Status["sizes"] {
  const store = STORE_FILES.map((name) => sizeOf(join(paths.root, name)));
  return {
    store: {
      files: store.reduce((sum, { files }) => sum + files, 0),
      bytes: store.reduce((sum, { bytes }) => sum + bytes, 0),
    },
    archive: sizeOf(paths.archive),
    quarantine: sizeOf(paths.quarantine),
  };
}

/** Read beside a writer, from the last commit of each instrument. */
async function committedIn(
  paths: DataPaths,
  url: string | undefined,
): Promise<Pick<Status, "folded" | "instruments">> {
  if (!existsSync(paths.store)) return { folded: 0, instruments: [] };
  const store = await openDeskStore({ paths, url, access: "read" });
  try {
    const { position: folded } = archiveProgress(store).get();
    const instruments: InstrumentStatus[] = [];
    for (const key of await store.state.keys()) {
      const snapshot = await store.state.load(key);
      if (snapshot === undefined) continue;
      const { newestTime, counters, buffer, restating } = decodeState(snapshot.body);
      const name = instrumentKey(key.account, key.instrument);
      const buffered = buffer.size;
      instruments.push({ name, newest: newestTime, counters, buffered, restating });
    }
    return { folded, instruments };
  } finally {
    await store.close();
  }
}

const COUNTS = ["events", "applied", "duplicates", "quarantined", "gaps", "late"] as const;

const COLUMNS: readonly Column[] = [
  { title: "instrument", align: "left" },
  { title: "newest event", align: "left" },
  ...COUNTS.map((title): Column => ({ title, align: "right" })),
  { title: "buffered", align: "right" },
];

function statusText(
  { data, running, sizes, folded, instruments }: Status,
  colour: boolean,
): string {
  const lines = [
    `Data directory ${data}`,
    `  writer      ${running === null ? "none" : describeProcess(running)}`,
    ...(["store", "archive", "quarantine"] as const).map(
      (part) => `  ${part.padEnd(12)}${sizeText(sizes[part])}`,
    ),
    `  folded      ${formatCount(folded)} archived lines; npx brawler verify proves their figures`,
  ];
  const rows = instruments.map(({ name, newest, counters, buffered, restating }) =>
    [
      restating ? `${name} (restating)` : name,
      newest === 0 ? NO_FIGURE : formatInstant(newest),
      ...COUNTS.map((count) => formatCount(counters[count])),
      formatCount(buffered),
    ].map((text) => ({ text, style: "plain" as const })),
  );
  const table =
    rows.length === 0
      ? "No events yet. npx brawler start simulates and records."
      : drawTable(COLUMNS, rows, colour);
  return [...lines, "", table].join("\n");
}

function sizeText({ files, bytes }: DirectorySize): string {
  if (files === 0) return "empty";
  return `${formatBytes(bytes)} in ${formatCount(files)} ${files === 1 ? "file" : "files"}`;
}
