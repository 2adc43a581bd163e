import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { cachedSecret, SecretError } from "../../../lib/adapters/secrets/cached-secret.ts";
import { type EpochUs, MINUTE_US } from "../../../lib/core/units.ts";

describe("cachedSecret", () => {
  const mock = mockClient(SecretsManagerClient);
  let now: number;
  const secret = () =>
    cachedSecret({
      client: new SecretsManagerClient({ region: "eu-west-1" }),
      name: "brawler/slack",
      clock: { now: () => now as EpochUs },
    });

  beforeEach(() => {
    now = 1_000_000;
    mock.reset();
    mock.on(GetSecretValueCommand).resolves({ SecretString: "one" });
  });

  it("is read once in five minutes, and anew afterwards", async () => {
    const read = secret();
    expect([await read(), await read()]).toEqual(["one", "one"]);
    mock.on(GetSecretValueCommand).resolves({ SecretString: "two" });
    now += 5 * MINUTE_US - 1;
    expect(await read()).toBe("one");
    now += 1;
    expect(await read()).toBe("two");
    expect(mock.commandCalls(GetSecretValueCommand)).toHaveLength(2);
  });

  it("says which one cannot be read, and asks again the next time", async () => {
    const read = secret();
    const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
    mock.on(GetSecretValueCommand).rejects(denied);
    await expect(read()).rejects.toThrow("brawler/slack could not be read: AccessDeniedException");
    mock.on(GetSecretValueCommand).resolves({ SecretString: "one" });
    expect(await read()).toBe("one");
  });

  it("has to have a text", async () => {
    mock.on(GetSecretValueCommand).resolves({ SecretBinary: new Uint8Array(1) });
    await expect(secret()()).rejects.toBeInstanceOf(SecretError);
  });
});
