/**
 * Starts MiniStack for the whole run: AWS's interfaces in one process, on loopback and a free port, in a directory of
 * its own. Tests find it by `inject("awsEndpoint")` and keep apart by the names of what they create.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestProject } from "vitest/node";
import { scratchDirectory } from "../adapters/scratch-directory.ts";
import { emulatorPython } from "./python-environment.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Of the emulator: `http://127.0.0.1:<port>`. */
    awsEndpoint: string;
  }
}

const START_POLLS_MAX = 600;
const POLL_MS = 100;
const STOP_MS = 5_000;

export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const directory = scratchDirectory();
  const log = join(directory.path, "ministack.log");
  const port = await freePort();
  const child = start(port, directory.path, log);
  const kill = () => void signal(child, "SIGKILL");
  process.once("exit", kill);
  const stop = async () => {
    await end(child);
    process.off("exit", kill);
    directory.remove();
  };
  try {
    await answers(`http://127.0.0.1:${port}/_ministack/health`, child, log);
  } catch (error) {
    await stop();
    throw error;
  }
  provide("awsEndpoint", `http://127.0.0.1:${port}`);
  return stop;
}

function start(port: number, directory: string, log: string): ChildProcess {
  const output = openSync(log, "w");
  const child = spawn(emulatorPython(), ["-m", "ministack"], {
    cwd: directory,
    // A group of its own: what it starts itself ends with it.
    detached: true,
    stdio: ["ignore", output, output],
    env: {
      PATH: process.env["PATH"],
      HOME: directory,
      TMPDIR: directory,
      BIND_HOST: "127.0.0.1",
      GATEWAY_PORT: String(port),
      IOT_MTLS_ENABLED: "0",
      SFTP_ENABLED: "0",
      LOG_LEVEL: "WARNING",
    },
  });
  closeSync(output);
  return child;
}

async function answers(url: string, child: ChildProcess, log: string): Promise<void> {
  for (let poll = 0; poll < START_POLLS_MAX && !hasEnded(child); poll += 1) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await sleep(POLL_MS);
  }
  throw new Error(`MiniStack did not start:\n${readFileSync(log, "utf8")}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, "exit");
  signal(child, "SIGTERM");
  const patience = setTimeout(() => signal(child, "SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(patience);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function signal(child: ChildProcess, name: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined || hasEnded(child)) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    child.kill(name); // No process groups here, or it ended at this moment.
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
