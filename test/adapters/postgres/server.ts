/** A PostgreSQL server of our own on loopback, for tests: made in a fresh directory, gone with it. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { type ServerBinaries, serverBinaries } from "./server-binaries.ts";

export interface TestServer {
  readonly url: string;
  /** Ends it as a service is ended: connections are cut. */
  stop(): Promise<void>;
  /** Starts it again on the same data and port. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** Nothing a test writes has to survive the machine. */
const FAST = ["fsync=off", "full_page_writes=off", "max_connections=200", "max_wal_size=4GB"];
const READY_ATTEMPTS = 600;
const READY_PAUSE_MS = 50;
/** How much of its log is kept, for the day on which it ends by itself. */
const LOG_CHARACTERS = 4_000;

export async function startServer(
  binaries: ServerBinaries = serverBinaries(),
): Promise<TestServer> {
  const root = mkdtempSync(join(tmpdir(), "brawler-postgres-"));
  chmodSync(root, 0o711);
  const user = unprivilegedUser();
  const directory = reachable(binaries, root, user);
  const data = join(root, "data");
  mkdirSync(data, { mode: 0o700 });
  if (user !== undefined) chownSync(data, user.uid, user.gid);
  const initdb = [
    "-D",
    data,
    "-U",
    "brawler",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--locale=C",
    "--no-sync",
  ];
  execFileSync(join(directory, "initdb"), initdb, { stdio: "pipe", cwd: root, ...user });
  const port = await freePort();
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", ...FAST];
  const options = [
    "-D",
    data,
    "-p",
    String(port),
    ...settings.flatMap((setting) => ["-c", setting]),
  ];
  const url = `postgres://brawler@127.0.0.1:${port}/postgres`;
  let running: ChildProcess | undefined;
  const kill = () => void running?.kill("SIGQUIT");
  process.on("exit", kill);

  let log = "";

  const server: TestServer = {
    url,
    async start() {
      running = spawn(join(directory, "postgres"), options, {
        stdio: ["ignore", "ignore", "pipe"],
        cwd: root,
        ...user,
      });
      running.stderr?.on("data", (bytes: Buffer) => {
        log = (log + bytes.toString()).slice(-LOG_CHARACTERS);
      });
      await untilReady(url, running);
    },
    async stop() {
      const ending = running;
      running = undefined;
      if (ending === undefined) return;
      if (ending.exitCode !== null || ending.signalCode !== null) {
        throw new Error(`the PostgreSQL server of the tests ended by itself; last it said\n${log}`);
      }
      const ended = once(ending, "exit");
      ending.kill("SIGINT");
      await ended;
    },
    async remove() {
      try {
        await server.stop();
      } finally {
        process.off("exit", kill);
        rmSync(root, { recursive: true, force: true });
      }
    },
  };
  await server.start();
  return server;
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** The server refuses to run as root: then it runs as `postgres`, or as `nobody`. */
function unprivilegedUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const found = ["postgres", "nobody"].map((name) => accounts.find(([known]) => known === name));
  const [, , uid, gid] = found.find((account) => account !== undefined) ?? [];
  if (uid === undefined || gid === undefined) {
    throw new Error(
      "PostgreSQL does not run as root: run the tests as another user, or add one named postgres",
    );
  }
  return { uid: Number(uid), gid: Number(gid) };
}

/** Another user may not be able to see what lies in our home: a copy is beside the data. */
function reachable(
  { directory, isPackaged }: ServerBinaries,
  root: string,
  user: User | undefined,
): string {
  if (!isPackaged || user === undefined) return directory;
  const copy = join(root, "native");
  cpSync(dirname(directory), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, "bin");
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("a port was asked for");
  return address.port;
}

async function untilReady(url: string, running: ChildProcess): Promise<void> {
  let reason: unknown;
  for (let attempt = 0; attempt < READY_ATTEMPTS; attempt += 1) {
    if (running.exitCode !== null || running.signalCode !== null) break;
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      reason = error;
      await sleep(READY_PAUSE_MS);
    }
  }
  throw new Error("the PostgreSQL server of the tests did not start", { cause: reason });
}
