import { TimestreamQueryClient } from "@aws-sdk/client-timestream-query";
import { TimestreamWriteClient } from "@aws-sdk/client-timestream-write";
import { NodeHttpHandler } from "@smithy/node-http-handler";

/** What is left out comes from the environment, as with every AWS tool. */
export interface TimestreamOptions {
  readonly region?: string;
  /**
   * Where both APIs answer, for a proxy or an emulator. It is given here and nowhere else: without it the SDK asks the
   * service for its endpoints before the first call, whatever `AWS_ENDPOINT_URL` says.
   */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** How often a request is sent before its failure is ours: 8 when left out. */
  readonly attemptsMax?: number;
}

export interface TimestreamClients {
  readonly write: TimestreamWriteClient;
  readonly query: TimestreamQueryClient;
}

/** The service throttles while it scales to a new load, and asks to be sent the same again. */
const ATTEMPTS_MAX = 8;
const CONNECTION_TIMEOUT_MS = 1_000;
const WRITE_TIMEOUT_MS = 10_000;
/** A statement over months of history runs for a while. */
const QUERY_TIMEOUT_MS = 60_000;

/** The one place where clients of Timestream are made. */
export function timestreamClients(options: TimestreamOptions = {}): TimestreamClients {
  return {
    write: timestreamWriteClient(options),
    query: new TimestreamQueryClient(settingsOf(options, QUERY_TIMEOUT_MS)),
  };
}

/** For who never reads: the client of queries is then not loaded. */
export function timestreamWriteClient(options: TimestreamOptions = {}): TimestreamWriteClient {
  return new TimestreamWriteClient(settingsOf(options, WRITE_TIMEOUT_MS));
}

function settingsOf(
  { region, endpoint, credentials, attemptsMax: maxAttempts = ATTEMPTS_MAX }: TimestreamOptions,
  requestTimeout: number,
) {
  return {
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    maxAttempts,
    retryMode: "standard",
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout,
      throwOnRequestTimeout: true,
    }),
  };
}
