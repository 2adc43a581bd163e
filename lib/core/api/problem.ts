/** Problem details (RFC 9457): the one shape of every error, and the closed list of what can go wrong. */
import { type Static, Type } from "typebox";
import { closed } from "./schema.ts";

export const problemSchema = closed(
  {
    type: Type.String({ description: "A URI reference that names the kind of problem." }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: "What was expected, what it was, and how to mend it." }),
    instance: Type.String({ description: "The path that was asked." }),
    traceId: Type.String(),
    errors: Type.Optional(
      Type.Array(
        closed({
          field: Type.String({ description: "A query parameter, or `line <number>`." }),
          reason: Type.String(),
          detail: Type.String(),
        }),
      ),
    ),
    counts: Type.Optional(Type.Record(Type.String(), Type.Integer({ minimum: 0 }))),
  },
  "Problem details, RFC 9457.",
);

export type Problem = Static<typeof problemSchema>;
export type ProblemError = NonNullable<Problem["errors"]>[number];

/** Every kind of problem: its title and status never vary. */
export const PROBLEMS = {
  "bad-request": { status: 400, title: "The request cannot be read" },
  forbidden: { status: 403, title: "Not from here" },
  "no-role": { status: 403, title: "Not with your role" },
  "not-found": { status: 404, title: "Nothing is here" },
  "method-not-allowed": { status: 405, title: "Not with this method" },
  "body-too-large": { status: 413, title: "The body is too large" },
  "unsupported-media-type": { status: 415, title: "Not in this format" },
  "lines-refused": { status: 422, title: "Some lines were refused" },
  internal: { status: 500, title: "Something broke on our side" },
  unavailable: { status: 503, title: "Not ready yet" },
} as const;

export type ProblemKind = keyof typeof PROBLEMS;
