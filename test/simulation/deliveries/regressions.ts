/** Runs that have found a mistake of ours once. */
import type { DeliveryOptions } from "./simulate.ts";

export interface DeliveryRegression {
  readonly showed: string;
  readonly options: DeliveryOptions;
}

export const DELIVERY_REGRESSIONS: readonly DeliveryRegression[] = [
  {
    showed: "the older of two messages of a group left standing in Slack, without any fault",
    options: { seed: 27, intensities: {} },
  },
  {
    showed: "two messages of one group in Slack, without any fault",
    options: { seed: 163, intensities: {} },
  },
];
