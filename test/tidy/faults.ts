/** The page of faults, and whether what it names exists. */
import { FAULTS, SOMETIMES } from "../simulation/chaos.ts";
import { DELIVERY_FAULTS, DELIVERY_SOMETIMES } from "../simulation/deliveries/faults.ts";
import { isTest, testsIn } from "./named-tests.ts";
import { read } from "./tree.ts";

const PAGE = "docs/reference/faults.md";

/** One row, and what of it points nowhere. */
export interface FaultRow {
  readonly fault: string;
  readonly dangling: readonly string[];
  /** How many tests and faults of the simulation it names. */
  readonly named: number;
}

export function faultRows(): FaultRow[] {
  return read(PAGE)
    .split("\n")
    .filter((line) => /^\| \d+ \|/.test(line))
    .map((line) => {
      const [, , fault = "", , simulated = "", tests = ""] = line
        .split("|")
        .map((cell) => cell.trim());
      const points = Array.from(simulated.matchAll(/`([^`]+)`/g), ([, point = ""]) => point);
      const named = testsIn(tests);
      const always = simulated === "always" ? 1 : 0;
      return {
        fault,
        dangling: [
          ...points.filter((point) => !isKnown(point)),
          ...named.filter((one) => !isTest(one)),
        ],
        named: points.length + named.length + always,
      };
    });
}

function isKnown(point: string): boolean {
  const known: readonly string[] = [
    ...FAULTS,
    ...SOMETIMES,
    ...DELIVERY_FAULTS,
    ...DELIVERY_SOMETIMES,
  ];
  return known.includes(point);
}
