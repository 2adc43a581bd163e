/**
 * Goal: the figures that others printed for public data come out.
 * Method: series and expected values are read in place from the shared folder; each case below says
 * how one published figure is computed here. Its file names publisher, definition and tolerance.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { autocorrelation } from "../../../lib/core/stats/autocorrelation.ts";
import { drawdownFraction, recoverySteps } from "../../../lib/core/stats/drawdown.ts";
import { engleGranger } from "../../../lib/core/stats/engle-granger.ts";
import { equityOfReturns } from "../../../lib/core/stats/equity.ts";
import { kruskalWallis } from "../../../lib/core/stats/kruskal-wallis.ts";
import { mannKendall } from "../../../lib/core/stats/mann-kendall.ts";
import {
  kurtosisBiased,
  kurtosisG2,
  momentsOf,
  skewBiased,
} from "../../../lib/core/stats/moments.ts";
import { sharpeRatio } from "../../../lib/core/stats/sharpe.ts";
import { sortinoRatio } from "../../../lib/core/stats/sortino.ts";
import { theilSen } from "../../../lib/core/stats/theil-sen.ts";
import { annualizedVolatility } from "../../../lib/core/stats/volatility.ts";
import { sharedPath, sharedPresent, warnSharedAbsent } from "../../shared-data.ts";
import { present } from "./present.ts";

const FUNDS = ["HAM1", "HAM2", "HAM3", "HAM4", "HAM5", "HAM6"];
const ALL = [...FUNDS, "EDHEC LS EQ", "SP500 TR"];
const WITH_BONDS = [...ALL, "US 10Y TR", "US 3m TR"];

interface Published {
  readonly id: string;
  readonly published: number | readonly number[];
  readonly tol: number;
}

function read(name: string): string {
  return readFileSync(sharedPath("data", "stats", name), "utf8");
}

/** A column of a CSV file, empty cells and NA left out. */
function column(file: string, name: string): number[] {
  const [header, ...rows] = read(file)
    .trim()
    .split("\n")
    .map((line) => line.trim().replaceAll('"', "").split(","));
  const at = present(header).indexOf(name);
  return rows
    .map((row) => row[at] ?? "")
    .flatMap((cell) => (/\d/.test(cell) ? [Number(cell)] : []));
}

function fund(name: string): number[] {
  return column("managers_monthly_returns.csv", name);
}

function less(values: readonly number[], rate: number): number[] {
  return values.map((value) => value - rate);
}

function ozoneByMonth(): number[][] {
  const rows = read("airquality.csv").trim().split("\n").slice(1);
  const cells = rows.map((row) => row.split(",")).filter(([ozone]) => /\d/.test(ozone ?? ""));
  const months = [...new Set(cells.map((row) => row[4]))];
  return months.map((month) => cells.filter((row) => row[4] === month).map(([x]) => Number(x)));
}

const computed: Readonly<Record<string, () => readonly (number | undefined)[]>> = {
  "managers.max_drawdown": () =>
    WITH_BONDS.map((name) => drawdownFraction(equityOfReturns(fund(name)))?.fall),
  "managers.sharpe_monthly_rf0.035/12": () =>
    FUNDS.map((name) => sharpeRatio(momentsOf(less(fund(name), 0.035 / 12)), 1)),
  "managers.sharpe_annualized_rf0.035/12": () =>
    FUNDS.map((name) => sharpeRatio(momentsOf(less(fund(name), 0.035 / 12)), 12)),
  "managers.annualized_sd": () =>
    ALL.map((name) => annualizedVolatility(momentsOf(fund(name)), 12)),
  "managers.sortino_mar0": () => ALL.map((name) => sortinoRatio(fund(name), 1)),
  "managers.skewness_population": () => ALL.map((name) => skewBiased(momentsOf(fund(name)))),
  "managers.kurtosis_population": () =>
    ALL.map((name) => present(kurtosisBiased(momentsOf(fund(name)))) + 3),
  "managers.sample_excess_kurtosis": () => ALL.map((name) => kurtosisG2(momentsOf(fund(name)))),
  "managers.autocorrelation_HAM1_lags1to6": () =>
    [1, 2, 3, 4, 5, 6].map((lag) => autocorrelation(fund("HAM1"), lag)),
  "bacon.kurtosis_sample_excess": () => [
    kurtosisG2(momentsOf(column("portfolio_bacon_monthly_returns.csv", "portfolio"))),
  ],
  "mk.maxau_Q": () => {
    const test = present(mannKendall(column("maxau_annual.csv", "Q")));
    return [test.s, test.variance, test.z, test.p, test.tau];
  },
  "mk_in_sens_slope.maxau_s": () => {
    const test = present(mannKendall(column("maxau_annual.csv", "s")));
    return [test.z, test.p];
  },
  "sens_slope.maxau_s": () => [present(theilSen(column("maxau_annual.csv", "s"))).slope],
  "sens_slope_ci95.maxau_s": () => present(theilSen(column("maxau_annual.csv", "s"))).interval,
  "kruskal.airquality_ozone_by_month": () => {
    const test = present(kruskalWallis(ozoneByMonth()));
    return [test.h, test.p];
  },
  "engle_granger.realcons_on_realgdp": () => {
    const macro = (name: string) => column("macrodata_us_quarterly.csv", name);
    return [present(engleGranger(macro("realcons"), macro("realgdp"))).t];
  },
};

function cases(): readonly Published[] {
  return [
    "expected_returns.json",
    "expected_trend.json",
    "expected_kruskal.json",
    "expected_unitroot_coint.json",
  ].flatMap((file) => (JSON.parse(read(file)) as { cases: readonly Published[] }).cases);
}

if (sharedPresent) {
  describe("published figures", () => {
    it.each(Object.keys(computed))("%s comes out", (id) => {
      const { published, tol } = present(cases().find((known) => known.id === id));
      const expected = [published].flat();
      const told = present(computed[id])();
      expect(told.length).toBe(expected.length);
      for (const [i, figure] of expected.entries()) {
        expect(Math.abs(present(told[i]) - figure)).toBeLessThanOrEqual(tol);
      }
    });

    it("know when the S&P 500 recovered: 74 months, the first below the peak to the first back", () => {
      expect(recoverySteps(drawdownFraction(equityOfReturns(fund("SP500 TR"))))).toBe(74);
    });
  });
} else {
  it("LEFT OUT: the published figures, no shared folder lies beside this project", () => {
    warnSharedAbsent("the published figures");
    expect(sharedPresent).toBe(false);
  });
}
