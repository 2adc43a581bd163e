/** What keeps a bucket from giving or taking an object. */
export type S3ErrorKind =
  | "denied"
  /** There is no such bucket. */
  | "absent"
  | "throttled"
  /** No answer, or the service's own fault: what was to be written may stand. */
  | "unreachable"
  /** An object holds something else than we write. */
  | "damaged"
  /** The service found fault with the request: a mistake of this adapter. */
  | "invalid";

/** A failure of a bucket: the message says what, where, why, and how to mend it. */
export class S3Error extends Error {
  override readonly name = "S3Error";
  readonly kind: S3ErrorKind;

  constructor(
    kind: S3ErrorKind,
    doing: string,
    detail: { readonly says: string; readonly cause?: unknown },
  ) {
    super(`Cannot ${doing}: ${ADVICE[kind]} (${detail.says})`, { cause: detail.cause });
    this.kind = kind;
  }

  /** Whether doing the same again, later, may succeed. Writes are idempotent. */
  get isTransient(): boolean {
    return this.kind === "throttled" || this.kind === "unreachable";
  }
}

const ADVICE: Readonly<Record<S3ErrorKind, string>> = {
  denied:
    "these credentials may not; allow the role s3:PutObject, s3:GetObject and s3:DeleteObject on its objects, and s3:ListBucket on the bucket",
  absent: "there is no such bucket; deploy first, or name the right one",
  throttled: "the service asks for fewer requests, after all retries; the same may be tried again",
  unreachable: "the service gave no answer, after all retries; the same may be tried again",
  damaged: "the object is not as this program writes it; restore an earlier version of it",
  invalid: "the service found fault with the request, which is a mistake of this program",
};

const KIND_BY_NAME: ReadonlyMap<string, S3ErrorKind> = new Map([
  ["AccessDenied", "denied"],
  ["InvalidAccessKeyId", "denied"],
  ["SignatureDoesNotMatch", "denied"],
  ["ExpiredToken", "denied"],
  ["CredentialsProviderError", "denied"],
  ["KMS.AccessDeniedException", "denied"],
  ["NoSuchBucket", "absent"],
  ["SlowDown", "throttled"],
  ["ThrottlingException", "throttled"],
  ["RequestTimeout", "unreachable"],
  ["TimeoutError", "unreachable"],
  ["InternalError", "unreachable"],
  ["ServiceUnavailable", "unreachable"],
  // Two wrote the same key at once: one of them stands, and the next attempt meets it.
  ["ConditionalRequestConflict", "unreachable"],
]);

/**
 * Names the situation behind an error of the SDK; anything else passes as it is.
 *
 * @param doing what was asked, as a message says it: `write archive/…`
 */
export function explainS3Error(error: unknown, doing: string): unknown {
  if (error instanceof S3Error || !(error instanceof Error)) return error;
  const kind = kindOf(error);
  if (kind === undefined) return error;
  return new S3Error(kind, doing, { says: `${error.name}: ${error.message}`, cause: error });
}

function kindOf(error: Error): S3ErrorKind | undefined {
  const known = KIND_BY_NAME.get(error.name);
  if (known !== undefined) return known;
  const { code, $fault } = error as { readonly code?: unknown; readonly $fault?: unknown };
  if (typeof code === "string" || $fault === "server") return "unreachable";
  return $fault === "client" ? "invalid" : undefined;
}
