import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { MINUTE_US } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";

export interface CachedSecretOptions {
  readonly client: SecretsManagerClient;
  readonly name: string;
  readonly clock: Clock;
}

/** The secret has no text, or is not there. Its message never holds what the secret holds. */
export class SecretError extends Error {
  override readonly name = "SecretError";
}

/** A changed secret is known after this long. */
const KEPT_US = 5 * MINUTE_US;

/**
 * Reads a secret when it is first asked for, and again after five minutes.
 *
 * @throws {SecretError} when it cannot be read
 */
export function cachedSecret({ client, name, clock }: CachedSecretOptions): () => Promise<string> {
  let kept: { readonly text: string; readonly readAt: number } | undefined;
  return async () => {
    const now = clock.now();
    if (kept !== undefined && now < kept.readAt + KEPT_US) return kept.text;
    const text = await read(client, name);
    kept = { text, readAt: now };
    return text;
  };
}

async function read(client: SecretsManagerClient, name: string): Promise<string> {
  let text: string | undefined;
  try {
    ({ SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: name })));
  } catch (cause) {
    throw new SecretError(`the secret ${name} could not be read: ${(cause as Error).name}`, {
      cause,
    });
  }
  if (text === undefined) throw new SecretError(`the secret ${name} has no text`);
  return text;
}
