/**
 * A managed login of the tests' own, with Cognito's paths and refusals: authorization codes that are of use once and
 * bound to a PKCE challenge, signed tokens, refresh tokens that rotate, a session of its own until signed out.
 */
import { createHash, generateKeyPairSync, randomUUID, sign, verify } from "node:crypto";
import { Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { SignInConfig } from "../../lib/core/api/page-config.ts";
import type { Claims } from "../../lib/core/api/roles.ts";

const CLIENT_ID = "page-client";
const SCOPE = "openid brawler/api";
const KEYS = generateKeyPairSync("rsa", { modulusLength: 2048 });
const COOKIE = "signed-in";

/** Where the page is, to the login: nothing else may ask for tokens or be returned to. */
export interface RegisteredPage {
  readonly origin: string;
  readonly callback: string;
  readonly signedOut: string;
}

interface Code {
  readonly challenge: string;
  readonly nonce: string;
}

/** What the test decides, and what it looks at afterwards. */
export interface IdentityProvider {
  readonly app: Hono;
  readonly config: SignInConfig;
  readonly settings: {
    groups: readonly string[];
    /** Of the access tokens. */
    scope: string;
    lifetimeSeconds: number;
    /** Instead of an answer of the token endpoint. */
    tokenStatus: number | null;
    /** How far the login's clock is ahead of the tests'. */
    aheadSeconds: number;
  };
  /** Grants given, in order. */
  readonly grants: string[];
  /** Ends every session from the login's side: refresh tokens and access tokens are of no use any more. */
  revokeAll(): void;
  /** Access tokens alone; @returns how many refresh tokens there are to go on with */
  revokeAccess(): number;
  /** What a gateway's authorizer finds in a token that it lets through. */
  claimsOf(token: string): Claims | undefined;
}

/** @param origin the login's own, known once it listens; `page` likewise */
export function createIdentityProvider(
  origin: () => string,
  page: () => RegisteredPage,
): IdentityProvider {
  const provider = new Provider(origin, page);
  const app = new Hono();
  addLogin(app, provider);
  addTokens(app, provider);
  return Object.assign(provider, { app });
}

class Provider {
  readonly settings: IdentityProvider["settings"] = {
    groups: ["viewer"],
    scope: SCOPE,
    lifetimeSeconds: 3_600,
    tokenStatus: null,
    aheadSeconds: 0,
  };
  readonly grants: string[] = [];
  readonly codes = new Map<string, Code>();
  readonly refreshTokens = new Set<string>();
  /** Tokens of an older one are refused. */
  era = 0;
  readonly origin: () => string;
  readonly page: () => RegisteredPage;

  constructor(origin: () => string, page: () => RegisteredPage) {
    this.origin = origin;
    this.page = page;
  }

  get config(): SignInConfig {
    const domain = this.origin();
    return { issuer: `${domain}/pool`, clientId: CLIENT_ID, domain, scope: SCOPE };
  }

  revokeAll(): void {
    this.refreshTokens.clear();
    this.era += 1;
  }

  revokeAccess(): number {
    this.era += 1;
    return this.refreshTokens.size;
  }

  claimsOf(token: string): Claims | undefined {
    const [header, payload, signature] = token.split(".");
    const signed = Buffer.from(`${header}.${payload}`);
    const given = Buffer.from(signature ?? "", "base64url");
    if (!verify("sha256", signed, KEYS.publicKey, given)) return undefined;
    const claims = JSON.parse(Buffer.from(payload ?? "", "base64url").toString()) as Claims;
    const isOurs =
      claims["iss"] === this.config.issuer &&
      claims["token_use"] === "access" &&
      claims["era"] === this.era &&
      String(claims["scope"]).split(" ").includes("brawler/api");
    return isOurs && Number(claims["exp"]) * 1_000 > Date.now() ? claims : undefined;
  }

  /** @returns tokens, or why there are none */
  grant(form: URLSearchParams): object | string {
    if (form.get("client_id") !== CLIENT_ID) return "invalid_client";
    const kind = form.get("grant_type") ?? "";
    if (kind === "refresh_token") {
      if (!this.refreshTokens.delete(form.get("refresh_token") ?? "")) return "invalid_grant";
      this.grants.push(kind);
      return this.tokens(undefined);
    }
    if (kind !== "authorization_code") return "unsupported_grant_type";
    const code = this.codes.get(form.get("code") ?? "");
    this.codes.delete(form.get("code") ?? "");
    const digest = createHash("sha256").update(form.get("code_verifier") ?? "");
    const isTheirs =
      code?.challenge === digest.digest("base64url") &&
      form.get("redirect_uri") === this.page().callback;
    if (!isTheirs) return "invalid_grant";
    this.grants.push(kind);
    return this.tokens(code.nonce);
  }

  /** As the token endpoint answers: everything for a code, the same for a refresh token, which it replaces. */
  tokens(nonce: string | undefined): object {
    const { lifetimeSeconds, groups, scope, aheadSeconds } = this.settings;
    const iat = Math.floor(Date.now() / 1_000) + aheadSeconds;
    const common = { iss: this.config.issuer, sub: "1", iat, exp: iat + lifetimeSeconds };
    const refreshToken = randomUUID();
    this.refreshTokens.add(refreshToken);
    return {
      token_type: "Bearer",
      expires_in: lifetimeSeconds,
      refresh_token: refreshToken,
      id_token: jwt({ ...common, token_use: "id", aud: CLIENT_ID, ...(nonce && { nonce }) }),
      access_token: jwt({
        ...common,
        jti: randomUUID(),
        era: this.era,
        token_use: "access",
        client_id: CLIENT_ID,
        username: "mbrawl",
        scope,
        ...(groups.length > 0 && { "cognito:groups": groups }),
      }),
    };
  }
}

function jwt(claims: object): string {
  const parts = [{ alg: "RS256", typ: "JWT" }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const signature = sign("sha256", Buffer.from(parts.join(".")), KEYS.privateKey);
  return [...parts, signature.toString("base64url")].join(".");
}

function addLogin(app: Hono, provider: Provider): void {
  app.get("/oauth2/authorize", (c) => {
    const asked = new URL(c.req.url).searchParams;
    const expected = {
      client_id: CLIENT_ID,
      redirect_uri: provider.page().callback,
      response_type: "code",
      code_challenge_method: "S256",
      scope: SCOPE,
    };
    for (const [name, value] of Object.entries(expected)) {
      if (asked.get(name) !== value) return c.text(`${name} must be ${value}`, 400);
    }
    const allow = `/login?${asked}`;
    if (getCookie(c, COOKIE) === "yes") return c.redirect(allow);
    const denial = new URLSearchParams({
      error: "access_denied",
      error_description: "You may not use this desk",
      state: asked.get("state") ?? "",
    });
    const deny = `${provider.page().callback}?${denial}`;
    return c.html(
      `<link rel="icon" href="data:,"><h1>Login</h1><p><a href="${escaped(allow)}">Let me in</a> <a href="${escaped(deny)}">No</a>`,
    );
  });
  app.get("/login", (c) => {
    const asked = new URL(c.req.url).searchParams;
    setCookie(c, COOKIE, "yes", { httpOnly: true });
    const code = randomUUID();
    provider.codes.set(code, {
      challenge: asked.get("code_challenge") ?? "",
      nonce: asked.get("nonce") ?? "",
    });
    const answer = new URLSearchParams({ code, state: asked.get("state") ?? "" });
    return c.redirect(`${provider.page().callback}?${answer}`);
  });
  app.get("/logout", (c) => {
    const { client_id: client, logout_uri: back } = c.req.query();
    if (client !== CLIENT_ID || back !== provider.page().signedOut) {
      return c.text("unknown client or logout_uri", 400);
    }
    deleteCookie(c, COOKIE);
    return c.redirect(back);
  });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
}

function addTokens(app: Hono, provider: Provider): void {
  app.use("/oauth2/token", async (c, next) => {
    await next();
    c.res.headers.set("access-control-allow-origin", provider.page().origin);
  });
  app.post("/oauth2/token", async (c) => {
    const { tokenStatus } = provider.settings;
    if (tokenStatus !== null) return c.body("later", tokenStatus as 503);
    const granted = provider.grant(new URLSearchParams(await c.req.text()));
    return typeof granted === "string" ? c.json({ error: granted }, 400) : c.json(granted);
  });
  // Without CORS, so that what reads its answer fails.
  app.post("/oauth2/revoke", async (c) => {
    provider.refreshTokens.delete(new URLSearchParams(await c.req.text()).get("token") ?? "");
    provider.grants.push("revoke");
    return c.body(null, 200);
  });
}
