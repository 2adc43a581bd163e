import { AccountError, type AccountErrorKind } from "../../ports/deployment-account.ts";

const KIND_BY_NAME: ReadonlyMap<string, AccountErrorKind> = new Map([
  ["CredentialsProviderError", "credentials"],
  ["ExpiredToken", "credentials"],
  ["ExpiredTokenException", "credentials"],
  ["InvalidClientTokenId", "credentials"],
  ["InvalidSignatureException", "credentials"],
  ["SignatureDoesNotMatch", "credentials"],
  ["UnrecognizedClientException", "credentials"],
  ["AccessDenied", "denied"],
  ["AccessDeniedException", "denied"],
  ["UnauthorizedOperation", "denied"],
  ["TimeoutError", "unreachable"],
]);

/** @param question as a message says it: `who these credentials are` */
export function accountError(error: unknown, question: string): AccountError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const text = `asked ${question}: ${name}: ${message}`;
  return new AccountError(kindOf(error, name), text, { cause: error });
}

function kindOf(error: unknown, name: string): AccountErrorKind {
  const known = KIND_BY_NAME.get(name);
  if (known !== undefined) return known;
  const { code, $fault } = error as { readonly code?: unknown; readonly $fault?: unknown };
  // Of the network (ENOTFOUND, ECONNREFUSED), or a fault of the service itself.
  return typeof code === "string" || $fault === "server" ? "unreachable" : "unexpected";
}
