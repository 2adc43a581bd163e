/** What went wrong between us and the server, for the exit code and for whoever decides whether to try again. */
export type PostgresStoreErrorKind =
  | "unreachable"
  | "refused"
  | "no-database"
  | "foreign"
  | "schema"
  | "encoding"
  | "busy"
  | "connection-lost"
  | "outcome-unknown"
  | "contention"
  | "disk-full"
  | "read-only"
  | "not-permitted"
  | "too-long"
  | "cancelled"
  | "closed";

/** The same call may succeed later, or has already: a caller that repeats it loses nothing. */
const TRANSIENT: readonly PostgresStoreErrorKind[] = [
  "unreachable",
  "busy",
  "connection-lost",
  "outcome-unknown",
  "contention",
  "cancelled",
];

/** A failure of the server or of the way to it: its message says what, where, why, and how to mend it. */
export class PostgresStoreError extends Error {
  override readonly name = "PostgresStoreError";
  readonly kind: PostgresStoreErrorKind;
  /**
   * Worth trying again. Nothing was written, but for `outcome-unknown`: then all of it may stand, or nothing. Writes by
   * version may simply be sent again; after a compare-and-set, read first.
   */
  readonly isTransient: boolean;

  constructor(
    kind: PostgresStoreErrorKind,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.kind = kind;
    this.isTransient = TRANSIENT.includes(kind);
  }
}

/**
 * How far a call had come. `write`: the statement commits by itself, or is the COMMIT of a transaction, so that
 * whether it did cannot be told once the connection is gone.
 */
export type Phase = "connect" | "work" | "write";

interface Situation {
  readonly kind: PostgresStoreErrorKind;
  readonly say: (where: string, why: string) => string;
}

const UNREACHABLE: Situation = {
  kind: "unreachable",
  say: (where, why) =>
    `PostgreSQL at ${where} cannot be reached: ${why}; start the server, or correct the address of the store`,
};
const REFUSED: Situation = {
  kind: "refused",
  say: (where, why) =>
    `PostgreSQL at ${where} refuses the connection: ${why}; correct user and password in the address of the store, or the server's pg_hba.conf`,
};
const BUSY: Situation = {
  kind: "busy",
  say: (where, why) =>
    `PostgreSQL at ${where} has no connection left: ${why}; raise max_connections there, or ask for fewer`,
};
const CONNECTION_LOST: Situation = {
  kind: "connection-lost",
  say: (where, why) =>
    `The connection to PostgreSQL at ${where} was lost: ${why}; nothing of this call was written, it may be sent again`,
};
const OUTCOME_UNKNOWN: Situation = {
  kind: "outcome-unknown",
  say: (where, why) =>
    `The connection to PostgreSQL at ${where} was lost while it committed: ${why}; all of this call may stand, or nothing. Writes by version may be sent again; after a compare-and-set, read first`,
};
const CONTENTION: Situation = {
  kind: "contention",
  say: (where, why) =>
    `PostgreSQL at ${where} undid the call in favour of another: ${why}; it may be sent again`,
};
const DISK_FULL: Situation = {
  kind: "disk-full",
  say: (where, why) =>
    `PostgreSQL at ${where} cannot write: ${why}; free some space there. The last commit stands`,
};
const CANCELLED: Situation = {
  kind: "cancelled",
  say: (where, why) =>
    `PostgreSQL at ${where} gave the call up: ${why}; nothing of it was written, it may be sent again`,
};

/** Exact SQLSTATEs first, then classes (their first two characters). */
const BY_SQLSTATE: ReadonlyMap<string, Situation> = new Map<string, Situation>([
  ["28", REFUSED],
  ["53300", BUSY],
  ["53100", DISK_FULL],
  ["53200", { ...BUSY, kind: "contention" }],
  ["57P03", UNREACHABLE],
  ["57014", CANCELLED],
  ["40", CONTENTION],
  ["55P03", CONTENTION],
  [
    "3D000",
    {
      kind: "no-database",
      say: (where, why) =>
        `There is no such database at ${where}: ${why}; make it there (createdb), or name another in the address of the store`,
    },
  ],
  [
    "25006",
    {
      kind: "read-only",
      say: (where, why) =>
        `PostgreSQL at ${where} takes no writes: ${why}; name the primary in the address of the store`,
    },
  ],
  [
    "42501",
    {
      kind: "not-permitted",
      say: (where, why) =>
        `This user may not do that at ${where}: ${why}; grant it, or name another user in the address of the store`,
    },
  ],
  [
    "54000",
    {
      kind: "too-long",
      say: (where, why) =>
        `PostgreSQL at ${where} cannot index a name: ${why}; names of up to 2,600 bytes always fit`,
    },
  ],
]);

/** The server ends the connection with these, or the network with those. */
const LOST = new Set(["57P01", "57P02", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNABORTED"]);
const LOST_TEXT = /Connection terminated|not queryable|Query read timeout|Connection ended/;

/**
 * Names the situation behind an error of the driver, the server or the network.
 *
 * @param where host, port and database, never a password
 * @returns a PostgresStoreError, or the error itself when it says nothing about the server
 */
export function explainStoreError(error: unknown, where: string, phase: Phase): unknown {
  if (error instanceof PostgresStoreError || !(error instanceof Error)) return error;
  const situation = situationOf(error, phase);
  if (situation === undefined) return error;
  const why = error.message.trim() || codeOf(error) || "no reason given";
  return new PostgresStoreError(situation.kind, situation.say(where, why), { cause: error });
}

function situationOf(error: Error, phase: Phase): Situation | undefined {
  const code = codeOf(error);
  if (LOST.has(code) || code.startsWith("08") || LOST_TEXT.test(error.message)) {
    if (phase === "connect") return UNREACHABLE;
    return phase === "write" ? OUTCOME_UNKNOWN : CONNECTION_LOST;
  }
  const known =
    BY_SQLSTATE.get(code) ?? (code.length === 5 ? BY_SQLSTATE.get(code.slice(0, 2)) : undefined);
  if (known !== undefined) return known;
  return phase === "connect" && !isOurMistake(error) ? UNREACHABLE : undefined;
}

function isOurMistake(error: Error): boolean {
  return error instanceof TypeError || error instanceof RangeError;
}

function codeOf(error: Error): string {
  const { code } = error as Error & { readonly code?: unknown };
  return typeof code === "string" ? code : "";
}
