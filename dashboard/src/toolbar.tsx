/** What the page is about: which instrument, which range. Both stand in the URL. */
import { RANGES } from "../model/url-state.ts";
import { figures, go, instruments, url } from "./store.ts";

export function Toolbar() {
  return (
    <section class="toolbar" aria-label="What is shown">
      <InstrumentPicker />
      <fieldset class="segments" aria-label="Range, ending now">
        {RANGES.map((range) => (
          <button
            type="button"
            key={range}
            aria-pressed={url.value.range === range}
            onClick={() => go({ range })}
          >
            {range}
          </button>
        ))}
      </fieldset>
    </section>
  );
}

function InstrumentPicker() {
  const { instrument } = url.value;
  const reported = Object.keys(figures.value.body?.snapshot.instruments ?? {});
  const known = new Set([...instruments.value.map(({ key }) => key), ...reported]);
  if (instrument !== null) known.add(instrument);
  return (
    <label class="picker">
      <span>Instrument</span>
      <select
        value={instrument ?? ""}
        onChange={(event) => go({ instrument: event.currentTarget.value || null })}
      >
        <option value="">All instruments</option>
        {[...known].sort().map((key) => (
          <option key={key} value={key}>
            {key}
          </option>
        ))}
      </select>
    </label>
  );
}
