/** What a fold shows while it takes events. */
import type { Hole } from "../../lib/core/pipeline/state.ts";
import type { offer } from "../../lib/core/pipeline/step.ts";
import type { Run } from "./simulate.ts";

/**
 * An event that fills a hole is applied out of its turn: state and rows may differ from those of a single pass. And what an
 * amendment was found by is to have been each of the two ways.
 */
export function noting({ filled, chaos }: Run, take: typeof offer): typeof offer {
  return (state, event, context) => {
    const isHole = ({ first, last }: Hole) => first <= event.sequence && event.sequence <= last;
    if (state.holes.some(isHole)) filled.add(state.instrument);
    if (event.type !== "bust" && event.type !== "correction") return take(state, event, context);
    const findTrade = (tradeId: string) => {
      const found = context.findTrade(tradeId);
      if (found !== undefined) chaos.saw("trade amended from its stored row");
      return found;
    };
    return take(state, event, { ...context, findTrade });
  };
}
