/** One application on both loopback addresses, and on no address that another machine can reach. */
import { serve } from "@hono/node-server";
import { environmentError, reasonOf } from "./cli-error.ts";
import { LOOPBACK_ADDRESSES } from "./loopback.ts";

type Server = ReturnType<typeof serve>;

export interface LocalServer {
  readonly port: number;
  readonly url: string;
  /** Ends open streams too: whoever listens reconnects when we are back. */
  readonly close: () => Promise<void>;
}

/** Whatever answers requests: a hono application. */
export interface Application {
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

/** A free port on one address may be taken on the other. */
const ATTEMPTS_FOR_ANY_PORT = 20;

/**
 * @param port 0 for any that is free on both addresses
 * @throws {CliError} environment, if the port is taken
 */
export async function openLocalServer(
  application: Application,
  port: number,
): Promise<LocalServer> {
  for (let attempt = 1; ; attempt += 1) {
    const first = await listen(application, LOOPBACK_ADDRESSES[0], port);
    const chosen = portOf(first);
    try {
      const second = await listenIfPresent(application, LOOPBACK_ADDRESSES[1], chosen);
      return running(second === undefined ? [first] : [first, second], chosen);
    } catch (error) {
      await closeAll([first]);
      if (port !== 0 || attempt === ATTEMPTS_FOR_ANY_PORT) throw error;
    }
  }
}

function running(servers: readonly Server[], port: number): LocalServer {
  return { port, url: `http://127.0.0.1:${port}`, close: () => closeAll(servers) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== "object" || address === null)
    throw new Error("the server does not listen");
  return address.port;
}

/** Machines without IPv6 have no ::1, and need none. */
async function listenIfPresent(
  application: Application,
  address: string,
  port: number,
): Promise<Server | undefined> {
  try {
    return await listen(application, address, port);
  } catch (error) {
    const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException) : undefined;
    if (cause?.code === "EADDRNOTAVAIL" || cause?.code === "EAFNOSUPPORT") return undefined;
    throw error;
  }
}

function listen(application: Application, address: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: application.fetch, hostname: address, port }, () => {
      server.removeAllListeners("error");
      resolve(server);
    });
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(cannotListen(address, port, cause)),
    );
  });
}

function cannotListen(address: string, port: number, cause: NodeJS.ErrnoException): Error {
  const taken = cause.code === "EADDRINUSE";
  const complaint = {
    what: `cannot listen on port ${port}`,
    where: address,
    why: taken ? "another program listens there, perhaps another brawler" : reasonOf(cause),
    mend: "end that program, or choose another with --port (0 takes any free one)",
  };
  return environmentError(complaint, cause);
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          if ("closeAllConnections" in server) server.closeAllConnections();
        }),
    ),
  );
}
