/** Why a figure is not there, for a reader. */
import type { MetricsBody } from "../../lib/core/api/report.ts";

const WORDS: Readonly<Record<MetricsBody["pnl"]["status"], string>> = {
  ok: "known",
  empty: "nothing happened in this range",
  insufficient: "too few observations",
  "zero-variance": "nothing varied",
  "no-reference": "no rate or no price to convert it with",
  pending: "not settled yet",
  stale: "the last price is too old",
  "not-identifiable": "the data cannot tell",
};

export function statusWords(status: MetricsBody["pnl"]["status"]): string {
  return WORDS[status];
}
