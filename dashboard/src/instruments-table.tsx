/** Every instrument with its attribution, quality and position; a click on a head sorts, on a name opens it. */
import type { ComponentChildren } from "preact";
import {
  axisMoney,
  bps,
  compactCount,
  isDollar,
  MISSING,
  percent,
  quantity,
  rowMoney,
  toneOf,
} from "../model/format.ts";
import {
  type InstrumentRow,
  instrumentRow,
  type SortColumn,
  sortedRows,
} from "../model/instrument-rows.ts";
import { Panel, Waiting } from "./panel.tsx";
import { figures, go, instruments, liveInstruments, staleFeeds, url } from "./store.ts";

interface Column {
  readonly id: SortColumn | "residual";
  readonly label: string;
  /** Shown on a phone too. */
  readonly key?: boolean;
  readonly cell: (row: InstrumentRow) => ComponentChildren;
}

const COLUMNS: readonly Column[] = [
  { id: "net", label: "Net PnL", key: true, cell: (row) => <Toned value={row.net} row={row} /> },
  { id: "netbps", label: "Net bps", cell: (row) => bps(row.netBps) },
  { id: "spread", label: "Spread", cell: (row) => rowMoney(row.spread, row.currency) },
  { id: "inventory", label: "Inventory", cell: (row) => rowMoney(row.inventory, row.currency) },
  { id: "fees", label: "Fees", cell: (row) => rowMoney(row.fees, row.currency) },
  { id: "funding", label: "Funding", cell: (row) => rowMoney(row.funding, row.currency) },
  { id: "residual", label: "Residual", cell: residualCell },
  { id: "markout", label: "Markout", key: true, cell: markoutCell },
  { id: "hit", label: "Hit rate", key: true, cell: hitRateCell },
  { id: "trades", label: "Trades", cell: (row) => compactCount(row.trades) },
  { id: "volume", label: "Volume", cell: (row) => axisMoney(row.volume, row.currency) },
  { id: "use", label: "Position / limit", key: true, cell: (row) => <Position row={row} /> },
];

export function InstrumentsTable() {
  const snapshot = figures.value.body?.snapshot;
  const { horizon, sort } = url.value;
  const terms = new Map(instruments.value.map((one) => [one.key, one]));
  const rows = Object.entries(snapshot?.instruments ?? {}).map(([key, metrics]) =>
    withLive(instrumentRow(key, metrics, horizon, terms.get(key))),
  );
  const note = `${rows.length} instruments · markout ${horizon}, maker, bps`;
  return (
    <Panel id="instruments" title="Instruments" class="span-12" note={note}>
      {snapshot === undefined ? (
        <Waiting failure={figures.value.failure} height={220} />
      ) : (
        <div class="scroll">
          <table class="table instruments">
            <caption class="hidden">Instruments, figures of the chosen range</caption>
            <Head sort={sort} />
            <tbody>
              {sortedRows(rows, sort).map((row) => (
                <Row key={row.key} row={row} />
              ))}
            </tbody>
            <tfoot>
              <Total row={{ ...instrumentRow("Total", snapshot.portfolio, horizon, undefined) }} />
            </tfoot>
          </table>
        </div>
      )}
    </Panel>
  );
}

/** The position of this moment, where the live feed has told one. */
function withLive(row: InstrumentRow): InstrumentRow {
  const live = url.value.frozenAt === null ? liveInstruments.value.get(row.key) : undefined;
  if (live === undefined) return row;
  const position = Number(live.position);
  return { ...row, position, use: row.limit ? Math.abs(position) / row.limit : null };
}

function Head({ sort }: { readonly sort: string }) {
  return (
    <thead>
      <tr>
        <SortHead id="key" label="Instrument" sort={sort} />
        {COLUMNS.map(({ id, label, key }) =>
          id === "residual" ? (
            <th scope="col" key={id} class="number wide">
              {label}
            </th>
          ) : (
            <SortHead key={id} id={id} label={label} sort={sort} wide={!key} number />
          ),
        )}
      </tr>
    </thead>
  );
}

