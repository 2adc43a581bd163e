/**
 * A person's session with the managed login: authorization code with PKCE, then access tokens, each renewed before it
 * runs out. Loaded only where a deployment has sign-in.
 *
 * The access token stays in memory. The refresh token lies in `sessionStorage`, so that a reload goes on without a
 * question; it is of use once, and it goes with the tab.
 */
import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  calculatePKCECodeChallenge,
  clockSkew,
  clockTolerance,
  customFetch,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  None,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  type TokenEndpointRequestOptions,
  type TokenEndpointResponse,
  validateAuthResponse,
} from "oauth4webapi";
import type { SignInConfig } from "../../lib/core/api/page-config.ts";
import { type Account, accountOf } from "../model/account.ts";
import { stateWith } from "../model/return-state.ts";
import type { SignedOut } from "../model/sign-in-words.ts";
import { Unreachable, whyRefused } from "./sign-in-error.ts";

/** What the browser has and a test gives. */
export interface Surroundings {
  /** Where the login sends back to. */
  readonly callback: string;
  /** Where it sends to after signing out. */
  readonly page: string;
  readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Epoch ms by this machine's clock. */
  now(): number;
  /** How far the server's clock is ahead of it, ms. */
  aheadMs(): number;
  /** Told of every change of who is signed in. */
  tell(state: Account | SignedOut): void;
}

interface Held {
  readonly token: string;
  readonly since: number;
  /** From here on the next request asks for another one first. */
  renewAt: number;
  readonly expiresAt: number;
}

interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

const REFRESH_KEY = "brawler-refresh-token";
const PENDING_KEY = "brawler-sign-in";
const MOST_WAIT_MS = 10_000;
/** Longer than the slowest of the page's reads is apart, so that renewing never comes too late. */
const RENEW_BEFORE_MS = 120_000;
/** A group is taken up by the next token; more often than this it is not asked for. */
const REGROUP_MS = 30_000;
const TOLERANCE_SECONDS = 60;
/** Where a token response says nothing of it. */
const LIFETIME_SECONDS = 300;

export class Session {
  private readonly server: AuthorizationServer;
  private readonly options: TokenEndpointRequestOptions;
  private readonly config: SignInConfig;
  private readonly around: Surroundings;
  private held: Held | null = null;
  private renewal: Promise<string | null> | null = null;

  constructor(config: SignInConfig, around: Surroundings) {
    const { issuer, domain } = config;
    this.config = config;
    this.around = around;
    this.server = {
      issuer,
      authorization_endpoint: `${domain}/oauth2/authorize`,
      token_endpoint: `${domain}/oauth2/token`,
    };
    this.options = {
      [customFetch]: around.fetch,
      // A login on this machine, for tests and emulators; over a network it is TLS or nothing.
      [allowInsecureRequests]: new URL(domain).hostname === "127.0.0.1",
      signal: () => AbortSignal.timeout(MOST_WAIT_MS),
    };
  }

  /** @returns the login's address, for this view; what proves the answer to be ours is kept meanwhile */
  async begin(search: string): Promise<string> {
    const pending: Pending = {
      state: stateWith(generateRandomState(), search),
      nonce: generateRandomNonce(),
      verifier: generateRandomCodeVerifier(),
    };
    this.around.storage.setItem(PENDING_KEY, JSON.stringify(pending));
    const query = new URLSearchParams({
      client_id: this.config.clientId,
      response_type: "code",
      redirect_uri: this.around.callback,
      scope: this.config.scope,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: "S256",
    });
    return `${this.server.authorization_endpoint}?${query}`;
  }

  /** Takes the login's answer. One that is refused changes nothing: a session that this tab had goes on with the next request. */
  async complete(answer: URLSearchParams): Promise<void> {
    const pending = this.takePending();
    if (pending === null || answer.get("state") !== pending.state) {
      this.around.tell({ why: "forged" });
      return;
    }
    try {
      const client = this.client();
      const checked = validateAuthResponse(this.server, client, answer, pending.state);
      const { callback } = this.around;
      const response = await reached(
        authorizationCodeGrantRequest(
          this.server,
          client,
          None(),
          checked,
          callback,
          pending.verifier,
          this.options,
        ),
      );
      const check = { expectedNonce: pending.nonce, requireIdToken: true };
      this.hold(await processAuthorizationCodeResponse(this.server, client, response, check));
    } catch (error) {
      this.around.tell(whyRefused(error, this.around.aheadMs()));
    }
  }

