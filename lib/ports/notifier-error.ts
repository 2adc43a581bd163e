/** A notification did not go out. */
export class NotifierError extends Error {
  override readonly name = "NotifierError";
  /** False where sending again cannot help before somebody mends something: a revoked token, a missing topic. */
  readonly transient: boolean;
  /** How long the channel asked to be left alone. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    message: string,
    {
      transient,
      retryAfterSeconds,
      cause,
    }: {
      readonly transient: boolean;
      readonly retryAfterSeconds?: number;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause });
    this.transient = transient;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