interface SortHeadProps {
  readonly id: SortColumn;
  readonly label: string;
  readonly sort: string;
  readonly wide?: boolean;
  readonly number?: boolean;
}

function SortHead({ id, label, sort, wide = false, number = false }: SortHeadProps) {
  const descending = sort === `-${id}`;
  const ascending = sort === id;
  const order = descending ? "descending" : ascending ? "ascending" : "none";
  return (
    <th scope="col" aria-sort={order} class={`${number ? "number" : ""} ${wide ? "wide" : ""}`}>
      <button type="button" onClick={() => go({ sort: descending ? id : `-${id}` })}>
        {label}
        <span class="sort-mark" aria-hidden="true">
          {descending ? "▾" : ascending ? "▴" : ""}
        </span>
      </button>
    </th>
  );
}

function Row({ row }: { readonly row: InstrumentRow }) {
  const chosen = url.value.instrument === row.key;
  const silent = staleFeeds.value.includes(row.key);
  return (
    <tr class={`${chosen ? "row-chosen" : ""} ${silent ? "row-silent" : ""}`}>
      <th scope="row">
        <button
          type="button"
          class="link"
          aria-pressed={chosen}
          onClick={() => go({ instrument: chosen ? null : row.key })}
        >
          {row.key}
        </button>
        {isDollar(row.currency) ? null : <span class="muted"> {row.currency}</span>}
        {silent ? <span class="silent"> ○ silent</span> : null}
      </th>
      <Cells row={row} />
    </tr>
  );
}

function Total({ row }: { readonly row: InstrumentRow }) {
  return (
    <tr>
      <th scope="row">Total</th>
      <Cells row={row} />
    </tr>
  );
}

function Cells({ row }: { readonly row: InstrumentRow }) {
  return (
    <>
      {COLUMNS.map(({ id, label, key, cell }) => (
        <td key={id} class={key ? "number" : "number wide"} data-label={label}>
          {cell(row)}
        </td>
      ))}
    </>
  );
}

function Toned({ value, row }: { readonly value: number | null; readonly row: InstrumentRow }) {
  return (
    <b class={`tone-${toneOf(value, isDollar(row.currency) ? 0.5 : 0)}`}>
      {rowMoney(value, row.currency)}
    </b>
  );
}

function residualCell(row: InstrumentRow) {
  if (row.residual === null) return MISSING;
  return row.residual === "0" ? <span class="muted">0 ✓</span> : <b>▲ {row.residual}</b>;
}

function markoutCell(row: InstrumentRow) {
  if (row.markout === null) return MISSING;
  const half = row.markoutHalf === null ? null : ` ± ${bps(row.markoutHalf).replace("+", "")}`;
  return (
    <>
      {bps(row.markout)}
      <span class="muted">{half}</span>
    </>
  );
}

function hitRateCell(row: InstrumentRow) {
  if (row.hitRate === null) return MISSING;
  const half = row.hitRateHalf === null ? null : ` ± ${(row.hitRateHalf * 100).toFixed(1)}`;
  return (
    <>
      {percent(row.hitRate)}
      <span class="muted">{half}</span>
    </>
  );
}

/** A bullet bar: how much of the limit is used; beyond it the bar is full and says so. */
function Position({ row }: { readonly row: InstrumentRow }) {
  if (row.position === null) return <>{MISSING}</>;
  const share = row.use === null ? null : percent(row.use);
  return (
    <span class="position">
      <span>
        {quantity(row.position)}
        {row.limit === null ? null : (
          <span class="muted"> / {row.limit.toLocaleString("en-US")}</span>
        )}
      </span>
      {row.use === null ? null : (
        <span class="position-use">
          <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bullet-track" width={100} height={6} />
            <rect
              class={row.use > 1 ? "bullet over" : "bullet"}
              width={Math.min(100, row.use * 100)}
              height={6}
            />
          </svg>
          <span>{row.use > 1 ? `▲ ${share}` : share}</span>
        </span>
      )}
    </span>
  );
}
