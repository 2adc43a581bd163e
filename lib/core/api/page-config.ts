/** `/config.json`: what a deployment tells the page before anything else. */

/** A managed login: where people sign in, and as which client the page does. */
export interface SignInConfig {
  /** Who signs the tokens; compared with what they say. */
  readonly issuer: string;
  readonly clientId: string;
  /** Origin of the login; the endpoints below it are Cognito's: `/oauth2/authorize`, `/oauth2/token`, `/logout`. */
  readonly domain: string;
  /** Separated by spaces. */
  readonly scope: string;
}

export interface PageConfig {
  readonly apiBase: string;
  /** How the page hears of changes. */
  readonly live: "poll" | "sse";
  /** Null where nobody signs in: on one machine. */
  readonly auth: SignInConfig | null;
}
