/**
 * Seeded random numbers: xoshiro128**, one independent stream per (seed, path), its state four plain
 * integers, so that it travels as JSON and a stream never notices that another one exists.
 *
 * The integers are exact everywhere. Draws that use `Math.log`, `Math.exp` or `Math.cos` are bit-identical
 * wherever the same V8 runs, since V8 computes them in software; the project pins Node.js 24 for that reason.
 */

/** The state of one stream; every draw changes it. Never all zero. */
export interface RngState {
  a: number;
  b: number;
  c: number;
  d: number;
}

/** Steele's splitmix finaliser on 32 bits. */
function mix(value: number): number {
  let z = value | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}

function hash32(text: string, basis: number): number {
  let h = basis | 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h);
}

/**
 * The stream of a seed and a purpose, such as `stream(42, "BTC-PERP", "maker")`.
 * Streams of different paths are independent, so another instrument changes no draw of this one.
 */
export function stream(seed: number, ...path: readonly string[]): RngState {
  const text = `${seed}|${path.join("|")}`;
  const state = {
    a: hash32(text, 0x811c9dc5),
    b: hash32(text, 0x1b873593),
    c: hash32(text, 0x9e3779b9),
    d: hash32(text, 0x27d4eb2f) | 1,
  };
  for (let i = 0; i < 8; i++) next32(state);
  return state;
}

/** The next 32 random bits, as a signed integer. */
export function next32(rng: RngState): number {
  const b = rng.b;
  const scaled = Math.imul(b, 5);
  const result = Math.imul((scaled << 7) | (scaled >>> 25), 9);
  rng.c ^= rng.a;
  rng.d ^= b;
  rng.b = b ^ rng.c;
  rng.a ^= rng.d;
  rng.c ^= b << 9;
  rng.d = (rng.d << 11) | (rng.d >>> 21);
  return result;
}

/** Uniform in the open interval (0, 1), on a grid of 2⁻³². */
export function uniform(rng: RngState): number {
  return ((next32(rng) >>> 0) + 0.5) * 2.3283064365386963e-10;
}

/** A uniform integer in [0, n), n ≤ 2³². */
export function below(rng: RngState, n: number): number {
  return Math.floor(uniform(rng) * n);
}

/** True with this probability. */
export function chance(rng: RngState, probability: number): boolean {
  return uniform(rng) < probability;
}

/** Coefficients of Wichura's AS 241, highest power first: 16 digits. */
const CENTRE_ABOVE = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
  1971.5909503065513, 133.14166789178438, 3.3871328727963665,
] as const;
const CENTRE_BELOW = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
  687.1870074920579, 42.31333070160091, 1,
] as const;
const TAIL_ABOVE = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684,
  3.6478483247632045, 5.769497221460691, 4.630337846156546, 1.4234371107496835,
] as const;
const TAIL_BELOW = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008,
  0.6897673349851, 1.6763848301838038, 2.053191626637759, 1,
] as const;

type Coefficients = readonly [number, number, number, number, number, number, number, number];

/** Horner's rule, unrolled: this is the innermost loop of the simulator. */
function polynomial(c: Coefficients, x: number): number {
  const high = ((c[0] * x + c[1]) * x + c[2]) * x + c[3];
  return (((high * x + c[4]) * x + c[5]) * x + c[6]) * x + c[7];
}

/** Standard normal, by inversion of one uniform: one draw of the stream per value. */
export function normal(rng: RngState): number {
  const q = uniform(rng) - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTRE_ABOVE, r)) / polynomial(CENTRE_BELOW, r);
  }
  // The grid of `uniform` keeps √(−ln p) below 4.8, so the far tail beyond 5 is never met.
  const r = Math.sqrt(-Math.log(0.5 - Math.abs(q))) - 1.6;
  const size = polynomial(TAIL_ABOVE, r) / polynomial(TAIL_BELOW, r);
  return q < 0 ? -size : size;
}

/** Exponential with this mean. */
export function exponential(rng: RngState, mean: number): number {
  return -mean * Math.log(uniform(rng));
}

/** Pareto from 1 on: P(X > x) = x^−alpha. */
export function pareto(rng: RngState, alpha: number): number {
  return Math.exp(-Math.log(uniform(rng)) / alpha);
}

/** Student's t with `df` (a whole number ≥ 1) degrees of freedom, not scaled to unit variance. */
export function studentT(rng: RngState, df: number): number {
  const z = normal(rng);
  let chi2 = df % 2 === 1 ? normal(rng) ** 2 : 0;
  for (let i = 0; i < Math.floor(df / 2); i++) chi2 += exponential(rng, 2);
  return z / Math.sqrt(chi2 / df);
}

/** Poisson with this mean, exact for any mean: long means are split, since Poisson laws add. */
export function poisson(rng: RngState, mean: number): number {
  let count = 0;
  let left = mean;
  while (left > 0) {
    const part = Math.min(left, 16);
    left -= part;
    let product = uniform(rng);
    // exp(−x) ≥ 1 − x spares the exponential where nothing happens, which is nearly always.
    if (product <= 1 - part) continue;
    const floor = Math.exp(-part);
    while (product > floor) {
      count++;
      product *= uniform(rng);
    }
  }
  return count;
}
