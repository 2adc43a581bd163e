/** What keeps Timestream from doing as it was asked. */
export type TimestreamErrorKind =
  /** The account may not use the service at all: it takes no new customers. */
  | "closed"
  /** This role may not do this. */
  | "denied"
  /** The database or table is not there. */
  | "absent"
  /** Asked too much at once, and again after waiting. */
  | "throttled"
  /** No answer, or the service's own fault: what was asked may have been done. */
  | "unreachable"
  /** The service found fault with the request: a mistake of this adapter. */
  | "invalid"
  /** A row of several records is being rewritten, or its writer died half-way. */
  | "torn";

/** Timestream cannot be used just now, or at all: the message says what, why, and how to mend it. */
export class TimestreamError extends Error {
  override readonly name = "TimestreamError";
  readonly kind: TimestreamErrorKind;

  constructor(kind: TimestreamErrorKind, detail: { message: string; cause?: unknown }) {
    super(detail.message, { cause: detail.cause });
    this.kind = kind;
  }

  /** Whether doing the same again, later, may succeed. Writes are idempotent. */
  get isTransient(): boolean {
    return TRANSIENT.has(this.kind);
  }
}

const TRANSIENT: ReadonlySet<TimestreamErrorKind> = new Set(["throttled", "unreachable", "torn"]);

/** What the service says to accounts that were no customers before 2025-06-20; its code is that of any refusal. */
const CLOSED = /only existing timestream for liveanalytics customers/i;

const KIND_BY_NAME: ReadonlyMap<string, TimestreamErrorKind> = new Map([
  ["AccessDeniedException", "denied"],
  ["UnrecognizedClientException", "denied"],
  ["InvalidSignatureException", "denied"],
  ["ExpiredTokenException", "denied"],
  ["CredentialsProviderError", "denied"],
  ["ResourceNotFoundException", "absent"],
  ["ThrottlingException", "throttled"],
  ["ServiceQuotaExceededException", "throttled"],
  ["InternalServerException", "unreachable"],
  ["InvalidEndpointException", "unreachable"],
  ["QueryExecutionException", "unreachable"],
  ["TimeoutError", "unreachable"],
  ["ValidationException", "invalid"],
  ["ConflictException", "invalid"],
]);

const ADVICE: Readonly<Record<TimestreamErrorKind, string>> = {
  closed:
    "this account may not use Timestream for LiveAnalytics, which takes no new customers since 2025-06-20; deploy with -c store=dynamodb, which works in every account",
  denied:
    "these credentials may not do that; allow the role timestream:WriteRecords and timestream:Select on our tables, and timestream:DescribeEndpoints on *",
  absent: "the database or a table of it is missing; deploy the stack, or name the right database",
  throttled: "the service asks for fewer requests for now; the same may be tried again",
  unreachable:
    "the service gave no answer; the same may be tried again, writes change nothing twice",
  invalid: "the service found fault with the request, which is a mistake of this program",
  torn: "a row is being rewritten, or its writer died half-way; the sweeper writes it again within a minute",
};

/**
 * Names the situation behind an error of the SDK; anything else passes as it is.
 *
 * @param doing what was asked, as a message says it: `write to trade`
 */
export function explainTimestreamError(error: unknown, doing: string): unknown {
  if (error instanceof TimestreamError || !(error instanceof Error)) return error;
  const answer = answerBehind(error);
  const kind = kindOf(answer);
  if (kind === undefined) return error;
  return new TimestreamError(kind, {
    message: `Cannot ${doing}: ${ADVICE[kind]} (${answer.name}: ${answer.message})`,
    cause: error,
  });
}

/** Where the SDK could not ask for endpoints, it says only that; what the service said stands behind. */
function answerBehind(error: Error): Error {
  const { reason } = error as { readonly reason?: unknown };
  return reason instanceof Error ? reason : error;
}

function kindOf(error: Error): TimestreamErrorKind | undefined {
  if (CLOSED.test(error.message)) return "closed";
  const known = KIND_BY_NAME.get(error.name);
  if (known !== undefined) return known;
  const { code, $fault } = error as { readonly code?: unknown; readonly $fault?: unknown };
  // Of the network, or a fault of the service that has no name of its own.
  return typeof code === "string" || $fault === "server" ? "unreachable" : undefined;
}

export function tornRow(table: string, name: string): TimestreamError {
  return new TimestreamError("torn", {
    message: `Cannot read ${name} of ${table} whole: ${ADVICE.torn}`,
  });
}
