/** Who may do what: one reading of a token's claims, for the API that enforces it and for the page that shows it. */

/** Look; acknowledge and silence; change rules. Each may do what the ones before it may. */
export const ROLES = ["viewer", "operator", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** What an identity provider says of whoever asks. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * The highest role that the claims give; undefined when there is none.
 *
 * A person has the groups that an administrator put them into. A program has a token of its own, without a user name:
 * it may look.
 */
export function roleOf(claims: Claims): Role | undefined {
  const groups = claims["cognito:groups"];
  const named = typeof groups === "string" ? groups.split(/[,\s[\]]+/) : [];
  const all = Array.isArray(groups) ? groups : named;
  const found = ROLES.filter((role) => all.includes(role)).at(-1);
  if (found !== undefined) return found;
  return claims["username"] === undefined && claims["client_id"] !== undefined
    ? "viewer"
    : undefined;
}
