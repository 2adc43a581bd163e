import { formatDecimal } from "../events/decimal.ts";
import type { InstrumentEvent } from "../events/event.ts";
import { type InstrumentSpec, makeScale } from "../ledger/scale.ts";
import { type Applied, quarantine } from "./outcome.ts";
import { refine } from "./rescale.ts";
import type { InstrumentState } from "./state.ts";

/**
 * Takes an instrument's terms. Tick, lot and limit may change at any time; what the ledger's unit rests on
 * (settlement, contract, multiplier) only before the first trade.
 */
export function applyInstrument(state: InstrumentState, event: InstrumentEvent): Applied {
  const conflict = state.seeded ? changedTerms(state, event) : undefined;
  if (conflict !== undefined) return quarantine("instrument-conflict", conflict);
  if (event.multiplier.mantissa <= 0) {
    return quarantine("instrument-conflict", "multiplier must be greater than 0");
  }
  if (!state.seeded) {
    const { priceDecimals, quantityDecimals } = state.scale;
    const inverse = event.contract === "inverse";
    const { multiplier } = event;
    state.scale = makeScale(priceDecimals, quantityDecimals, { inverse, multiplier });
  }
  if (!refine(state, event.tick.decimals, event.lot.decimals)) {
    return quarantine("out-of-range", "tick and lot are too fine for the position held");
  }
  state.spec = specOf(event);
  return undefined;
}

function specOf(event: InstrumentEvent): InstrumentSpec {
  const { base, quote, settle, kind, contract, multiplier, tick, lot, positionLimit } = event;
  return {
    base,
    quote,
    settle,
    kind,
    contract,
    multiplier,
    tick,
    lot,
    positionLimit,
    inferred: false,
  };
}

function changedTerms(state: InstrumentState, event: InstrumentEvent): string | undefined {
  const { scale, spec } = state;
  if (scale.inverse !== (event.contract === "inverse")) {
    return `contract cannot become ${event.contract} after the first trade`;
  }
  const before = formatDecimal(scale.multiplier);
  const after = formatDecimal(event.multiplier);
  if (before !== after) return `multiplier cannot change from ${before} to ${after} after a trade`;
  if (spec !== undefined && spec.settle !== event.settle) {
    return `settlement cannot change from ${spec.settle} to ${event.settle} after a trade`;
  }
  return undefined;
}
