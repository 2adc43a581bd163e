/** From what the OAuth library throws to why nobody is signed in. */
import { AuthorizationResponseError, JWT_TIMESTAMP_CHECK, ResponseBodyError } from "oauth4webapi";
import type { SignedOut } from "../model/sign-in-words.ts";

/** The login does not answer, or is too busy to. */
export class Unreachable extends Error {}

/** @param aheadMs how far the server's clock is ahead of this machine's */
export function whyRefused(error: unknown, aheadMs: number): SignedOut {
  if (error instanceof Unreachable) return { why: "unreachable" };
  if (error instanceof AuthorizationResponseError) {
    const said = error.error_description ?? error.error;
    return { why: error.error === "access_denied" ? "denied" : "refused", said };
  }
  if (error instanceof ResponseBodyError) {
    return { why: "refused", said: error.error_description ?? error.error };
  }
  const { code } = error as { readonly code?: unknown };
  if (code === JWT_TIMESTAMP_CHECK) return { why: "clock", aheadMs };
  return { why: "refused", said: error instanceof Error ? error.message : String(error) };
}
