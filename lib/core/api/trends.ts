/** `GET /analysis/trend`: which daily figures rise or fall, of the portfolio and of every instrument. */
import { type Static, Type } from "typebox";
import {
  choice,
  closed,
  countSchema,
  epochUsSchema,
  freshSchema,
  instrumentKeySchema,
  intervalSchema,
  nullable,
} from "./schema.ts";

const nullableNumber = nullable(Type.Number());

export const trendSchema = closed(
  {
    n: Type.Integer({ minimum: 0, description: "Days with a value." }),
    slope: Type.Union([Type.Number(), Type.Null()], {
      description: "Theil and Sen's, in the figure's unit a day.",
    }),
    interval: nullable(intervalSchema),
    tau: nullableNumber,
    p: Type.Union([Type.Number(), Type.Null()], {
      description: "Mann and Kendall's, two-sided, with Hamed and Rao's variance.",
    }),
    q: Type.Union([Type.Number(), Type.Null()], {
      description:
        "p adjusted by Benjamini and Hochberg for all trends that were looked at together.",
    }),
    direction: Type.Unsafe<"rising" | "falling" | "none" | null>({
      type: ["string", "null"],
      enum: ["rising", "falling", "none", null],
      description: "none where q is above 0.05; null without a test.",
    }),
    status: choice(["ok", "insufficient", "zero-variance"]),
  },
  "One daily figure over the window.",
);

export const trendRecordSchema = closed(
  {
    schema: Type.Literal("brawler.trend/1"),
    instrument: nullable(instrumentKeySchema),
    from: epochUsSchema,
    to: epochUsSchema,
    days: countSchema,
    trends: Type.Record(Type.String(), trendSchema),
  },
  "Trends over complete UTC days; the portfolio's where instrument is null.",
);

export const trendsSchema = closed({
  trends: Type.Array(trendRecordSchema),
  fresh: freshSchema,
});

export type TrendBody = Static<typeof trendSchema>;
export type TrendRecord = Static<typeof trendRecordSchema>;
export type TrendsBody = Static<typeof trendsSchema>;
