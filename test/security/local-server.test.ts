/**
 * Goal: whatever bytes reach the local server's port, nobody but this machine's own page and programs gets an answer of
 * substance. Method: the real server over real sockets, sent what no client library would send.
 */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalServer, openLocalServer } from "../../bin/local-server.ts";
import { securityHeaders } from "../../lib/core/api/security-headers.ts";
import { createLocalApp } from "../../lib/http/local-app.ts";
import { createFixtureQueries } from "../http/fixture-queries.ts";

const SECRET = "outside the page";
const queries = createFixtureQueries();
let server: LocalServer;

beforeAll(async () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const application = createLocalApp(queries, {
    version: "0.0.0",
    port: () => server.port,
    files: new Map([
      ["index.html", bytes("<!doctype html><title>page</title>")],
      ["assets/main-1a2b.js", bytes("export {};")],
      ["secret.txt", bytes(SECRET)],
    ]),
  });
  server = await openLocalServer(application, 0);
});
afterAll(() => server.close());

interface Heard {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends bytes as they are and hears until the server hangs up. */
function send(...lines: readonly string[]): Promise<Heard> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: server.port });
    let heard = "";
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      heard += chunk;
    });
    // Hung up in the middle of what it does not read to its end; what it has said by then counts.
    socket.on("error", () => undefined);
    socket.once("close", () => resolve(parsed(heard)));
    socket.write(`${lines.join("\r\n")}\r\nConnection: close\r\n\r\n`);
  });
}

function parsed(heard: string): Heard {
  const [head = "", ...rest] = heard.split("\r\n\r\n");
  const [first = "", ...fields] = head.split("\r\n");
  const headers = fields.map((field): [string, string] => {
    const colon = field.indexOf(":");
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
  });
  return {
    status: Number(first.split(" ")[1]),
    headers: new Map(headers),
    body: rest.join("\r\n\r\n"),
  };
}

const own = () => `Host: 127.0.0.1:${server.port}`;

describe("a request on the wire", () => {
  it("is answered where it names this server", async () => {
    const { status, headers, body } = await send("GET / HTTP/1.1", own());
    expect(status).toBe(200);
    expect(body).toContain("<title>page</title>");
    for (const name of Object.keys(securityHeaders())) expect([...headers.keys()]).toContain(name);
  });

  it.each([
    { what: "another name", host: ["Host: evil.test"] },
    { what: "another name on our port", host: ["Host: evil.test:PORT"] },
    { what: "two names", host: ["Host: 127.0.0.1:PORT", "Host: evil.test"] },
    { what: "a name before ours", host: ["Host: evil.test@127.0.0.1:PORT"] },
    { what: "a name behind ours", host: ["Host: 127.0.0.1:PORT.evil.test"] },
    { what: "our number, written otherwise", host: ["Host: 2130706433:PORT"] },
    { what: "no name", host: ["X-None: 1"] },
    { what: "an empty name", host: ["Host:"] },
    {
      what: "ours in another header",
      host: ["Host: evil.test", "X-Forwarded-Host: 127.0.0.1:PORT"],
    },
  ])("with $what gets nothing of the page and nothing of the API", async ({ host }) => {
    const lines = host.map((line) => line.replace("PORT", String(server.port)));
    for (const path of ["/", "/api/v1/snapshot?window=1h", "/config.json"]) {
      const { status, headers, body } = await send(`GET ${path} HTTP/1.1`, ...lines);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(body).not.toMatch(/<title>|"portfolio"|"apiBase"/);
      // What the parser itself refuses has no content that a header could protect.
      if (!headers.has("content-security-policy")) expect(body).toMatch(/^(?:0\r\n\r\n)?$/);
    }
  });

  it.each([
    "/assets/../secret.txt",
    "/assets/..\\secret.txt",
    "/assets/%2e%2e/secret.txt",
    "/assets/..%2fsecret.txt",
    "/assets/%252e%252e%252fsecret.txt",
    "/assets/..%c0%afsecret.txt",
    "/assets//secret.txt",
    "/assets/%00secret.txt",
    "/assets/main-1a2b.js/../../secret.txt",
    "//secret.txt",
    "/../../../../etc/passwd",
    "/api/v1/../../secret.txt",
    "file:///etc/passwd",
    "http://evil.test/secret.txt",
    "*",
  ])("for %s reads no file that is not the page's", async (target) => {
    const { status, body } = await send(`GET ${target} HTTP/1.1`, own());
    expect(status).toBeLessThan(500);
    expect(body).not.toMatch(/outside the page|root:/);
  });

  it.each([
    ["GET / HTTP/9.9"],
    ["BREW / HTTP/1.1"],
    ["GET  HTTP/1.1"],
    ["GET / HTTP/1.1", "Transfer-Encoding: chunked", "Content-Length: 5"],
    ["GET / HTTP/1.1", `X-Long: ${"x".repeat(20_000)}`],
    ["GET / HTTP/1.1", "X-Split: a\rSet-Cookie: b"],
    ["POST /api/v1/events HTTP/1.1", "Content-Length: -1"],
    ["\u0016\u0003\u0001\u0002\u0000"],
  ])("that is none (%j) is refused, and the server goes on", async (...lines) => {
    const [first = "", ...rest] = lines;
    const { status, body } = await send(first, own(), ...rest);
    expect([400, 404, 405, 431]).toContain(status);
    expect(body).not.toMatch(/\bat .*:\d+|node_modules/);
    expect((await send("GET / HTTP/1.1", own())).status).toBe(200);
  });

  it("to become a WebSocket stays a request: there is none", async () => {
    const upgrade = ["Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: eA=="];
    const foreign = "Origin: http://evil.test";
    const { status } = await send("GET /api/v1/live/stream HTTP/1.1", own(), foreign, ...upgrade);
    expect(status).not.toBe(101);
    expect(queries.listeners()).toBe(0);
  });

  it("with events of another page changes nothing", async () => {
    const { status } = await send(
      "POST /api/v1/events HTTP/1.1",
      own(),
      "Origin: http://evil.test",
      "Content-Type: text/plain",
      "Content-Length: 0",
    );
    expect(status).toBe(403);
    expect(queries.published).toEqual([]);
  });
});
