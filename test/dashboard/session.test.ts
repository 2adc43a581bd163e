/**
 * Goal: a session asks for one token at a time, before the old one runs out; it ends only when the login says so; and
 * an answer that is not to its own question is never used. Method: the session's code against the tests' own login,
 * without a network, with a clock that the test moves.
 */
import { beforeEach, describe, expect, it } from "vitest";
import type { Account } from "../../dashboard/model/account.ts";
import { viewIn } from "../../dashboard/model/return-state.ts";
import type { SignedOut } from "../../dashboard/model/sign-in-words.ts";
import { Session } from "../../dashboard/src/session.ts";
import { createIdentityProvider, type IdentityProvider } from "../browser/identity-provider.ts";

const PAGE = "https://desk.example.com/prod/";
const LOGIN = "https://login.example.com";
const TWO_MINUTES_MS = 120_000;

class Storage {
  readonly items = new Map<string, string>();
  getItem = (key: string) => this.items.get(key) ?? null;
  setItem = (key: string, value: string) => void this.items.set(key, value);
  removeItem = (key: string) => void this.items.delete(key);
}

let provider: IdentityProvider;
let storage: Storage;
let session: Session;
let told: (Account | SignedOut)[];
/** Ahead of the real clock, ms: time that passes in the page alone. */
let passed: number;
let aheadMs: number;
let isConnected: boolean;

beforeEach(() => {
  provider = createIdentityProvider(
    () => LOGIN,
    () => ({ origin: PAGE, callback: `${PAGE}auth/callback`, signedOut: PAGE }),
  );
  storage = new Storage();
  told = [];
  passed = 0;
  aheadMs = 0;
  isConnected = true;
  session = newSession();
});

function newSession(): Session {
  return new Session(provider.config, {
    callback: `${PAGE}auth/callback`,
    page: PAGE,
    storage,
    fetch: async (url, init) => {
      if (!isConnected) throw new TypeError("Failed to fetch");
      return provider.app.request(url, init);
    },
    now: () => Date.now() + passed,
    aheadMs: () => aheadMs,
    tell: (state) => told.push(state),
  });
}

/** What the login sends back when somebody lets themselves in. */
async function answerTo(address: string): Promise<URLSearchParams> {
  const login = await provider.app.request(address.replace("/oauth2/authorize", "/login"));
  return new URL(login.headers.get("location") ?? "").searchParams;
}

async function signIn(search = ""): Promise<void> {
  await session.complete(await answerTo(await session.begin(search)));
}

describe("beginning", () => {
  it("asks for a code with a challenge, a state and a nonce that are never the same twice", async () => {
    const addresses = [await session.begin("?r=7d"), await session.begin("?r=7d")];
    const [first, second] = addresses.map((address) => new URL(address).searchParams);
    for (const name of ["state", "nonce", "code_challenge"]) {
      expect(first?.get(name)?.length).toBeGreaterThanOrEqual(43);
      expect(first?.get(name)).not.toBe(second?.get(name));
    }
    expect(first?.get("code_challenge_method")).toBe("S256");
    expect(first?.get("scope")).toBe("openid brawler/api");
    expect((await provider.app.request(addresses[1] ?? "")).status).toBe(200);
  });

  it("takes the view along", async () => {
    const address = await session.begin("?r=7d&i=ETH-PERP&code=x");
    expect(viewIn(new URL(address).searchParams.get("state"))).toBe("?r=7d&i=ETH-PERP");
  });
});

describe("the login's answer", () => {
  it("gives a name, a role, and a token that the API takes", async () => {
    await signIn();
    expect(told).toEqual([{ name: "mbrawl", role: "viewer" }]);
    expect(provider.claimsOf((await session.token()) ?? "")?.["username"]).toBe("mbrawl");
  });

  it("is of use once", async () => {
    const answer = await answerTo(await session.begin(""));
    await session.complete(answer);
    await session.complete(answer);
    expect(told.at(-1)).toEqual({ why: "forged" });
    expect(provider.grants).toEqual(["authorization_code"]);
  });

  it("is refused when it answers another tab's question", async () => {
    const theirs = await session.begin("");
    storage = new Storage();
    const other = newSession();
    await other.begin("");
    await other.complete(await answerTo(theirs));
    expect(told).toEqual([{ why: "forged" }]);
    expect(provider.grants).toEqual([]);
  });

  it("is refused when its code was given for another question", async () => {
    const theirs = await answerTo(await session.begin(""));
    const ours = new URL(await session.begin("")).searchParams;
    await session.complete(
      new URLSearchParams({ code: theirs.get("code") ?? "", state: ours.get("state") ?? "" }),
    );
    expect(told).toEqual([{ why: "refused", said: "invalid_grant" }]);
  });

  it.each([
    { error: "access_denied", why: "denied" },
    { error: "invalid_scope", why: "refused" },
  ])("says $error in words: $why", async ({ error, why }) => {
    const state = new URL(await session.begin("")).searchParams.get("state") ?? "";
    await session.complete(new URLSearchParams({ error, state, error_description: "No." }));
    expect(told).toEqual([{ why, said: "No." }]);
    expect(await session.token()).toBeNull();
  });

  it("that cannot be exchanged for want of a connection says so", async () => {
    const answer = await answerTo(await session.begin(""));
    isConnected = false;
    await session.complete(answer);
    expect(told).toEqual([{ why: "unreachable" }]);
  });

  it.each([7_200, -7_200])(
    "counts by the server's clock, %d s ahead of this one",
    async (ahead) => {
      provider.settings.aheadSeconds = ahead;
      aheadMs = ahead * 1_000;
      await signIn();
      expect(told).toEqual([{ name: "mbrawl", role: "viewer" }]);
    },
  );

  it("that has run out on arrival says that this clock is wrong", async () => {
    provider.settings.aheadSeconds = -7_200;
    await signIn();
    expect(told).toEqual([{ why: "clock", aheadMs: 0 }]);
  });
});

