import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { NodeHttpHandler } from "@smithy/node-http-handler";

/** What is left out comes from the environment, as with every AWS tool. */
export interface SecretsOptions {
  readonly region?: string;
  /** Of an emulator; AWS's own when left out. */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** How often a request is sent before its failure is ours: 3 when left out. */
  readonly attemptsMax?: number;
  /** How long an answer may take: 3 s when left out. */
  readonly requestTimeoutMs?: number;
}

const ATTEMPTS_MAX = 3;
const CONNECTION_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 3_000;

/** The one place where clients of Secrets Manager are made: all attempts together leave a function time to do its work. */
export function secretsClient(options: SecretsOptions = {}): SecretsManagerClient {
  const { region, endpoint, credentials, attemptsMax = ATTEMPTS_MAX } = options;
  return new SecretsManagerClient({
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
