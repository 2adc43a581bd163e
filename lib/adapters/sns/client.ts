import { SNSClient } from "@aws-sdk/client-sns";
import { NodeHttpHandler } from "@smithy/node-http-handler";

/** What is left out comes from the environment, as with every AWS tool. */
export interface SnsOptions {
  readonly region?: string;
  /** Of an emulator; AWS's own when left out. */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** How often a request is sent before its failure is ours: 3 when left out. */
  readonly attemptsMax?: number;
  /** How long an answer may take: 5 s when left out. */
  readonly requestTimeoutMs?: number;
}

const ATTEMPTS_MAX = 3;
const CONNECTION_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 5_000;

/**
 * The one place where clients of SNS are made. A connection that was cut while the function slept is worth a second try at
 * once; what fails for longer is the outbox's to send again. An answer that is lost may let a message out twice, under one
 * notification id.
 */
export function snsClient(options: SnsOptions = {}): SNSClient {
  const { region, endpoint, credentials, attemptsMax = ATTEMPTS_MAX } = options;
  return new SNSClient({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    maxAttempts: attemptsMax,
    retryMode: "standard",
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    }),
  });
}