describe("a token", () => {
  it("is the same until two minutes before it runs out, then another", async () => {
    await signIn();
    const first = await session.token();
    passed = 3_600_000 - TWO_MINUTES_MS - 5_000;
    expect(await session.token()).toBe(first);
    passed = 3_600_000 - TWO_MINUTES_MS;
    expect(await session.token()).not.toBe(first);
    expect(provider.grants).toEqual(["authorization_code", "refresh_token"]);
  });

  it("is asked for once, however many requests need it", async () => {
    await signIn();
    passed = 3_600_000;
    const tokens = await Promise.all(Array.from({ length: 20 }, () => session.token()));
    expect(new Set(tokens).size).toBe(1);
    expect(provider.grants).toEqual(["authorization_code", "refresh_token"]);
  });

  it("that was refused is replaced once, for all requests that it was refused to", async () => {
    await signIn();
    const refused = (await session.token()) ?? "";
    const [first, second] = [await session.renewed(refused), await session.renewed(refused)];
    expect(first).not.toBe(refused);
    expect(second).toBe(first);
    expect(provider.grants).toEqual(["authorization_code", "refresh_token"]);
  });

  it.each(["no connection", "status 503", "status 429"])(
    "stays in use with %s while it lives, and the session goes on later",
    async (trouble) => {
      await signIn();
      const first = await session.token();
      isConnected = trouble !== "no connection";
      provider.settings.tokenStatus = isConnected ? Number(trouble.slice(-3)) : null;
      passed = 3_600_000 - 1_000;
      expect(await session.token()).toBe(first);
      passed = 3_600_000;
      await expect(session.token()).rejects.toThrow(/no answer|status/);
      isConnected = true;
      provider.settings.tokenStatus = null;
      expect(await session.token()).not.toBe(first);
      expect(told.filter((state) => "why" in state)).toEqual([]);
    },
  );

  it("takes up a new group after a refusal, half a minute later at the soonest", async () => {
    provider.settings.groups = [];
    await signIn();
    expect(told).toEqual([{ name: "mbrawl", role: null }]);
    provider.settings.groups = ["viewer", "admin"];
    session.denied();
    const first = await session.token();
    passed = 29_000;
    expect(await session.token()).toBe(first);
    passed = 30_000;
    await session.token();
    expect(told.at(-1)).toEqual({ name: "mbrawl", role: "admin" });
  });
});

describe("a session", () => {
  it("goes on after a reload, each refresh token used once", async () => {
    await signIn();
    const before = [...storage.items];
    session = newSession();
    await session.resume();
    expect(told.at(-1)).toEqual({ name: "mbrawl", role: "viewer" });
    expect(storage.items.size).toBe(1);
    expect([...storage.items]).not.toEqual(before);
  });

  it("that never was is none, and asks nobody", async () => {
    await session.resume();
    expect(told).toEqual([{ why: "none" }]);
    expect(await session.token()).toBeNull();
    expect(provider.grants).toEqual([]);
  });

  it("ends when its refresh token is refused, and keeps nothing", async () => {
    await signIn();
    provider.revokeAll();
    expect(await session.renewed((await session.token()) ?? "")).toBeNull();
    expect(told.at(-1)).toEqual({ why: "ended" });
    expect(storage.items.size).toBe(0);
    expect(await session.token()).toBeNull();
  });

  it("ends when the API refuses what is new", async () => {
    await signIn();
    session.rejected();
    expect(told.at(-1)).toEqual({ why: "rejected" });
    expect(await session.token()).toBeNull();
  });

  it("ends on signing out: here, at the login, and for the refresh token", async () => {
    await signIn();
    const address = new URL(session.signOut());
    expect(address.pathname).toBe("/logout");
    expect((await provider.app.request(address.href)).headers.get("location")).toBe(PAGE);
    expect(storage.items.size).toBe(0);
    expect(await session.token()).toBeNull();
    await expect.poll(() => provider.grants).toEqual(["authorization_code", "revoke"]);
  });

  it("over a network without TLS is refused", async () => {
    const config = { ...provider.config, domain: "http://login.example.com" };
    storage.setItem("brawler-refresh-token", "secret");
    const sent: string[] = [];
    const plain = new Session(config, {
      callback: PAGE,
      page: PAGE,
      storage,
      fetch: async (url) => {
        sent.push(url);
        return Response.json({});
      },
      now: Date.now,
      aheadMs: () => 0,
      tell: (state) => told.push(state),
    });
    await plain.resume();
    expect(sent).toEqual([]);
    expect(told.filter((state) => "name" in state)).toEqual([]);
  });
});
