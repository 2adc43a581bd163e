/** A Hawkes process with an exponential kernel: how many of the orders are echoes of orders. */
import { descend, type Point } from "./descend.ts";
import { at } from "./sample.ts";

/** λ(t) = μ + Σ n β exp(−β (t − tᵢ)) over the events before t. */
export interface Hawkes {
  /** Events a second that nothing caused. */
  readonly mu: number;
  /** n: how many events one event causes, directly; the endogenous share. */
  readonly branching: number;
  /** β, per second. */
  readonly decay: number;
}

/** Ogata's recursion: the intensity just after each event's predecessors, and its integral since the last event. */
function* steps(times: Float64Array, { mu, branching, decay }: Hawkes) {
  let excited = 0;
  let before = 0;
  for (const time of times) {
    const gap = time - before;
    const faded = excited * Math.exp(-decay * gap);
    const integral = mu * gap + (excited - faded) / decay;
    yield { intensity: mu + faded, integral };
    excited = faded + branching * decay;
    before = time;
  }
}

/** Negative log-likelihood over [0, length]. */
function cost(times: Float64Array, length: number, model: Hawkes): number {
  const { mu, branching, decay } = model;
  let excited = 0;
  let before = 0;
  let sum = mu * length;
  for (let i = 0; i < times.length; i += 1) {
    const time = at(times, i);
    excited *= Math.exp(-decay * (time - before));
    sum -= Math.log(mu + excited);
    excited += branching * decay;
    sum += branching * (1 - Math.exp(-decay * (length - time)));
    before = time;
  }
  return sum;
}

/**
 * The likeliest model, by a search over n and β; μ follows from the mean rate, μ = rate · (1 − n).
 *
 * @param times ascending seconds within [0, length]
 * @returns `undefined` below 100 events
 */
export function fitHawkes(times: Float64Array, length: number): Hawkes | undefined {
  if (times.length < 100) return undefined;
  const rate = times.length / length;
  const modelOf = ([logit, logDecay]: Point): Hawkes => {
    const branching = 1 / (1 + Math.exp(-logit));
    return { mu: rate * (1 - branching), branching, decay: Math.exp(logDecay) };
  };
  const best = descend(
    [0.5, Math.log(0.1)],
    (point) => cost(times, length, modelOf(point)),
    DIRECTIONS,
    { first: 1, last: 0.02 },
  );
  return modelOf(best);
}

const DIRECTIONS: readonly Point[] = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
];

/**
 * The largest distance between the rescaled waiting times and the exponential law that a true model gives them
 * (Kolmogorov and Smirnov's), times √n: 1.36 is exceeded by one true model in twenty.
 */
export function residualDistance(times: Float64Array, model: Hawkes): number {
  const shares = Float64Array.from(steps(times, model), ({ integral }) => 1 - Math.exp(-integral));
  shares.sort();
  const n = shares.length;
  let distance = 0;
  for (let i = 0; i < n; i += 1) {
    const share = at(shares, i);
    distance = Math.max(distance, (i + 1) / n - share, share - i / n);
  }
  return distance * Math.sqrt(n);
}
