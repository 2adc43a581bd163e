import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { NodeHttpHandler } from "@smithy/node-http-handler";

/** Where DynamoDB is; what is left out comes from the environment, as with every AWS tool. */
export interface DynamoDbSettings {
  readonly region?: string;
  /** Of an emulator; AWS's own when left out. */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** How often a request is sent before its failure is ours: 6 when left out. */
  readonly attemptsMax?: number;
  /** How long an answer may take: 3 s when left out. */
  readonly requestTimeoutMs?: number;
}

const CONNECTION_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 3_000;
const ATTEMPTS_MAX = 6;
const SOCKETS_MAX = 64;

/**
 * The one place where a client is made: connections are kept and send at once (without TCP_NODELAY a small request
 * waits for the acknowledgement of the one before), and what may be sent again is, after a random wait that grows.
 *
 * The retry mode is not `adaptive`: one throttled partition would slow every instrument and table of the client, at our
 * rates to a request in two seconds.
 */
export function dynamoDbClient(settings: DynamoDbSettings = {}): DynamoDBClient {
  const { region, endpoint, credentials } = settings;
  const agent = { keepAlive: true, noDelay: true, maxSockets: SOCKETS_MAX };
  return new DynamoDBClient({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    retryMode: "standard",
    maxAttempts: settings.attemptsMax ?? ATTEMPTS_MAX,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: settings.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    }),
  });
}
