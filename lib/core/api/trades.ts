/** `GET /trades`: our executions and what happened after each. */
import { type Static, Type } from "typebox";
import {
  choice,
  closed,
  decimalSchema,
  epochUsSchema,
  freshSchema,
  instrumentKeySchema,
  nullable,
} from "./schema.ts";

export const tradeSchema = closed({
  instrument: instrumentKeySchema,
  time: epochUsSchema,
  sequence: Type.Integer({ minimum: 1 }),
  tradeId: Type.String(),
  side: choice(["buy", "sell"]),
  liquidity: choice(["maker", "taker"]),
  execution: choice(["trade", "liquidation", "adl", "settlement"]),
  price: decimalSchema,
  quantity: decimalSchema,
  fee: decimalSchema,
  preTradeMid: nullable(decimalSchema),
  markouts: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()]), {
    description: "Bps by horizon; null while pending, and where there is no reference.",
  }),
  positionAfter: nullable(decimalSchema),
  counterparty: nullable(Type.String()),
  quoteId: nullable(Type.String()),
});

export type TradeBody = Static<typeof tradeSchema>;

export const tradesSchema = closed({
  trades: Type.Array(tradeSchema),
  cursor: Type.Union([Type.String(), Type.Null()], {
    description: "Give it back to continue after the last trade of this page; null at the end.",
  }),
  fresh: freshSchema,
});

export type TradesBody = Static<typeof tradesSchema>;
