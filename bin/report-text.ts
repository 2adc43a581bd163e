/** The report for people: the same figures as `--json`, in tables. */
import type {
  DataFigures,
  Figure,
  FigureStatus,
  MarkoutFigures,
  PerformanceMetrics,
  Report,
} from "../lib/core/metrics/performance-metrics.ts";
import {
  absent,
  decimalsFor,
  formatCount,
  formatDecimal,
  formatNumber,
  formatShare,
  NO_FIGURE,
} from "./format-figures.ts";
import { formatDuration, formatInstant } from "./instant.ts";
import { type Cell, type Column, drawTable, paint } from "./table.ts";

interface Subject {
  readonly name: string;
  readonly metrics: PerformanceMetrics;
}

/** Every table of one report; ends without a line feed. */
export function reportText(report: Report, colour: boolean): string {
  const instruments = Object.entries(report.instruments).map(
    ([name, metrics]): Subject => ({ name, metrics }),
  );
  const all = [...instruments, { name: "Portfolio", metrics: report.portfolio }];
  const section = (title: string, table: string): string =>
    `${paint(title, "strong", colour)}\n${table}`;
  const sections = [
    heading(report),
    section("Profit and loss: net = spread + inventory + funding − fees", pnlTable(all, colour)),
    section(
      "Markouts: bps of the mid before the trade; positive is good for us",
      markoutTable(all, colour),
    ),
    section("Quotes that traded", hitRateTable(all, colour)),
    section("Inventory and drawdown", riskTable(all, colour)),
  ];
  if (report.rolling !== undefined) sections.push(section(...rollingTable(report.rolling, colour)));
  return [...sections, dataLines(report.data)].join("\n\n");
}

function heading({ window, asOf }: Report): string {
  const length = formatDuration(window.to - window.from);
  return [
    `From ${formatInstant(window.from)} to ${formatInstant(window.to)} (${length})`,
    `As of ${formatInstant(asOf)}`,
  ].join("\n");
}

const left = (title: string): Column => ({ title, align: "left" });
const right = (title: string): Column => ({ title, align: "right" });
const plain = (text: string): Cell => ({ text, style: "plain" });
const name = ({ name: text }: Subject): Cell => ({ text, style: "strong" });

const PNL_PARTS = ["spread", "inventory", "gross", "funding", "fees", "net"] as const;

function pnlTable(subjects: readonly Subject[], colour: boolean): string {
  const decimals = new Map(
    PNL_PARTS.map((part) => [
      part,
      decimalsFor(subjects.flatMap(({ metrics }) => metrics.pnl[part] ?? [])),
    ]),
  );
  const rows = subjects.map((subject) => {
    const { pnl, currency, trades } = subject.metrics;
    const parts = PNL_PARTS.map((part) => amount(pnl[part], pnl.status, decimals.get(part)));
    const residual = amount(pnl.residual, pnl.status);
    return [name(subject), ...parts, residual, plain(currency), count(trades.count)];
  });
  const columns = [
    left(""),
    ...PNL_PARTS.map(right),
    right("residual"),
    left("currency"),
    right("trades"),
  ];
  const owed = subjects.flatMap(unconvertedFees);
  return [drawTable(columns, rows, colour), ...owed].join("\n");
}

/** Why a net figure is missing, in the currency that has no rate. */
function unconvertedFees({ name: subject, metrics }: Subject): readonly string[] {
  const fees = Object.entries(metrics.pnl.feesUnconverted);
  return fees.map(
    ([currency, fee]) => `${subject}: fees of ${formatDecimal(fee)} ${currency} have no rate`,
  );
}

const MARKOUT_COLUMNS = [
  left(""),
  left("side"),
  right("after"),
  right("mean"),
  right("95 % interval"),
  right("net of fees"),
  right("weighted"),
  right("median"),
  right("n"),
  right("coverage"),
];

function markoutTable(subjects: readonly Subject[], colour: boolean): string {
  const rows = subjects.flatMap((subject) =>
    (["maker", "taker"] as const).flatMap((liquidity) => markoutRows(subject, liquidity)),
  );
  return rows.length === 0 ? "no trades" : drawTable(MARKOUT_COLUMNS, rows, colour);
}

/** Instrument and liquidity stand on the first of their rows only; a liquidity without trades has none. */
function markoutRows(subject: Subject, liquidity: "maker" | "taker"): readonly (readonly Cell[])[] {
  if (subject.metrics.trades[liquidity] === 0) return [];
  return Object.entries(subject.metrics.markouts[liquidity]).map(([horizon, figures], index) => [
    index === 0 ? name(subject) : plain(""),
    plain(index === 0 ? liquidity : ""),
    plain(horizon),
    ...markoutCells(figures),
  ]);
}

function markoutCells(figures: MarkoutFigures): readonly Cell[] {
  return [
    valueCell(figures, statistic),
    intervalCell(figures, statistic),
    statistic(figures.net),
    statistic(figures.weighted),
    statistic(figures.median),
    count(figures.n),
    share(figures.coverage),
  ];
}

const HIT_RATE_COLUMNS = [
  left(""),
  right("hit rate"),
  right("95 % interval"),
  right("closed"),
  right("filled"),
  right("open"),
  right("rejected"),
  right("by quantity"),
  right("full fill"),
  right("two-sided"),
];

