/** The two addresses that a local server may listen on: never one that another machine can reach. */
import { createServer } from "node:net";
import { reasonOf } from "./cli-error.ts";

export const LOOPBACK_ADDRESSES = ["127.0.0.1", "::1"] as const;

export const DEFAULT_PORT = "4173";

/** `undefined` when `port` is free on `address`, else why it is not. */
export function whyNotFree(address: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(reasonOf(error)));
    server.listen({ host: address, port, exclusive: true }, () => {
      server.close(() => resolve(undefined));
    });
  });
}
