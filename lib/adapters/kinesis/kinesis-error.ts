/** What keeps a stream from taking records. */
export type KinesisErrorKind =
  /** More is sent than its shards take, and was after waiting. */
  | "throttled"
  /** No answer, or the service's own fault: what was sent may have arrived. */
  | "unreachable"
  | "denied"
  /** There is no such stream. */
  | "absent"
  /** The service found fault with the request: a mistake of this adapter. */
  | "invalid"
  | "closed";

/** A failure to publish: the message says what, why, and how to mend it. */
export class KinesisError extends Error {
  override readonly name = "KinesisError";
  readonly kind: KinesisErrorKind;

  constructor(
    kind: KinesisErrorKind,
    stream: string,
    detail: { readonly says: string; readonly cause?: unknown },
  ) {
    super(`Cannot publish to ${stream}: ${ADVICE[kind]} (${detail.says})`, { cause: detail.cause });
    this.kind = kind;
  }

  /** Whether sending the same again, later, may succeed. */
  get isTransient(): boolean {
    return isTransient(this.kind);
  }
}

const ADVICE: Readonly<Record<KinesisErrorKind, string>> = {
  throttled:
    "its shards take no more, after all retries; publish again later, and if it lasts give the stream more shards",
  unreachable:
    "it gave no answer, after all retries; publish again, what arrived twice counts once",
  denied: "these credentials may not; allow the role kinesis:PutRecords on the stream",
  absent: "there is no stream of that name in this region; deploy first, or name the right one",
  invalid: "the service found fault with the request, which is a mistake of this program",
  closed: "this sink has been closed; open another",
};

const KIND_BY_NAME: ReadonlyMap<string, KinesisErrorKind> = new Map([
  ["ProvisionedThroughputExceededException", "throttled"],
  ["LimitExceededException", "throttled"],
  ["ThrottlingException", "throttled"],
  ["KMSThrottlingException", "throttled"],
  ["InternalFailure", "unreachable"],
  ["InternalFailureException", "unreachable"],
  ["ServiceUnavailable", "unreachable"],
  ["TimeoutError", "unreachable"],
  ["AbortError", "unreachable"],
  ["AccessDeniedException", "denied"],
  ["KMSAccessDeniedException", "denied"],
  ["UnrecognizedClientException", "denied"],
  ["InvalidSignatureException", "denied"],
  ["ExpiredTokenException", "denied"],
  ["CredentialsProviderError", "denied"],
  ["ResourceNotFoundException", "absent"],
  ["InvalidArgumentException", "invalid"],
  ["ValidationException", "invalid"],
]);

export function isTransient(kind: KinesisErrorKind): boolean {
  return kind === "throttled" || kind === "unreachable";
}

/** Of a code that stands beside one record, or of an error of the whole request. Unknown ones may pass. */
export function kindOfFailure(failure: unknown): KinesisErrorKind {
  const name = failure instanceof Error ? failure.name : String(failure);
  return KIND_BY_NAME.get(name) ?? "unreachable";
}
