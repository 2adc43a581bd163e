/** Why nobody is signed in, in words that a reader can act on or pass on. */
import { duration } from "./format.ts";

export type SignedOut =
  /** Nobody has signed in here, or somebody has signed out. */
  | { readonly why: "none" }
  /** Renewing was refused: too old, revoked, or signed in elsewhere with the same token. */
  | { readonly why: "ended" }
  /** The login sent back without letting in; `said` is its own explanation. */
  | { readonly why: "denied"; readonly said: string }
  /** An answer to a sign-in that this tab did not begin. */
  | { readonly why: "forged" }
  /** Tokens that have run out on arrival; `aheadMs` is how far the server's clock is ahead of this machine's. */
  | { readonly why: "clock"; readonly aheadMs: number }
  | { readonly why: "unreachable" }
  /** The login or its token endpoint refused; `said` is its own explanation. */
  | { readonly why: "refused"; readonly said: string }
  /** The API refuses a token that is new. */
  | { readonly why: "rejected" }
  /** The code for it did not arrive. */
  | { readonly why: "not-loaded" };

export interface SignInWords {
  readonly title: string;
  readonly detail: string;
  /** What mends it. */
  readonly button: "Sign in" | "Reload";
}

const AGAIN = "If it happens again, pass these words on to an administrator.";

const WORDS: {
  readonly [Why in SignedOut["why"]]: (
    signedOut: Extract<SignedOut, { readonly why: Why }>,
  ) => Omit<SignInWords, "button">;
} = {
  none: () => ({ title: "Signed out", detail: "Figures are for people of this desk." }),
  ended: () => ({
    title: "Your sign-in has ended",
    detail: "Signing in again brings you back to this view.",
  }),
  denied: ({ said }) => ({
    title: "The sign-in was not allowed",
    detail: sentence(said, "Try again, or ask an administrator of this desk for access."),
  }),
  forged: () => ({
    title: "This sign-in was not begun here",
    detail:
      "Its answer does not belong to a sign-in of this tab, so it was not used. An old link does this, and so does somebody else's.",
  }),
  clock: ({ aheadMs }) => ({
    title: "This device's clock is wrong",
    detail: `${clockWords(aheadMs)} Set it, then sign in again.`,
  }),
  unreachable: () => ({
    title: "The sign-in does not answer",
    detail: "Look at the connection, then sign in again.",
  }),
  refused: ({ said }) => ({ title: "The sign-in failed", detail: sentence(said, AGAIN) }),
  rejected: () => ({
    title: "The API does not take this sign-in",
    detail: `It was renewed, and refused again. ${AGAIN}`,
  }),
  "not-loaded": () => ({
    title: "The sign-in could not be loaded",
    detail: "A new version may just have come, or the connection was cut.",
  }),
};

export function signInWords(signedOut: SignedOut): SignInWords {
  const words = WORDS[signedOut.why] as (one: SignedOut) => Omit<SignInWords, "button">;
  return { ...words(signedOut), button: signedOut.why === "not-loaded" ? "Reload" : "Sign in" };
}

/** Less than this is what a second more on the way does. */
const VISIBLE_SKEW_MS = 5_000;

function clockWords(aheadMs: number): string {
  if (Math.abs(aheadMs) < VISIBLE_SKEW_MS) return "It does not agree with the sign-in's.";
  return `It is ${duration(Math.abs(aheadMs) * 1_000)} ${aheadMs > 0 ? "slow" : "fast"}.`;
}

function sentence(said: string, rest: string): string {
  return said === "" ? rest : `It said: ${said.trim().replace(/\.$/, "")}. ${rest}`;
}
