import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";

/** What is left out comes from the environment, as with every AWS tool. */
export interface S3Options {
  readonly region?: string;
  /** Of an emulator; AWS's own when left out. */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** How often a request is sent before its failure is ours: 6 when left out. */
  readonly attemptsMax?: number;
}

const ATTEMPTS_MAX = 6;
const CONNECTION_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 20_000;

/** The one place where clients of S3 are made. An emulator knows buckets by the path, not by a host of their own. */
export function s3Client(options: S3Options = {}): S3Client {
  const { region, endpoint, credentials, attemptsMax = ATTEMPTS_MAX } = options;
  return new S3Client({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(credentials !== undefined && { credentials }),
    maxAttempts: attemptsMax,
    retryMode: "standard",
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    }),
  });
}
