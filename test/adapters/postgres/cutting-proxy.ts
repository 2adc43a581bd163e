/** A way to the server that can be cut: after some bytes, or when the server has answered and before we hear it. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface CuttingProxy {
  /** The server's address, by way of the proxy. */
  readonly url: string;
  /** Lets that many bytes more through to the server, of all connections together; then cuts each. */
  cutAfter(bytes: number): void;
  /** Cuts a connection when the server answers a request that holds this text; the answer is lost. */
  cutAnswerTo(text: string): void;
  /** How many bytes went to the server since it was last asked. */
  countBytes(): number;
  /** Lets everything through again. */
  mend(): void;
  close(): Promise<void>;
}

export async function cuttingProxy(target: string): Promise<CuttingProxy> {
  const to = new URL(target);
  const open = new Set<Socket>();
  let budget = Number.POSITIVE_INFINITY;
  let marked: string | undefined;
  let counted = 0;

  const server = createServer((client) => {
    const upstream = connect(Number(to.port), to.hostname);
    let isLosingAnswers = false;
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on("error", cut);
      socket.on("close", () => {
        open.delete(socket);
        cut();
      });
    }
    client.on("data", (bytes) => {
      counted += bytes.length;
      if (marked !== undefined && bytes.includes(marked)) isLosingAnswers = true;
      if (bytes.length > budget) {
        upstream.write(bytes.subarray(0, budget), cut);
        budget = 0;
      } else {
        budget -= bytes.length;
        upstream.write(bytes);
      }
    });
    upstream.on("data", (bytes) => {
      if (isLosingAnswers) cut();
      else client.write(bytes);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(target);
  const address = server.address();
  url.port = String(typeof address === "object" ? address?.port : "");

  return {
    url: url.href,
    cutAfter(bytes) {
      budget = bytes;
    },
    cutAnswerTo(text) {
      marked = text;
    },
    countBytes() {
      const bytes = counted;
      counted = 0;
      return bytes;
    },
    mend() {
      budget = Number.POSITIVE_INFINITY;
      marked = undefined;
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
