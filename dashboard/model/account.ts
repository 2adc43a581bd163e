/** Who is signed in, to be shown: what the access token says. The API reads the same token, and it decides. */
import { type Claims, type Role, roleOf } from "../../lib/core/api/roles.ts";

export interface Account {
  readonly name: string;
  /** Null in no group: the API answers 403 then. */
  readonly role: Role | null;
}

/** A token that cannot be read is nobody's: the page goes on, since the token is for the API to judge. */
export function accountOf(accessToken: string): Account {
  const claims = claimsIn(accessToken);
  const name = claims["username"];
  return { name: typeof name === "string" ? name : "unknown", role: roleOf(claims) ?? null };
}

function claimsIn(token: string): Claims {
  try {
    const text = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === "object" && claims !== null ? (claims as Claims) : {};
  } catch {
    return {};
  }
}
