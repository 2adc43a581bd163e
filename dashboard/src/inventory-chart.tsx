/** What is held over time: one instrument's position between its limits, or the portfolio's gross exposure. */
import { useMemo } from "preact/hooks";
import type { InstrumentBody } from "../../lib/core/api/instruments.ts";
import type { SeriesBody } from "../../lib/core/api/series.ts";
import { axisMoney, compactMoney, quantity, toNumber } from "../model/format.ts";
import { levelSentence } from "../model/sentence.ts";
import { bucketEnds, lastKnown } from "../model/series-data.ts";
import { statusWords } from "../model/status-words.ts";
import { Empty, Panel, Waiting } from "./panel.tsx";
import type { PlotLine } from "./plot.ts";
import { figures, hasNoSum, instruments, inventorySeries, metrics, url } from "./store.ts";
import { TimePlot } from "./time-plot.tsx";
import { timeSpan, windowEnd } from "./time-span.ts";

const HEIGHT = 212;

export function InventoryChart() {
  const { instrument } = url.value;
  const { body, failure } = inventorySeries.value;
  const terms = instruments.value.find(({ key }) => key === instrument);
  const currency = metrics.value?.currency ?? "USD";
  const held = body !== null && body.instrument === instrument ? body.series : null;
  const note = instrument === null ? `gross exposure · ${currency}` : positionNote(terms);
  return (
    <Panel id="inventory" title="Inventory" class="span-4" note={note}>
      {hasNoSum.value ? (
        <Empty height={HEIGHT}>Not one sum: {statusWords("no-reference")}.</Empty>
      ) : held === null ? (
        <Waiting failure={failure ?? figures.value.failure} height={HEIGHT + 84} />
      ) : (
        <InventoryPlot series={held} terms={terms} currency={currency} />
      )}
    </Panel>
  );
}

function positionNote(terms: InstrumentBody | undefined): string {
  if (terms === undefined) return "position";
  const limit =
    terms.positionLimit === null
      ? "no limit"
      : `limit ± ${Number(terms.positionLimit).toLocaleString("en-US")}`;
  return `${terms.base} · ${limit}`;
}

interface PlotProps {
  readonly series: SeriesBody;
  readonly terms: InstrumentBody | undefined;
  readonly currency: string;
}

function InventoryPlot({ series, terms, currency }: PlotProps) {
  const { instrument } = url.value;
  const lines = useMemo(
    () => [instrument === null ? exposureLine(series, currency) : positionLine(series)],
    [series, currency, instrument],
  );
  const line = lines[0];
  const values = line?.values ?? [];
  const end = windowEnd();
  const times = useMemo(() => bucketEnds(series, values.length, end), [series, values, end]);
  const limit = instrument === null ? null : toNumber(terms?.positionLimit);
  const limits = useMemo(() => (limit === null ? [] : [limit, -limit]), [limit]);
  if (line === undefined || lastKnown(values) === null) {
    return <Empty height={HEIGHT}>What was held in this range is not known.</Empty>;
  }
  const name = instrument === null ? "Gross exposure" : "Position";
  return (
    <TimePlot
      title={name}
      sentence={levelSentence(name, values, times, (value) => line.show(value))}
      height={HEIGHT}
      times={times}
      lines={lines}
      limits={limits}
      axis={(value) => (instrument === null ? axisMoney(value, currency) : quantity(value))}
      {...timeSpan(times)}
    />
  );
}

function exposureLine(series: SeriesBody, currency: string): PlotLine {
  return {
    id: "exposure",
    label: "Exposure",
    values: series.columns["exposure"] ?? [],
    color: "series-2",
    width: 1.5,
    filled: true,
    stepped: true,
    show: (value) => compactMoney(value, currency),
  };
}

function positionLine(series: SeriesBody): PlotLine {
  return {
    id: "quantity",
    label: "Position",
    values: series.columns["quantity"] ?? [],
    color: "series-2",
    width: 1.5,
    stepped: true,
    show: quantity,
  };
}