  /** Goes on after a reload, where there is something to go on with. */
  async resume(): Promise<void> {
    if (this.around.storage.getItem(REFRESH_KEY) === null) this.around.tell({ why: "none" });
    else await this.renew().catch(() => undefined);
  }

  /**
   * The access token for a request; null when a person has to sign in.
   *
   * @throws {Unreachable} when it has run out and the login does not answer
   */
  async token(): Promise<string | null> {
    const { held } = this;
    const now = this.around.now();
    if (held !== null && now < held.renewAt) return held.token;
    try {
      return await this.renew();
    } catch (error) {
      if (held !== null && now < held.expiresAt) return held.token;
      throw error;
    }
  }

  /** Another token in place of one that the API answered with 401; null when a person has to sign in. */
  renewed(refused: string): Promise<string | null> {
    const { held } = this;
    return held !== null && held.token !== refused ? Promise.resolve(held.token) : this.renew();
  }

  /** The API answered 403: groups stand in the token, so another one may be allowed more. */
  denied(): void {
    if (this.held !== null) {
      this.held.renewAt = Math.min(this.held.renewAt, this.held.since + REGROUP_MS);
    }
  }

  /** The API answered 401 to a token that is new. */
  rejected(): void {
    this.end({ why: "rejected" });
  }

  /** @returns the login's address that ends its own session too */
  signOut(): string {
    const { clientId, domain } = this.config;
    const token = this.around.storage.getItem(REFRESH_KEY);
    this.end({ why: "none" });
    if (token !== null) this.revoke(token);
    const query = new URLSearchParams({ client_id: clientId, logout_uri: this.around.page });
    return `${domain}/logout?${query}`;
  }

  /** Nobody waits for it, and the page may be gone before it is answered; without CORS, since no answer is read. */
  private revoke(token: string): void {
    const { clientId, domain } = this.config;
    const body = new URLSearchParams({ token, client_id: clientId });
    const init = { method: "POST", body, mode: "no-cors", keepalive: true } as const;
    this.around.fetch(`${domain}/oauth2/revoke`, init).catch(() => undefined);
  }

  /** Many requests may need a token at once; a refresh token is of use once. */
  private renew(): Promise<string | null> {
    this.renewal ??= this.askForAnother().finally(() => {
      this.renewal = null;
    });
    return this.renewal;
  }

  private async askForAnother(): Promise<string | null> {
    const token = this.around.storage.getItem(REFRESH_KEY);
    if (token === null) {
      if (this.held !== null) this.end({ why: "ended" });
      return null;
    }
    const client = this.client();
    const response = await reached(
      refreshTokenGrantRequest(this.server, client, None(), token, this.options),
    );
    try {
      return this.hold(await processRefreshTokenResponse(this.server, client, response));
    } catch (error) {
      const why = whyRefused(error, this.around.aheadMs());
      this.end(why.why === "clock" ? why : { why: "ended" });
      return null;
    }
  }

  private hold(tokens: TokenEndpointResponse): string {
    const since = this.around.now();
    const lifeMs = (tokens.expires_in ?? LIFETIME_SECONDS) * 1_000;
    const { access_token: token, refresh_token: next } = tokens;
    if (next !== undefined) this.around.storage.setItem(REFRESH_KEY, next);
    const renewAt = since + lifeMs - Math.min(RENEW_BEFORE_MS, lifeMs / 2);
    this.held = { token, since, renewAt, expiresAt: since + lifeMs };
    this.around.tell(accountOf(token));
    return token;
  }

  private end(why: SignedOut): void {
    this.held = null;
    this.around.storage.removeItem(REFRESH_KEY);
    this.around.tell(why);
  }

  private takePending(): Pending | null {
    const { storage } = this.around;
    const text = storage.getItem(PENDING_KEY);
    storage.removeItem(PENDING_KEY);
    return text === null ? null : (JSON.parse(text) as Pending);
  }

  /** The server's clock, not this machine's, says whether a token is of now. */
  private client(): Client {
    return {
      client_id: this.config.clientId,
      [clockSkew]: Math.round(this.around.aheadMs() / 1_000),
      [clockTolerance]: TOLERANCE_SECONDS,
    };
  }
}

/** @throws {Unreachable} when there is no answer, or one that says "later": what was asked may be asked again */
async function reached(asked: Promise<Response>): Promise<Response> {
  const response = await asked.catch((cause: unknown) => {
    throw new Unreachable("no answer", { cause });
  });
  if (response.status >= 429) throw new Unreachable(`status ${response.status}`);
  return response;
}
