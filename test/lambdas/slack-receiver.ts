/** Slack on this machine: what it was asked, and an answer for each request in turn; the last one stays. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

export interface SlackAnswer {
  /** Left out: the connection breaks before an answer. */
  readonly status?: number;
  readonly body?: object;
}

export interface SlackReceiver {
  readonly baseUrl: string;
  readonly asked: { readonly path: string; readonly body: unknown }[];
  answers: SlackAnswer[];
  close(): void;
}

export const TAKEN: SlackAnswer = { status: 200, body: { ok: true, channel: "C0123", ts: "17.5" } };

export async function slackReceiver(): Promise<SlackReceiver> {
  const server: Server = createServer(async (request, response) => {
    receiver.asked.push({ path: request.url ?? "", body: await json(request) });
    const [answer = TAKEN] = receiver.answers;
    if (receiver.answers.length > 1) receiver.answers.shift();
    if (answer.status === undefined) request.socket.destroy();
    else response.writeHead(answer.status).end(JSON.stringify(answer.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const receiver: SlackReceiver = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    answers: [TAKEN],
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}
