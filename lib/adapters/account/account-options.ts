import { NodeHttpHandler } from "@smithy/node-http-handler";

/** What is left out comes from the environment, as with every AWS tool. */
export interface AccountOptions {
  readonly region?: string;
  /** Of an emulator; AWS's own when left out. */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const CONNECTION_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 10_000;
const ATTEMPTS_MAX = 3;

/** The same for every client: a person waits for the answers. */
export function clientSettings({ region, endpoint, credentials }: AccountOptions) {
  return {
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    }),
  };
}