function hitRateTable(subjects: readonly Subject[], colour: boolean): string {
  const rows = subjects.map((subject) => {
    const { hitRate, quoting } = subject.metrics;
    return [
      name(subject),
      valueCell(hitRate, share),
      intervalCell(hitRate, share),
      count(hitRate.closed),
      count(hitRate.filled),
      count(hitRate.open),
      count(hitRate.rejected),
      share(hitRate.byQuantity),
      share(hitRate.fullFill),
      share(quoting.twoSidedUptime),
    ];
  });
  return drawTable(HIT_RATE_COLUMNS, rows, colour);
}

const RISK_COLUMNS = [
  left(""),
  right("position"),
  right("average cost"),
  right("mark"),
  right("unrealized"),
  right("mean |inventory|"),
  right("highest"),
  right("drawdown"),
  left("peak → trough"),
];

function riskTable(subjects: readonly Subject[], colour: boolean): string {
  const decimals = decimalsFor(subjects.flatMap(({ metrics }) => metrics.drawdown.amount ?? []));
  const rows = subjects.map((subject) => {
    const { inventory, drawdown, pnl } = subject.metrics;
    const average = inventory.averageAbsolute;
    const digits = decimalsFor(average === null ? [] : [average]);
    return [
      name(subject),
      ...positionCells(subject.metrics),
      amount(average, pnl.status, digits),
      amount(inventory.maximumAbsolute, pnl.status, digits),
      amount(drawdown.amount, pnl.status, decimals),
      plain(drawdownSpan(drawdown.peakTime, drawdown.troughTime)),
    ];
  });
  return drawTable(RISK_COLUMNS, rows, colour);
}

/** Instruments hold positions; the portfolio of several has none to name. */
function positionCells({ position }: PerformanceMetrics): readonly Cell[] {
  if (position === null) return ["", "", "", ""].map(plain);
  return [
    amount(position.quantity, "ok"),
    position.averageCost === null ? dash("flat") : amount(position.averageCost, "ok"),
    amount(position.mark, "no-reference"),
    amount(position.unrealized, "no-reference", decimalsFor([position.unrealized ?? "0"])),
  ];
}

function drawdownSpan(peak: number | null, trough: number | null): string {
  if (peak === null || trough === null) return "";
  return `${formatInstant(peak)} → ${formatInstant(trough)}`;
}

function rollingTable(
  rolling: NonNullable<Report["rolling"]>,
  colour: boolean,
): readonly [string, string] {
  const figures: readonly (readonly [string, Figure])[] = [
    ["Sharpe ratio, yearly", rolling.sharpe],
    ["volatility, yearly", rolling.volatility],
    ["maximum drawdown", rolling.maxDrawdown],
  ];
  const rows = figures.map(([title, figure]) => [
    plain(title),
    valueCell(figure, statistic),
    intervalCell(figure, statistic),
    count(figure.n),
  ]);
  const columns = [left(""), right("value"), right("95 % interval"), right("days")];
  return [`Rolling ${rolling.days} days`, drawTable(columns, rows, colour)];
}

/** The equation of data quality, with its figures. */
function dataLines(data: DataFigures): string {
  const { events, applied, duplicates, quarantined, buffered } = data;
  return [
    `Data: ${formatCount(events)} events = ${formatCount(applied)} applied + ` +
      `${formatCount(duplicates)} duplicates + ${formatCount(quarantined)} quarantined + ` +
      `${formatCount(buffered)} buffered`,
    `      gaps ${formatCount(data.gaps)}, late ${formatCount(data.late)}, ` +
      `invalid references ${formatCount(data.invalidReferences)}, ` +
      `newest time ${data.watermark === 0 ? "none" : formatInstant(data.watermark)}`,
  ].join("\n");
}

function amount(exact: string | null, status: FigureStatus, decimals?: number): Cell {
  if (exact === null) return dash(status);
  const style = exact.startsWith("-") ? "loss" : "plain";
  return { text: formatDecimal(exact, decimals), style };
}

type Show = (value: number | null) => Cell;

/** The figure itself is the cell that says why it is missing; what hangs on it shows a bare dash. */
function valueCell({ value, status }: Figure, show: Show): Cell {
  return value === null ? dash(status) : show(value);
}

/** A value without an interval has too few observations for one. */
function intervalCell({ value, interval }: Figure, show: Show): Cell {
  if (interval === null) return value === null ? show(null) : dash("insufficient");
  const [low, high] = interval;
  return plain(`${show(low).text} … ${show(high).text}`);
}

function statistic(value: number | null): Cell {
  if (value === null) return BARE_DASH;
  return { text: formatNumber(value, 2), style: value < 0 ? "loss" : "plain" };
}

function share(value: number | null): Cell {
  return value === null ? BARE_DASH : plain(formatShare(value));
}

function count(value: number): Cell {
  return plain(formatCount(value));
}

const BARE_DASH: Cell = { text: NO_FIGURE, style: "dim" };

/** A null with status `ok` is a figure that this sample cannot give. */
function dash(status: FigureStatus | "flat"): Cell {
  return { text: absent(status === "ok" ? "insufficient" : status), style: "dim" };
}
