/** What went wrong between us and a table. */
export type DynamoDbErrorKind =
  | "throttled"
  | "contended"
  | "timed-out"
  | "unavailable"
  | "unreachable"
  | "access-denied"
  | "credentials"
  | "table-missing"
  | "too-large"
  | "refused"
  | "damaged";

/** Where it went wrong, for the message. */
export interface DynamoDbCall {
  readonly table: string;
  /** As IAM names it: `PutItem`. */
  readonly operation: string;
}

/** A failure of the table or of the way to it: its message says what, where, why, and how to mend it. */
export class DynamoDbError extends Error {
  override readonly name = "DynamoDbError";
  readonly kind: DynamoDbErrorKind;
  readonly table: string;
  /** The same call may succeed later: deliver again. Otherwise somebody has to mend something first. */
  readonly isTransient: boolean;
  /** What was to be written may stand, may come to stand, or not. */
  readonly isOutcomeUnknown: boolean;

  constructor(
    kind: DynamoDbErrorKind,
    table: { readonly name: string },
    detail: { readonly message: string; readonly cause?: unknown },
  ) {
    super(detail.message, { cause: detail.cause });
    this.kind = kind;
    this.table = table.name;
    this.isTransient = TRANSIENT.has(kind);
    this.isOutcomeUnknown = OUTCOME_UNKNOWN.has(kind);
  }
}

const TRANSIENT: ReadonlySet<DynamoDbErrorKind> = new Set([
  "throttled",
  "contended",
  "timed-out",
  "unavailable",
  "unreachable",
]);
const OUTCOME_UNKNOWN: ReadonlySet<DynamoDbErrorKind> = new Set(["timed-out", "unavailable"]);

const KINDS_BY_NAME: Readonly<Record<string, DynamoDbErrorKind>> = {
  ProvisionedThroughputExceededException: "throttled",
  RequestLimitExceeded: "throttled",
  ThrottlingException: "throttled",
  TransactionInProgressException: "contended",
  TimeoutError: "timed-out",
  ECONNRESET: "timed-out",
  EPIPE: "timed-out",
  ETIMEDOUT: "timed-out",
  AbortError: "timed-out",
  InternalServerError: "unavailable",
  InternalFailure: "unavailable",
  ServiceUnavailable: "unavailable",
  ECONNREFUSED: "unreachable",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ENOTFOUND: "unreachable",
  EAI_AGAIN: "unreachable",
  AccessDeniedException: "access-denied",
  CredentialsProviderError: "credentials",
  ExpiredTokenException: "credentials",
  IncompleteSignatureException: "credentials",
  InvalidSignatureException: "credentials",
  MissingAuthenticationTokenException: "credentials",
  UnrecognizedClientException: "credentials",
  ResourceNotFoundException: "table-missing",
  ValidationException: "refused",
};

const SAY: Readonly<Record<DynamoDbErrorKind, (call: DynamoDbCall) => string>> = {
  throttled: ({ table, operation }) =>
    `${operation} on table ${table} was throttled, after all retries: more is asked of the table, or of one of its partitions, than it takes; it can be sent again. If it lasts, raise the table's limits or spread the load over more instruments`,
  contended: ({ table, operation }) =>
    `${operation} on table ${table} was kept off by other transactions on the same items, after all retries: nothing was written; it can be sent again`,
  "timed-out": ({ table, operation }) =>
    `${operation} on table ${table} had no answer in time: whether it was done is unknown. Read again, or send it again: both are safe`,
  unavailable: ({ table, operation }) =>
    `${operation} on table ${table} failed inside DynamoDB: whether it was done is unknown. Read again, or send it again: both are safe`,
  unreachable: ({ table, operation }) =>
    `${operation} on table ${table} could not be sent: DynamoDB's endpoint does not answer; check the region, the endpoint and the network`,
  "access-denied": ({ table, operation }) =>
    `${operation} on table ${table} is not allowed: give this role dynamodb:${operation} on the table`,
  credentials: ({ table, operation }) =>
    `${operation} on table ${table} was not signed with valid credentials: they are missing, wrong or expired; renew them`,
  "table-missing": ({ table, operation }) =>
    `${operation} found no table ${table} in this account and region: deploy first, or name the right table, region or endpoint`,
  "too-large": ({ table, operation }) => `${operation} on table ${table}: the item is too large`,
  refused: ({ table, operation }) =>
    `${operation} on table ${table} was refused as malformed: the request or the table's key is not what this version writes`,
  damaged: ({ table, operation }) =>
    `${operation} on table ${table} found an item that this version did not write`,
};

/**
 * Names the situation behind an error of the SDK, of the network or of DynamoDB.
 *
 * @returns a DynamoDbError, or the error itself when it says nothing about the table
 */
export function explainDynamoDbError(error: unknown, call: DynamoDbCall): unknown {
  if (error instanceof DynamoDbError || !(error instanceof Error)) return error;
  const kind = kindOf(error);
  if (kind === undefined) return error;
  const message = `${SAY[kind](call)} (${error.name}: ${error.message})`;
  return new DynamoDbError(kind, { name: call.table }, { message, cause: error });
}

function kindOf(error: Error): DynamoDbErrorKind | undefined {
  const { code, $metadata } = error as Error & {
    readonly code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const names = [error.name, ...(typeof code === "string" ? [code] : [])];
  const known = names.find((name) => Object.hasOwn(KINDS_BY_NAME, name));
  if (known !== undefined) return KINDS_BY_NAME[known];
  return ($metadata?.httpStatusCode ?? 0) >= 500 ? "unavailable" : undefined;
}
