/** The report of `npm run realism` as a page. */
import type { Coverage } from "./coverage.ts";
import { type FalsePositives, isHonest } from "./false-positives.ts";
import { holds, type Verdict } from "./judge.ts";

/** A recorded market's value of a statistic; undefined where the recording is too short to tell. */
export interface Recorded {
  readonly market: string;
  readonly values: ReadonlyMap<string, number | undefined>;
}

export interface Findings {
  readonly seeds: readonly number[];
  readonly days: number;
  readonly verdicts: readonly Verdict[];
  readonly recorded: readonly Recorded[];
  readonly recordedFunding: readonly Recorded[];
  readonly coverage: readonly Coverage[];
  readonly falsePositives: readonly FalsePositives[];
}

function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.995 ? 2 : 3);
}

function band({ low, high }: Verdict): string {
  if (low === high) return figure(low);
  if (high === Number.POSITIVE_INFINITY) return `≥ ${figure(low)}`;
  if (low === Number.NEGATIVE_INFINITY) return `≤ ${figure(high)}`;
  return `${figure(low)} … ${figure(high)}`;
}

/** A median, and from where to where single markets lie. */
function spread(median: number, range: readonly [number, number] | undefined): string {
  const [low, high] = range ?? [median, median];
  if (figure(low) === figure(high)) return figure(median);
  return `${figure(median)} (${figure(low)} … ${figure(high)})`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function factRows({ verdicts, seeds }: Findings): readonly string[] {
  const head = ["#", "statistic", "band", ...seeds.map((seed) => `seed ${seed}`), "in band", ""];
  return [
    row(head),
    row(head.map(() => "--")),
    ...verdicts.map((verdict) =>
      row([
        String(verdict.fact),
        verdict.name,
        band(verdict),
        ...verdict.perSeed.map((median, i) => spread(median, verdict.ranges[i])),
        `${verdict.inside} of ${verdict.markets}`,
        holds(verdict) ? "holds" : "**does not**",
      ]),
    ),
  ];
}

function recordedRows(
  verdicts: readonly Verdict[],
  recorded: readonly Recorded[],
): readonly string[] {
  const head = ["#", "statistic", "band", ...recorded.map(({ market }) => market)];
  const told = verdicts.filter(({ name }) =>
    recorded.some(({ values }) => values.get(name) !== undefined),
  );
  return [
    row(head),
    row(head.map(() => "--")),
    ...told.map((verdict) =>
      row([
        String(verdict.fact),
        verdict.name,
        band(verdict),
        ...recorded.map(({ values }) => figure(values.get(verdict.name) ?? Number.NaN)),
      ]),
    ),
  ];
}

const COVERAGE_LOW = 0.92;
const COVERAGE_HIGH = 0.98;

/** Between 92 and 98 %. */
export function covers({ covered, seeds, isJudged }: Coverage): boolean {
  if (!isJudged) return true;
  return covered / seeds >= COVERAGE_LOW && covered / seeds <= COVERAGE_HIGH;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

export function coverageLines(coverage: readonly Coverage[]): readonly string[] {
  return [
    row(["95 % interval of", "seeds", "holds the truth in", "92 to 98 %"]),
    row(["--", "--", "--", "--"]),
    ...coverage.map((each) =>
      row([
        each.name,
        String(each.seeds),
        percent(each.covered / each.seeds),
        each.isJudged ? (covers(each) ? "yes" : "**no**") : "not judged",
      ]),
    ),
  ];
}

export function falsePositiveLines(all: readonly FalsePositives[]): readonly string[] {
  return [
    row(["test in the null world", "seeds", "nominal", "found something in", "≤ nominal + 3 s.e."]),
    row(["--", "--", "--", "--", "--"]),
    ...all.map((each) =>
      row([
        each.name,
        String(each.seeds),
        percent(each.nominal),
        percent(each.found / each.seeds),
        isHonest(each) ? "yes" : "**no**",
      ]),
    ),
  ];
}

/** Markdown, the same for the same code. */
export function pageOf(findings: Findings): string {
  const { days, seeds } = findings;
  const lines = [
    "# Realism",
    "",
    "Written by `npm run realism`; do not edit. What each fact means stands in [the simulator's page](simulator.md#facts).",
    "",
    "## Simulated",
    "",
    `${seeds.length} seeds of ${days} days. A seed's figure is the median over its instruments (facts 1 to 16 of prices and`,
    "orders: eight instruments), and has to lie in the band; behind it in brackets the least and the most of a single instrument,",
    'which is noisier; "in band" counts them.',
    "",
    ...factRows(findings),
    "",
    ...recordedSection(findings),
    "## Intervals",
    "",
    "What was planted, and whether the product's interval holds it. Markouts and hit rates go through the real replay:",
    "the truth of a markout is its edge and the move that was bound to follow, that of a hit rate the share of all seeds.",
    "A hit rate's interval is about chance: quotes of one and the same rate. In the usual market the rate itself differs",
    "from day to day, which one day's interval cannot know. Nor can one of some sixty takers' trades in a few bursts of",
    "stress know how few they are: it is too narrow there.",
    "",
    ...coverageLines(findings.coverage),
    "",
    "## Nothing to find",
    "",
    ...falsePositiveLines(findings.falsePositives),
    "",
  ];
  return lines.join("\n");
}

function recordedSection(findings: Findings): readonly string[] {
  const explained =
    findings.recorded.length === 0
      ? ["There was no recorded market beside the project when this was written."]
      : [
          "The same measurements of recorded markets: one order is one observation, however many prints it made. A dash:",
          "the recording is too short to tell. Single markets of minutes or hours lie outside a band now and then.",
          "",
          ...recordedRows(findings.verdicts, findings.recorded),
          "",
          "For the trade-off of fact 9 Brawler quotes into the recording. Funding rates of eight hours:",
          "",
          ...recordedRows(findings.verdicts, findings.recordedFunding),
        ];
  return ["## Recorded", "", ...explained, ""];
}
