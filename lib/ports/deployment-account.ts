/** What keeps an account from saying what it was asked. */
export type AccountErrorKind =
  /** There are no credentials, or they are not valid. */
  | "credentials"
  /** They are valid, and may not ask this. */
  | "denied"
  /** No answer: no network, or no such region. */
  | "unreachable"
  /** Answered, and not with what was expected. */
  | "unexpected";

/** The account did not answer a question: the message says what was asked and what came back, never a credential. */
export class AccountError extends Error {
  override readonly name = "AccountError";
  readonly kind: AccountErrorKind;

  constructor(kind: AccountErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** Executions that functions of an account and region may have at once. */
export interface Concurrency {
  readonly total: number;
  /** Reserved for none: what every other function lives on. */
  readonly unreserved: number;
  /** Reserved by the functions that were asked about. */
  readonly ours: number;
}

/** What CDK keeps in an account and region before anything can be deployed there. */
export interface Bootstrap {
  /** Undefined where what stands is older than versions are. */
  readonly version: number | undefined;
  /** As CloudFormation says it: `CREATE_COMPLETE`. */
  readonly status: string;
}

/** The role that lets API Gateway write logs; an account and region has one for all its APIs. */
export interface ApiLogRole {
  readonly arn: string;
  /** The stack that made it; undefined where none that stands did. */
  readonly stack: string | undefined;
}

/**
 * The account that a deployment goes to. Asking changes nothing in it.
 *
 * Each question rejects with an `AccountError`.
 */
export interface DeploymentAccount {
  /** Undefined where none is set. */
  region(): Promise<string | undefined>;
  identity(): Promise<{ readonly account: string; readonly arn: string }>;
  /** Undefined where CDK has nothing there. */
  bootstrap(): Promise<Bootstrap | undefined>;
  /** Whether CloudFormation can make resources of a type, `AWS::Kinesis::Stream`, in the region. */
  offers(resourceType: string): Promise<boolean>;
  /** @param functions names of which some may not exist */
  concurrency(functions: readonly string[]): Promise<Concurrency>;
  /** Undefined where the account has none. */
  apiLogRole(): Promise<ApiLogRole | undefined>;
}
