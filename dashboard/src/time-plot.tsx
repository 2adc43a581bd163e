/**
 * A chart over time: a canvas for the eyes, and for everyone else a sentence, a keyboard cursor and a table.
 * The crosshair is shared by every chart of the page.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { clockTime, dayTime } from "../model/format.ts";
import { lastKnown, sampledRows } from "../model/series-data.ts";
import { createPlot, type PlotLine, type PlotSpec } from "./plot.ts";
import { palette } from "./theme.ts";

export interface TimePlotProps extends Omit<PlotSpec, "onRow"> {
  readonly title: string;
  /** The drawing in words. */
  readonly sentence: string;
  readonly height: number;
  readonly hiddenLines?: ReadonlySet<string>;
  readonly onToggle?: (id: string) => void;
}

export function TimePlot(props: TimePlotProps) {
  const { lines, times, sentence, title } = props;
  const [row, setRow] = useState<number | null>(null);
  const host = usePlot(props, setRow);
  const shown = row ?? times.length - 1;
  return (
    <figure class="figure">
      <Legend {...props} row={shown} pinned={row !== null} />
      <PlotKeys title={title} sentence={sentence} rows={times.length} row={shown} host={host} />
      <p class="hidden" aria-live="polite">
        {row === null ? "" : spoken(lines, times, row)}
      </p>
      <figcaption class="caption">{sentence}</figcaption>
      <DataTable {...props} />
    </figure>
  );
}

interface Host {
  readonly element: { current: HTMLDivElement | null };
  readonly move: (row: number | null) => void;
}

/** Builds the plot when its structure changes, feeds it when only its data does. */
function usePlot(props: TimePlotProps, onRow: (row: number | null) => void): Host {
  const element = useRef<HTMLDivElement | null>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const structure = `${props.lines.map(({ id }) => id).join()}|${props.height}`;
  useLayoutEffect(() => {
    const host = element.current;
    if (host === null) return undefined;
    const made = createPlot(host, () => latest.current, onRow);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      made.setSize({ width: host.clientWidth, height: latest.current.height });
    });
    observer.observe(host);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [structure]);
  useEffect(() => {
    const { times, lines } = props;
    for (const [index, { id }] of lines.entries()) {
      const show = !(props.hiddenLines?.has(id) ?? false);
      if (plot.current?.series[index + 1]?.show !== show)
        plot.current?.setSeries(index + 1, { show });
    }
    plot.current?.setData([[...times], ...lines.map(({ values }) => [...values])]);
  }, [props.times, props.lines, props.hiddenLines, props.stale, props.limits]);
  const colours = palette.value;
  useEffect(() => {
    if (colours > 0) plot.current?.redraw(false, true);
  }, [colours]);
  const move = (row: number | null) => {
    const made = plot.current;
    if (made === undefined) return;
    const time = row === null ? undefined : made.data[0][row];
    const left = time === undefined ? -10 : made.valToPos(time, "x");
    made.setCursor({ left, top: time === undefined ? -10 : made.over.clientHeight / 2 }, true);
  };
  return { element, move };
}

interface KeysProps {
  readonly title: string;
  readonly sentence: string;
  readonly rows: number;
  readonly row: number;
  readonly host: Host;
}

/** One focusable element per chart: arrows move the cursor, Shift by ten, Home and End to the edges. */
function PlotKeys({ title, sentence, rows, row, host }: KeysProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.shiftKey ? 10 : 1;
    const target = {
      ArrowLeft: row - step,
      ArrowRight: row + step,
      Home: 0,
      End: rows - 1,
      Escape: null,
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    host.move(target === null ? null : Math.min(rows - 1, Math.max(0, target)));
  };
  return (
    <div
      class="plot"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move the chart's cursor
      tabIndex={0}
      role="img"
      aria-label={`${title}. ${sentence} Arrow keys read its points.`}
      onKeyDown={onKeyDown}
      onBlur={() => host.move(null)}
      ref={(node) => {
        host.element.current = node;
      }}
    />
  );
}

interface LegendProps extends TimePlotProps {
  readonly row: number;
  readonly pinned: boolean;
}

/** A fixed row above the plot: values at the crosshair, or the last ones. */
function Legend({ lines, times, row, pinned, hiddenLines, onToggle }: LegendProps) {
  const time = times[row];
  return (
    <div class="legend">
      {lines.map((line) => {
        const content = (
          <>
            <i class={`swatch bg-${swatchColor(line)}`} aria-hidden="true" />
            {line.label} <b>{line.show(line.values[row] ?? null)}</b>
          </>
        );
        if (onToggle === undefined) return <span key={line.id}>{content}</span>;
        return (
          <button
            type="button"
            key={line.id}
            aria-pressed={!(hiddenLines?.has(line.id) ?? false)}
            onClick={() => onToggle(line.id)}
          >
            {content}
          </button>
        );
      })}
      <span class="legend-time">{time === undefined ? "" : momentWords(time, pinned)}</span>
    </div>
  );
}

function swatchColor(line: PlotLine): string {
  return line.signed && (lastKnown(line.values) ?? 0) < 0 ? "loss" : line.color;
}

function momentWords(time: number, pinned: boolean): string {
  return pinned ? `${dayTime(time * 1e6)}` : `to ${clockTime(time * 1e6)}`;
}

function spoken(lines: readonly PlotLine[], times: readonly number[], row: number): string {
  const values = lines.map((line) => `${line.label} ${line.show(line.values[row] ?? null)}`);
  return `${dayTime((times[row] ?? 0) * 1e6)}: ${values.join(", ")}`;
}

/** At most 60 rows, made only when opened. */
function DataTable({ title, lines, times }: TimePlotProps) {
  const [open, setOpen] = useState(false);
  const rows = open ? sampledRows(times.length) : [];
  return (
    <details class="data" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Data</summary>
      <div class="scroll">
        <table class="table">
          <caption>{title}, UTC</caption>
          <thead>
            <tr>
              <th scope="col">Time</th>
              {lines.map((line) => (
                <th scope="col" class="number" key={line.id}>
                  {line.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row}>
                <th scope="row">{dayTime((times[row] ?? 0) * 1e6)}</th>
                {lines.map((line) => (
                  <td class="number" key={line.id}>
                    {line.show(line.values[row] ?? null)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
