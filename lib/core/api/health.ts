/** `GET /health`: is it running, what has it read, and how far is the history. */
import { type Static, Type } from "typebox";
import { dataFiguresSchema } from "./report.ts";
import {
  choice,
  closed,
  countSchema,
  epochUsSchema,
  freshSchema,
  instrumentKeySchema,
  nullable,
} from "./schema.ts";

export const historySchema = closed(
  {
    state: choice(["none", "loading", "ready"]),
    done: Type.Number({ minimum: 0, maximum: 1, description: "Share that is loaded." }),
    loadedTo: nullable(epochUsSchema),
    etaSeconds: nullable(Type.Number({ minimum: 0 })),
  },
  "The simulated past, loaded at the first start.",
);

export type HistoryProgress = Static<typeof historySchema>;

const feedStateSchema = choice(["ok", "degraded", "restating", "silent"]);

export const healthSchema = closed(
  {
    status: choice(["ok", "starting", "degraded"]),
    version: Type.String(),
    mock: Type.Literal(true, { description: "Simulated or recorded data only, always." }),
    feed: Type.String({ description: "What is read, in words: `simulate, seed 42, baseline`." }),
    startedAt: epochUsSchema,
    history: historySchema,
    data: dataFiguresSchema,
    instruments: Type.Array(
      closed({
        instrument: instrumentKeySchema,
        state: feedStateSchema,
        lastTime: nullable(epochUsSchema),
        watermark: nullable(epochUsSchema),
        gaps: countSchema,
      }),
    ),
    fresh: freshSchema,
  },
  "Is it running, what has it read, and how far is the history.",
);

export type HealthBody = Static<typeof healthSchema>;
