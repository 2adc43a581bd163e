/** Serves a built page over the fixture use cases, on loopback. */
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { serve } from "@hono/node-server";
import { createLocalApp } from "../../lib/http/local-app.ts";
import type { SiteFiles } from "../../lib/http/site.ts";
import { createFixtureQueries, type FixtureQueries } from "../http/fixture-queries.ts";

export interface FixtureServer {
  readonly origin: string;
  readonly queries: FixtureQueries;
  close(): Promise<void>;
}

async function readSite(folder: string): Promise<SiteFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      files.map(async (file) => {
        const bytes = new Uint8Array(await readFile(file));
        return [relative(folder, file).split(sep).join("/"), bytes] as const;
      }),
    ),
  );
}

/** @param folder the built page; the port is any free one */
export async function startFixtureServer(folder: string): Promise<FixtureServer> {
  const queries = createFixtureQueries();
  let bound = 0;
  const app = createLocalApp(queries, {
    version: "0.0.0",
    files: await readSite(folder),
    port: () => bound,
  });
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, (address) => {
      bound = address.port;
      const close = () =>
        new Promise<void>((closed) => {
          server.close(() => closed());
          if ("closeAllConnections" in server) server.closeAllConnections();
        });
      resolve({ origin: `http://127.0.0.1:${bound}`, queries, close });
    });
  });
}
