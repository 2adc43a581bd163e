import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Finding } from "../../lib/app/finding.ts";
import { archiveProgress } from "../archive-progress.ts";
import { CliError, reasonOf, usageError } from "../cli-error.ts";
import { defineCommand, jsonOption } from "../command.ts";
import {
  dataPaths,
  describeProcess,
  inspectDirectory,
  openStoreForReading,
  runningProcess,
} from "../data-directory.ts";
import { dataOption } from "../data-option.ts";
import type { TypedSettings } from "../deployment-preflight.ts";
import { findingsJson, findingsText } from "../finding-text.ts";
import { formatBytes, formatCount } from "../format-figures.ts";
import { DEFAULT_PORT, LOOPBACK_ADDRESSES, whyNotFree } from "../loopback.ts";
import { flag, optionOr, repeated } from "../option.ts";
import { port, setting } from "../value-kind.ts";

const NEEDED_MAJOR = 24;
const LITTLE_SPACE = 1e9;
const NO_SPACE = 1e8;
/** 2025-01-01: a clock before the product existed is wrong. */
const EARLIEST_CLOCK_MS = 1_735_689_600_000;

export const doctor = defineCommand({
  name: "doctor",
  summary:
    "Check that this machine, or an AWS account, has what brawler needs, and say how to mend what it lacks",
  options: {
    data: dataOption,
    port: optionOr(port, "N", DEFAULT_PORT, "port that the page will use"),
    aws: flag("check what a deployment needs instead, and create nothing"),
    context: repeated(setting, "NAME=VALUE", {
      short: "c",
      summary: "a setting of the deployment, as npm run deploy takes it; as often as need be",
    }),
    json: jsonOption,
  },
  examples: [
    "doctor",
    "doctor --data /var/lib/desk-a --port 8080",
    "doctor --aws -c alertEmail=desk@example.com -c store=dynamodb",
  ],
  run: async ({ options, terminal }) => {
    if (!options.aws && options.context.length > 0) {
      throw usageError({ what: "-c is a setting of a deployment", mend: "add --aws" });
    }
    const findings = options.aws ? await onAws(options.context) : await onThisMachine(options);
    const next = options.aws ? "npm run deploy, with the same -c" : "npm start";
    await terminal.print(
      options.json
        ? findingsJson(findings)
        : findingsText(findings, { colour: terminal.colour, next }),
    );
    return findings.some(({ verdict }) => verdict === "fail") ? 1 : 0;
  },
});

/** The SDK's clients are loaded by who asks for them alone. */
async function onAws(settings: TypedSettings): Promise<readonly Finding[]> {
  const { deploymentPreflight } = await import("../deployment-preflight.ts");
  const { findings } = await deploymentPreflight(settings);
  return [nodeVersion(), ...findings];
}

async function onThisMachine(options: { readonly data: string; readonly port: number }) {
  return [
    nodeVersion(),
    await embeddedDatabase(),
    compression(),
    clock(),
    dataDirectory(options.data),
    ...recordedFigures(options.data),
    diskSpace(options.data),
    ...(await freePort(options.port, options.data)),
  ];
}

function nodeVersion(): Finding {
  const check = "Node.js";
  const detail = `${process.version} at ${process.execPath}`;
  const major = Number(process.versions.node.split(".")[0]);
  return major >= NEEDED_MAJOR
    ? { check, verdict: "ok", detail }
    : { check, verdict: "fail", detail, mend: `npm ci installs Node.js ${NEEDED_MAJOR}` };
}

async function embeddedDatabase(): Promise<Finding> {
  const check = "SQLite";
  try {
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(":memory:");
    const row = database.prepare("SELECT sqlite_version() AS version").get();
    database.close();
    return { check, verdict: "ok", detail: `${row?.["version"]}, built into Node.js` };
  } catch (cause) {
    return { check, verdict: "fail", detail: reasonOf(cause), mend: "npm ci" };
  }
}

