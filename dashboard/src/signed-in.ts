/** Who is signed in, and the way in and out; where a deployment has no sign-in, none of it does anything. */
import { signal } from "@preact/signals";
import type { SignInConfig } from "../../lib/core/api/page-config.ts";
import type { Account } from "../model/account.ts";
import { viewIn } from "../model/return-state.ts";
import type { SignedOut } from "../model/sign-in-words.ts";
import { parseUrl } from "../model/url-state.ts";
import { setCredentials } from "./api-client.ts";
import { serverAheadMs } from "./server-clock.ts";
import type { Session } from "./session.ts";
import { url } from "./store.ts";

/** Null where nobody is, or nobody needs to be. */
export const account = signal<Account | null>(null);
/** Why nobody is, where somebody has to be. */
export const signedOut = signal<SignedOut | null>(null);

let session: Session | null = null;

/** Takes the login's answer if this is one, else goes on with the session that this tab has. */
export async function startSignIn(config: SignInConfig): Promise<void> {
  setCredentials(NOBODY);
  addEventListener("pageshow", forget);
  const callback = new URL("auth/callback", document.baseURI);
  const answer = location.pathname === callback.pathname ? takeAnswer() : null;
  try {
    const { Session } = await import("./session.ts");
    session = new Session(config, {
      callback: callback.href,
      page: new URL(".", document.baseURI).href,
      storage: sessionStorage,
      fetch: (...request) => fetch(...request),
      now: Date.now,
      aheadMs: serverAheadMs,
      tell,
    });
  } catch {
    tell({ why: "not-loaded" });
    return;
  }
  setCredentials(session);
  if (answer === null) await session.resume();
  else await session.complete(answer);
}

/** Leaves the page for the login, and comes back to this view. */
export async function signIn(): Promise<void> {
  if (session === null) location.reload();
  else location.assign(await session.begin(location.search));
}

export function signOut(): void {
  if (session !== null) location.assign(session.signOut());
}

const NOBODY = {
  token: () => Promise.resolve(null),
  renewed: () => Promise.resolve(null),
  denied: () => undefined,
  rejected: () => undefined,
};

/** Going back after signing out must not bring figures back that the browser had kept. */
function forget({ persisted }: PageTransitionEvent): void {
  if (persisted && account.peek() === null) location.reload();
}

/** The code is taken out of the address at once: neither history nor a reload has it. */
function takeAnswer(): URLSearchParams {
  const answer = new URLSearchParams(location.search);
  const view = viewIn(answer.get("state"));
  history.replaceState(null, "", `${new URL(".", document.baseURI).pathname}${view}`);
  url.value = parseUrl(view);
  return answer;
}

function tell(state: Account | SignedOut): void {
  const isOut = "why" in state;
  account.value = isOut ? null : state;
  signedOut.value = isOut ? state : null;
}
