import { connect, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { Hono } from "hono";
import { afterEach, describe, expect, it } from "vitest";
import { CliError, describeComplaint } from "../../bin/cli-error.ts";
import { type LocalServer, openLocalServer } from "../../bin/local-server.ts";
import { whyNotFree } from "../../bin/loopback.ts";

const open: LocalServer[] = [];

async function serveHello(port: number): Promise<LocalServer> {
  const application = new Hono().get("/", (c) => c.text("hello"));
  const server = await openLocalServer(application, port);
  open.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** How a TCP connection to `host` ends. */
function connecting(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once("connect", () => {
      socket.destroy();
      resolve("connected");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
  });
}

describe("openLocalServer", () => {
  it("answers on both loopback addresses, on one port that it chose and names", async () => {
    const { port, url } = await serveHello(0);
    expect(port).toBeGreaterThan(0);
    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect(await (await fetch(url)).text()).toBe("hello");
    const v6 = (networkInterfaces()["lo"] ?? []).some(({ address }) => address === "::1");
    expect(await connecting("::1", port)).toBe(v6 ? "connected" : "EADDRNOTAVAIL");
  });

  it("answers on no other address of this machine", async () => {
    const { port } = await serveHello(0);
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, scopeid }) => !internal && !scopeid)
      .map(({ address }) => address);
    for (const address of [...others, "127.0.0.2"]) {
      expect(await connecting(address, port)).not.toBe("connected");
    }
  });

  it("says what to do when the port is taken, on either address", async () => {
    for (const host of ["127.0.0.1", "::1"]) {
      const blocker = createServer();
      await new Promise<void>((resolve) => blocker.listen({ host, port: 0 }, resolve));
      const address = blocker.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const refusal = await serveHello(port).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(CliError);
      const { exitCode, complaint } = refusal as CliError;
      expect(exitCode).toBe(3);
      expect(describeComplaint(complaint)).toContain("choose another with --port");
      await new Promise((resolve) => blocker.close(resolve));
      expect(await whyNotFree("127.0.0.1", port)).toBeUndefined();
    }
  });

  it("lets go of the port when it is closed, open streams included", async () => {
    const application = new Hono().get("/", () => {
      const endless = new ReadableStream({
        pull: (controller) => controller.enqueue(new TextEncoder().encode("tick\n")),
      });
      return new Response(endless);
    });
    const server = await openLocalServer(application, 0);
    const { body } = await fetch(server.url);
    await server.close();
    await expect(new Response(body).text()).rejects.toThrow();
    expect(await whyNotFree("127.0.0.1", server.port)).toBeUndefined();
  });
});
