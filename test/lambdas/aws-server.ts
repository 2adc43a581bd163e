/** A server of our own that answers as S3, DynamoDB and Timestream do: nothing stands anywhere, and all can be written. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** As far as an answer depends on it. */
export interface Request {
  readonly TableName?: string;
  readonly Item?: Readonly<Record<string, unknown>>;
}

/** What is answered to the nth call of a name, from 0; the usual where it says `undefined`. */
export type Plan = Readonly<Record<string, (nth: number, request: Request) => Answer | undefined>>;

export interface AwsServer {
  readonly url: string;
  /** In order: `S3 PUT`, `PutItem state`, `WriteRecords rollup_5s`, … */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

export async function awsServer(plan: Plan): Promise<AwsServer> {
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const target = request.headers["x-amz-target"];
    const operation = String(target ?? "")
      .split(".")
      .at(-1);
    const asked = (target === undefined ? {} : JSON.parse(body)) as Request;
    const call =
      target === undefined
        ? `S3 ${request.method}`
        : `${operation} ${asked.TableName ?? ""}`.trim();
    const nth = calls.filter((one) => one === call).length;
    calls.push(call);
    const answer = plan[call]?.(nth, asked) ?? usual(operation);
    response.writeHead(answer.status, { "content-type": contentType(target) });
    response.end(answer.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function contentType(target: string | readonly string[] | undefined): string {
  return target === undefined ? "application/xml" : "application/x-amz-json-1.0";
}

/** Timestream's clients ask first where to send what follows: here, at the same port. */
function usual(operation: string | undefined): Answer {
  const Endpoints = [{ Address: "127.0.0.1", CachePeriodInMinutes: 60 }];
  const found = operation === "DescribeEndpoints" ? { Endpoints } : {};
  return { status: 200, body: operation === "" ? "" : JSON.stringify(found) };
}

/** Of DynamoDB or Timestream. */
export function failure(name: string, fields: object = {}): Answer {
  const __type = `com.amazonaws#${name}`;
  return { status: 400, body: JSON.stringify({ __type, message: "of the test", ...fields }) };
}

export function s3Failure(status: number, code: string): Answer {
  return {
    status,
    body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>of the test</Message></Error>`,
  };
}
