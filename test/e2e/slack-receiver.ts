import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

export interface SlackReceiver {
  readonly url: string;
  /** What was posted, oldest first. */
  readonly messages: readonly { readonly path: string; readonly text: string }[];
  close(): void;
}

/** Answers as Slack does, on this machine. */
export async function openSlackReceiver(): Promise<SlackReceiver> {
  const messages: { path: string; text: string }[] = [];
  const server = createServer(async (request, response) => {
    const { text } = (await json(request)) as { text: string };
    messages.push({ path: request.url ?? "", text });
    response.end(JSON.stringify({ ok: true, channel: "C0123456", ts: `${messages.length}.0` }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    messages,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
