/** Name, mock badge, freshness and theme: the same on every page. */
import { ago, clockTime, MISSING } from "../model/format.ts";
import { FRESH_MARK } from "../model/freshness.ts";
import { AccountMenu } from "./account.tsx";
import { now } from "./server-clock.ts";
import { fresh, freshness, go, transport, url } from "./store.ts";
import { THEMES, theme } from "./theme.ts";

export function TopBar() {
  return (
    <header class="top">
      <a class="brand" href="./" aria-label="Brawler, start page">
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path d="M8 0l8 8-8 8-8-8z" />
        </svg>
        Brawler
      </a>
      <strong class="mock" title="Simulated or recorded data only, always">
        MOCK DATA
      </strong>
      <Freshness />
      <FreezeButton />
      <ThemeSwitch />
      <AccountMenu />
    </header>
  );
}

const WORDS = { fresh: "", late: "delayed", stale: "stale", none: "no data yet" } as const;

function Freshness() {
  const { frozenAt } = url.value;
  const asOf = fresh.value?.asOf ?? null;
  const state = freshness.value;
  const how = { live: "live", polling: "polling", connecting: "connecting" }[transport.value];
  if (frozenAt !== null) return <p class="fresh">as of {clockTime(frozenAt)} · frozen</p>;
  const age = asOf === null ? MISSING : ago(Math.max(0, now.value - asOf));
  return (
    <p class={`fresh fresh-${state}`} title="Age of the newest event, on the server's clock">
      <span aria-hidden="true">{FRESH_MARK[state]}</span>{" "}
      {asOf === null ? null : <span class="fresh-clock">as of {clockTime(asOf)} · </span>}
      <span class="fresh-age">{age}</span> · {WORDS[state] === "" ? how : WORDS[state]}
    </p>
  );
}

function FreezeButton() {
  const frozen = url.value.frozenAt !== null;
  const toggle = () => go({ frozenAt: frozen ? null : (fresh.value?.asOf ?? now.value) });
  return (
    <button type="button" class="button" aria-pressed={frozen} onClick={toggle}>
      <span aria-hidden="true">{frozen ? "▶" : "❚❚"}</span> {frozen ? "Resume" : "Freeze"}
    </button>
  );
}

function ThemeSwitch() {
  return (
    <fieldset class="segments" aria-label="Colours">
      {THEMES.map((one) => (
        <button
          type="button"
          key={one}
          aria-pressed={theme.value === one}
          onClick={() => {
            theme.value = one;
          }}
        >
          {{ system: "Auto", dark: "Dark", light: "Light" }[one]}
        </button>
      ))}
    </fieldset>
  );
}
