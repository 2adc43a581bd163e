/** Where the net PnL came from: the steps from spread capture to net, and the proof that they close. */
import type { MetricsBody } from "../../lib/core/api/report.ts";
import { exactSum, negated } from "./exact.ts";
import { toNumber } from "./format.ts";

export type ComponentId = "spread" | "inventory" | "fees" | "funding";

export interface AttributionStep {
  readonly id: ComponentId | "gross" | "net";
  readonly label: string;
  /** Signed so that positive is good for us: fees paid are negative here. */
  readonly value: number | null;
  /** Where the bar starts and ends on the money axis; totals start at 0. */
  readonly start: number;
  readonly end: number;
  readonly isTotal: boolean;
}

export interface Attribution {
  readonly steps: readonly AttributionStep[];
  /** Of the inventory step, by the chosen horizon. */
  readonly split: {
    readonly adverse: number | null;
    readonly beyond: number | null;
    readonly unattributed: number | null;
  };
  /** What the engine reports as unexplained, exactly. */
  readonly residual: string | null;
  /** Every identity recomputed here from the strings: true only when all hold to the last digit. */
  readonly closes: boolean | null;
}

type Pnl = MetricsBody["pnl"];

export function attributionOf(pnl: Pnl, horizon: string): Attribution {
  const fees = negated(pnl.fees);
  const parts = [
    { id: "spread", label: "Spread capture", value: toNumber(pnl.spread), isTotal: false },
    { id: "inventory", label: "Inventory", value: toNumber(pnl.inventory), isTotal: false },
    { id: "gross", label: "Gross", value: toNumber(pnl.gross), isTotal: true },
    { id: "fees", label: "Fees", value: toNumber(fees), isTotal: false },
    { id: "funding", label: "Funding", value: toNumber(pnl.funding), isTotal: false },
    { id: "net", label: "Net", value: toNumber(pnl.net), isTotal: true },
  ] as const;
  let level = 0;
  const steps = parts.map((part): AttributionStep => {
    const start = part.isTotal ? 0 : level;
    const end = start + (part.value ?? 0);
    level = end;
    return { ...part, start, end };
  });
  return {
    steps,
    split: {
      adverse: toNumber(pnl.adverseSelection[horizon]),
      beyond: toNumber(pnl.beyond[horizon]),
      unattributed: toNumber(pnl.unattributed[horizon]),
    },
    residual: pnl.residual,
    closes: closes(pnl, fees),
  };
}

function closes(pnl: Pnl, fees: string | null): boolean | null {
  const gaps = [
    exactSum([pnl.spread, pnl.inventory, negated(pnl.gross)]),
    exactSum([pnl.gross, pnl.funding, fees, negated(pnl.net)]),
    exactSum([pnl.realized, pnl.unrealized, negated(pnl.gross)]),
    pnl.residual,
  ];
  if (gaps.some((gap) => gap === null)) return null;
  return gaps.every((gap) => gap === "0");
}
