/**
 * `GET /live` and `GET /live/stream`: what is new since a cursor. Both carry the same events; an event
 * holds the whole state of its topic, so that a reader who missed one has lost nothing.
 */
import { type Static, Type } from "typebox";
import { historySchema } from "./health.ts";
import { dataFiguresSchema } from "./report.ts";
import {
  closed,
  countSchema,
  decimalSchema,
  epochUsSchema,
  freshSchema,
  instrumentKeySchema,
  nullable,
} from "./schema.ts";

const cursorSchema = Type.String({
  pattern: "^[A-Za-z0-9._:-]{1,64}$",
  description: "Opaque; give it back as `since` or `Last-Event-ID`.",
});

export const liveInstrumentSchema = closed(
  {
    mid: nullable(decimalSchema),
    position: decimalSchema,
    unrealized: nullable(decimalSchema),
    net: Type.Union([decimalSchema, Type.Null()], {
      description: "Net PnL since the first event; differences of it are the PnL of a span.",
    }),
    trades: countSchema,
    lastTradeTime: nullable(epochUsSchema),
  },
  "One instrument now.",
);

const envelope = { id: cursorSchema, asOf: epochUsSchema };

export const liveEventSchema = Type.Union([
  closed({
    ...envelope,
    topic: Type.Literal("instrument"),
    instrument: instrumentKeySchema,
    patch: liveInstrumentSchema,
  }),
  closed({ ...envelope, topic: Type.Literal("data"), patch: dataFiguresSchema }),
  closed({ ...envelope, topic: Type.Literal("history"), patch: historySchema }),
]);

export type LiveEvent = Static<typeof liveEventSchema>;

export const liveSchema = closed({
  cursor: cursorSchema,
  events: Type.Array(liveEventSchema),
  fresh: freshSchema,
});

export type LiveBody = Static<typeof liveSchema>;
