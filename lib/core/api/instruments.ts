/** `GET /instruments`: what is quoted, and under which terms. */
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

export const instrumentSchema = closed({
  key: instrumentKeySchema,
  account: Type.String(),
  instrument: Type.String(),
  base: Type.String(),
  quote: Type.String(),
  settle: Type.String({ description: "Every ledger figure of the instrument is in it." }),
  kind: choice(["spot", "perp", "future"]),
  contract: choice(["linear", "inverse"]),
  multiplier: decimalSchema,
  tick: decimalSchema,
  lot: decimalSchema,
  positionLimit: nullable(decimalSchema),
  firstTime: nullable(epochUsSchema),
  lastTime: nullable(epochUsSchema),
});

export type InstrumentBody = Static<typeof instrumentSchema>;

export const instrumentsSchema = closed({
  instruments: Type.Array(instrumentSchema),
  fresh: freshSchema,
});

export type InstrumentsBody = Static<typeof instrumentsSchema>;
