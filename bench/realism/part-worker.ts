/** One part in a thread of its own; see parts.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { PARTS, type PartName } from "./parts.ts";

parentPort?.postMessage(await PARTS[workerData as PartName]());
