/**
 * Ten million events of one instrument (`--events N` for another number): the ledger must close to the unit, and
 * statistics agree with a recomputation in two passes within 1e-9 of their standard deviation.
 */
import { longWalk } from "./long-walk.ts";

const TOLERANCE = 1e-9;
const at = process.argv.indexOf("--events");
const events = at < 0 ? 10_000_000 : Number(process.argv[at + 1]);
if (!Number.isSafeInteger(events) || events < 1000) {
  throw new RangeError(`--events must be a whole number from 1000, was ${process.argv[at + 1]}`);
}

const start = performance.now();
const comparisons = await longWalk(events, 42);
const seconds = (performance.now() - start) / 1000;
const statistics = comparisons.filter(({ kept }) => typeof kept === "number");
const worst = statistics.reduce((a, b) => (a.difference >= b.difference ? a : b));
for (const { figure, reported, kept } of comparisons.filter(
  ({ kept }) => typeof kept === "string",
)) {
  process.stdout.write(`${figure}: ${reported} reported, ${kept} kept\n`);
}
process.stdout.write(
  `${events} events in ${seconds.toFixed(1)} s; of ${statistics.length} statistics the worst, ${worst.figure}, ` +
    `is ${worst.difference.toExponential(1)} standard deviations off\n`,
);
const off = comparisons.filter(({ difference }) => !(difference <= TOLERANCE));
for (const { figure, reported, kept } of off) {
  process.stdout.write(`DRIFT ${figure}: ${reported} reported, ${kept} kept\n`);
}
process.exitCode = off.length === 0 ? 0 : 1;
