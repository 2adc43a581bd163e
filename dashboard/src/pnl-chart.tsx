/** Cumulative net PnL over the range, its components on demand. */
import { useMemo, useState } from "preact/hooks";
import type { SeriesBody } from "../../lib/core/api/series.ts";
import { axisMoney, money } from "../model/format.ts";
import { levelSentence } from "../model/sentence.ts";
import { bucketEnds, type Column, cumulative, lastKnown } from "../model/series-data.ts";
import { statusWords } from "../model/status-words.ts";
import { Empty, Panel, Waiting } from "./panel.tsx";
import type { PlotLine } from "./plot.ts";
import { figures, hasNoSum, metrics, pnlSeries, url } from "./store.ts";
import { TimePlot } from "./time-plot.tsx";
import { timeSpan, windowEnd } from "./time-span.ts";

const HEIGHT = 268;

const COMPONENTS = [
  { id: "spread", label: "Spread", color: "series-1", sign: 1 },
  { id: "inventory", label: "Inventory", color: "series-2", sign: 1 },
  { id: "fees", label: "Fees", color: "series-3", sign: -1 },
  { id: "funding", label: "Funding", color: "series-4", sign: 1 },
] as const;

export function PnlChart() {
  const { body, failure } = pnlSeries.value;
  const currency = metrics.value?.currency ?? "USD";
  if (hasNoSum.value) {
    return (
      <Panel id="pnl" title="Cumulative net PnL" class="span-8" note={currency}>
        <Empty height={HEIGHT}>Not one sum: {statusWords("no-reference")}.</Empty>
      </Panel>
    );
  }
  const held = body !== null && body.instrument === url.value.instrument ? body.series : null;
  return (
    <Panel id="pnl" title="Cumulative net PnL" class="span-8" note={`${currency} · UTC`}>
      {held === null ? (
        <Waiting failure={failure ?? figures.value.failure} height={HEIGHT + 84} />
      ) : (
        <PnlPlot series={held} currency={currency} />
      )}
    </Panel>
  );
}

function PnlPlot({ series, currency }: { readonly series: SeriesBody; readonly currency: string }) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(
    () => new Set(COMPONENTS.map(({ id }) => id)),
  );
  const lines = useMemo(() => linesOf(series, currency), [series, currency]);
  const net = lines[0]?.values ?? [];
  const end = windowEnd();
  const times = useMemo(() => bucketEnds(series, net.length, end), [series, net, end]);
  if (lastKnown(net) === null) {
    return <Empty height={HEIGHT}>No net PnL can be given for this range.</Empty>;
  }
  const toggle = (id: string) => {
    const next = new Set(hidden);
    if (!next.delete(id)) next.add(id);
    setHidden(next);
  };
  return (
    <TimePlot
      title="Cumulative net PnL"
      sentence={levelSentence("Net PnL", net, times, (value) => money(value, currency))}
      height={HEIGHT}
      times={times}
      lines={lines}
      hiddenLines={hidden}
      onToggle={toggle}
      axis={(value) => axisMoney(value, currency)}
      {...timeSpan(times)}
    />
  );
}

function linesOf(series: SeriesBody, currency: string): readonly PlotLine[] {
  const show = (value: number | null) => money(value, currency);
  const column = (id: string): Column => series.columns[id] ?? [];
  const net = {
    id: "net",
    label: "Net",
    color: "gain",
    width: 2,
    filled: true,
    signed: true,
    show,
  };
  const parts = COMPONENTS.filter(({ id }) => column(id).length > 0).map(
    ({ id, label, color, sign }): PlotLine => {
      const values = cumulative(column(id).map((flow) => (flow === null ? null : flow * sign)));
      return { id, label, color, width: 1.25, values, show };
    },
  );
  return [{ ...net, values: cumulative(column("net")) }, ...parts];
}
