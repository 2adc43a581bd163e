/** `GET /analysis/day`: what a UTC day's figures were, set down once it is over, and again whenever they turn out otherwise. */
import { type Static, Type } from "typebox";
import { type MetricsBody, performanceMetricsSchema } from "./report.ts";
import {
  choice,
  closed,
  epochUsSchema,
  freshSchema,
  instrumentKeySchema,
  nullable,
} from "./schema.ts";

const hashSchema = Type.String({
  pattern: "^[0-9a-f]{16}$",
  description: "Equal events give equal hashes, in whatever order and batches they came.",
});

const recordProperties = {
  schema: Type.Literal("brawler.day/1"),
  instrument: nullable(instrumentKeySchema),
  from: epochUsSchema,
  to: epochUsSchema,
  status: Type.Unsafe<"closed" | "provisional">({
    ...choice(["closed", "provisional"]),
    description:
      "closed: no horizon of the day is open, nothing is waited for; provisional: the feed fell silent before, while others went on.",
  }),
  revision: Type.Integer({ minimum: 1, description: "The ones before are kept." }),
  supersedes: nullable(hashSchema),
  hash: hashSchema,
  watermark: Type.Integer({
    minimum: 0,
    description:
      "Up to when events were complete as it was taken; of several instruments the earliest.",
  }),
  version: Type.String({ description: "The product's, that computed it." }),
  parts: Type.Record(Type.String(), hashSchema, {
    description: "Of the portfolio: the hashes of the instruments' records it was made with.",
  }),
};

export const dayRecordSchema = closed(
  { ...recordProperties, figures: performanceMetricsSchema },
  "The figures of one UTC day; the portfolio's where instrument is null.",
);

export const daysSchema = closed({
  days: Type.Array(dayRecordSchema, { description: "Oldest first." }),
  fresh: freshSchema,
});

const recordSchema = closed(recordProperties);

export type DayRecord = Readonly<Static<typeof recordSchema>> & { readonly figures: MetricsBody };

export interface DaysBody {
  readonly days: readonly DayRecord[];
  readonly fresh: Static<typeof freshSchema>;
}
