/**
 * What travels to the sign-in and back as `state`: something nobody can guess, and the view to come back to.
 *
 * Only the query of the page's own URL is in it, and it is read by the page's own grammar: no value of it leads anywhere
 * else.
 */
import { parseUrl, writeUrl } from "./url-state.ts";

/** @param random nobody's guess, in letters that base64url has */
export function stateWith(random: string, search: string): string {
  const view = btoa(writeUrl(parseUrl(search)));
  return `${random}.${view.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** The query to come back to; empty for a state that holds none. */
export function viewIn(state: string | null): string {
  const view = (state ?? "").split(".")[1] ?? "";
  try {
    return writeUrl(parseUrl(atob(view.replaceAll("-", "+").replaceAll("_", "/"))));
  } catch {
    return "";
  }
}
