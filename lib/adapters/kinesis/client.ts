import { KinesisClient } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";

/** What is left out comes from the environment, as with every AWS tool. */
export interface KinesisOptions {
  readonly region?: string;
  /** Of an emulator; AWS's own when left out. */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** How long an answer may take: 5 s when left out. */
  readonly requestTimeoutMs?: number;
}

const CONNECTION_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 5_000;

/**
 * The one place where clients of Kinesis are made. Over HTTP/1.1, because the SDK's own choice, HTTP/2, breaks on
 * emulators. It tries once: whoever publishes sends again itself, frame by frame, so that order is kept.
 */
export function kinesisClient(options: KinesisOptions = {}): KinesisClient {
  const { region, endpoint, credentials, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  return new KinesisClient({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    }),
  });
}
