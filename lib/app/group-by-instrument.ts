/** Deliveries of any instruments, sorted into one list per instrument, each in the order in which they came. */
import type { StateKey } from "../ports/state-store.ts";
import type { Delivery } from "./fold-group.ts";

export interface InstrumentGroup {
  readonly key: StateKey;
  readonly deliveries: Delivery[];
}

export interface InstrumentGroups {
  /** Returns the group that the delivery went to. */
  add(delivery: Delivery): InstrumentGroup;
  /** In order of their first delivery. */
  all(): readonly InstrumentGroup[];
}

/** Names are looked up as they are: most events come from another instrument than the one before. */
export function groupsByInstrument(): InstrumentGroups {
  const groups: InstrumentGroup[] = [];
  const accounts = new Map<string, Map<string, InstrumentGroup>>();
  return {
    add: (delivery) => {
      const { account, instrument } = delivery.event;
      let instruments = accounts.get(account);
      if (instruments === undefined) {
        instruments = new Map();
        accounts.set(account, instruments);
      }
      let group = instruments.get(instrument);
      if (group === undefined) {
        group = { key: { account, instrument }, deliveries: [] };
        instruments.set(instrument, group);
        groups.push(group);
      }
      group.deliveries.push(delivery);
      return group;
    },
    all: () => groups,
  };
}
