/** Fills an archive until the disk refuses, then writes one short line: run under a file size limit. */
import { ArchiveError } from "../../lib/adapters/local/archive-error.ts";
import { openFileArchive } from "../../lib/adapters/local/file-archive.ts";
import type { EpochUs } from "../../lib/core/units.ts";

const archive = await openFileArchive({ directory: process.argv[2] ?? "", compression: "none" });
process.on("SIGXFSZ", () => {});
const line = (text: string) => ({
  receivedTime: 0 as EpochUs,
  verdict: "accepted" as const,
  reason: undefined,
  line: `{"text":"${text}"}`,
});

let acknowledged = 0;
let kind: string | undefined;
while (kind === undefined) {
  try {
    acknowledged = await archive.append([line("x".repeat(1_000)), line("y".repeat(2_000))]);
  } catch (error) {
    kind = error instanceof ArchiveError ? error.kind : String(error);
  }
}
const endAfterFailure = await archive.end();
await archive.append([line("short")]);
let read = 0;
for await (const { position } of archive.read(0)) read = position;
console.log(JSON.stringify({ kind, acknowledged, endAfterFailure, read }));
await archive.close();
