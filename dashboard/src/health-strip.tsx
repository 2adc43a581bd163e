/** What was read and what became of it, and when each feed was last heard. */
import { ago, count, MISSING } from "../model/format.ts";
import { FRESH_MARK, freshState } from "../model/freshness.ts";
import { Panel, Waiting } from "./panel.tsx";
import { now } from "./server-clock.ts";
import { figures, fresh, liveData, url } from "./store.ts";

const COUNTS = [
  { id: "events", label: "Events", watch: false },
  { id: "applied", label: "Applied", watch: false },
  { id: "duplicates", label: "Duplicates", watch: false },
  { id: "quarantined", label: "Quarantined", watch: true },
  { id: "buffered", label: "Buffered", watch: false },
  { id: "gaps", label: "Gaps", watch: true },
  { id: "late", label: "Late", watch: false },
  { id: "invalidReferences", label: "Invalid references", watch: false },
] as const;

export function HealthStrip() {
  const snapshot = figures.value.body?.snapshot;
  const frozen = url.value.frozenAt !== null;
  const data = (frozen ? null : liveData.value) ?? snapshot?.data;
  if (data === undefined) {
    return (
      <Panel id="health" title="Data health" class="span-12">
        <Waiting failure={figures.value.failure} height={72} />
      </Panel>
    );
  }
  const accounted = data.applied + data.duplicates + data.quarantined + data.buffered;
  const closes = accounted === data.events;
  return (
    <Panel
      id="health"
      title="Data health"
      class="span-12"
      note={closes ? "every event is accounted for ✓" : `▲ ${data.events - accounted} unaccounted`}
    >
      <dl class="counts">
        {COUNTS.map(({ id, label, watch }) => (
          <div key={id} class={watch && data[id] > 0 ? "watch" : ""}>
            <dt>{label}</dt>
            <dd>
              {watch && data[id] > 0 ? <span aria-hidden="true">▲ </span> : null}
              {count(data[id])}
            </dd>
          </div>
        ))}
      </dl>
      <Feeds />
    </Panel>
  );
}

function Feeds() {
  const current = fresh.value;
  if (current === null) return null;
  const frozen = url.value.frozenAt !== null;
  return (
    <ul class="feeds" aria-label="Feeds">
      {current.sources.map(({ id, lastAt }) => {
        const state = frozen ? "fresh" : freshState(lastAt, current.cadenceUs, now.value);
        const age = lastAt === null ? MISSING : ago(Math.max(0, now.value - lastAt));
        return (
          <li key={id} class={`feed feed-${state}`}>
            <span aria-hidden="true">{FRESH_MARK[state]}</span> {id}{" "}
            <span class="muted">{frozen ? "frozen" : age}</span>
          </li>
        );
      })}
    </ul>
  );
}
