/** The URL is the state: back, forward, reload and paste always show the same page. */

export const RANGES = ["1h", "6h", "24h", "7d", "30d", "90d"] as const;
export type Range = (typeof RANGES)[number];

export interface UrlState {
  readonly range: Range;
  /** One instrument; null is the portfolio. */
  readonly instrument: string | null;
  readonly horizon: string;
  /** Column id, with `-` in front for descending. */
  readonly sort: string;
  /** Epoch µs: everything stands still as of this moment. */
  readonly frozenAt: number | null;
}

const DEFAULT_STATE: UrlState = {
  range: "24h",
  instrument: null,
  horizon: "5s",
  sort: "-net",
  frozenAt: null,
};

const INSTRUMENT = /^(?:[a-z0-9][a-z0-9_-]{0,31}\/)?[A-Z0-9][A-Z0-9._:-]{0,31}$/;
const HORIZON = /^\d{1,6}(?:ms|s|m|h)$/;
const SORT = /^-?[a-z]{1,20}$/;

/** Unknown keys and malformed values are left aside: an old link still opens. */
export function parseUrl(search: string): UrlState {
  const query = new URLSearchParams(search);
  const range = RANGES.find((one) => one === query.get("r"));
  return {
    range: range ?? DEFAULT_STATE.range,
    instrument: matching(query.get("i"), INSTRUMENT),
    horizon: matching(query.get("h"), HORIZON) ?? DEFAULT_STATE.horizon,
    sort: matching(query.get("sort"), SORT) ?? DEFAULT_STATE.sort,
    frozenAt: instant(query.get("freeze")),
  };
}

function matching(text: string | null, pattern: RegExp): string | null {
  return text !== null && pattern.test(text) ? text : null;
}

function instant(text: string | null): number | null {
  const ms = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) || ms < 0 ? null : ms * 1_000 + 999;
}

/** Only what differs from the defaults, so that short links stay short. */
export function writeUrl(state: UrlState): string {
  const query = new URLSearchParams();
  if (state.range !== DEFAULT_STATE.range) query.set("r", state.range);
  if (state.instrument !== null) query.set("i", state.instrument);
  if (state.horizon !== DEFAULT_STATE.horizon) query.set("h", state.horizon);
  if (state.sort !== DEFAULT_STATE.sort) query.set("sort", state.sort);
  if (state.frozenAt !== null) {
    query.set("freeze", new Date(Math.floor(state.frozenAt / 1_000)).toISOString());
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** Milliseconds between two reads of the figures of a range: the longer the range, the less a second changes it. */
export const REFRESH_MS: Readonly<Record<Range, number>> = {
  "1h": 2_000,
  "6h": 3_000,
  "24h": 5_000,
  "7d": 15_000,
  "30d": 30_000,
  "90d": 30_000,
};