function compression(): Finding {
  const check = "zstd";
  const sample = Buffer.from("brawler ".repeat(100));
  try {
    const same = zstdDecompressSync(zstdCompressSync(sample)).equals(sample);
    return same
      ? { check, verdict: "ok", detail: "built into Node.js" }
      : { check, verdict: "fail", detail: "gives back other bytes", mend: "npm ci" };
  } catch (cause) {
    return { check, verdict: "fail", detail: reasonOf(cause), mend: "npm ci" };
  }
}

function clock(): Finding {
  const check = "clock";
  const now = Date.now();
  const detail = new Date(now).toISOString();
  return now >= EARLIEST_CLOCK_MS
    ? { check, verdict: "ok", detail }
    : {
        check,
        verdict: "fail",
        detail,
        mend: "set the system clock: events would lie in its future",
      };
}

function dataDirectory(directory: string): Finding {
  const check = "data directory";
  const root = resolve(directory);
  const kind = inspectDirectory(directory);
  if (kind === "foreign") {
    const detail = `${root} holds something else`;
    return { check, verdict: "fail", detail, mend: "name another with --data DIR" };
  }
  const existing = nearestExisting(root);
  try {
    accessSync(existing, constants.W_OK);
  } catch {
    const detail = `${existing} is not writable`;
    return { check, verdict: "fail", detail, mend: "name another with --data DIR" };
  }
  const detail = kind === "ours" ? root : `${root} (${kind}, will be made)`;
  return { check, verdict: "ok", detail };
}

/** Nothing where nothing is recorded yet. */
function recordedFigures(directory: string): readonly Finding[] {
  if (inspectDirectory(directory) !== "ours") return [];
  const check = "figures";
  const paths = dataPaths(directory);
  if (!existsSync(paths.store)) {
    if (!existsSync(paths.archive)) return [];
    const mend = "npm start, or npx brawler rebuild, makes them anew from the raw archive";
    return [{ check, verdict: "warn", detail: `${paths.store} is missing`, mend }];
  }
  try {
    const store = openStoreForReading(paths);
    const { position } = archiveProgress(store).get();
    store.close();
    const detail = `${formatCount(position)} archived lines are folded; npx brawler verify proves them`;
    return [{ check, verdict: "ok", detail }];
  } catch (cause) {
    const { why, what } = cause instanceof CliError ? cause.complaint : { what: reasonOf(cause) };
    return [{ check, verdict: "fail", detail: why ?? what }];
  }
}

function nearestExisting(path: string): string {
  let current = path;
  while (!existsSync(current)) current = dirname(current);
  return current;
}

function diskSpace(directory: string): Finding {
  const check = "disk space";
  const { bavail, bsize } = statfsSync(nearestExisting(resolve(directory)));
  const free = bavail * bsize;
  const detail = `${formatBytes(free)} free`;
  const mend = "90 days of simulated history take some hundred megabytes: free some, or use --data";
  if (free < NO_SPACE) return { check, verdict: "fail", detail, mend };
  return free < LITTLE_SPACE
    ? { check, verdict: "warn", detail, mend }
    : { check, verdict: "ok", detail };
}

async function freePort(wanted: number, directory: string): Promise<readonly Finding[]> {
  const ours =
    inspectDirectory(directory) === "ours" ? runningProcess(dataPaths(directory)) : undefined;
  const findings: Finding[] = [];
  for (const address of LOOPBACK_ADDRESSES) {
    const check = `port ${wanted} on ${address}`;
    const taken = await whyNotFree(address, wanted);
    if (taken === undefined) findings.push({ check, verdict: "ok", detail: "free" });
    else if (ours?.url?.endsWith(`:${wanted}`) === true) {
      findings.push({ check, verdict: "ok", detail: describeProcess(ours) });
    } else if (/EADDRNOTAVAIL|EAFNOSUPPORT/.test(taken)) {
      findings.push({ check, verdict: "warn", detail: "this machine has no such address" });
    } else {
      findings.push({ check, verdict: "fail", detail: taken, mend: "choose another with --port" });
    }
  }
  return findings;
}
